"""How words arrive through a keyboard: case, accents, abbreviations, slips."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from suggest.simulation.draws import Draws

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {key: row[max(0, at - 1) : at] + row[at + 1 : at + 2] for row in _ROWS for at, key in enumerate(row)}
_SHORTEST_SLIP = 4


@dataclass(frozen=True, slots=True)
class Habits:
    """How one user types.

    Attributes:
        typo_rate: chance of a slip in a query.
        plain_accents: leaves accents out (Latin script only).
        title_case: the first letter is a capital.
        abbreviates: uses the short forms of the language.
        patience: mean characters typed before the list is looked at.
    """

    typo_rate: float
    plain_accents: bool
    title_case: bool
    abbreviates: bool
    patience: float


def typed(text: str, habits: Habits, abbreviations: tuple[tuple[str, str], ...]) -> str:
    """The query as this user writes it when no slip happens. Under 1 µs for most."""
    if habits.abbreviates:
        for long, short in abbreviations:
            text = text.replace(long, short)
    if habits.plain_accents and not text.isascii():
        text = plain_accents(text)
    if habits.title_case:
        return text[:1].upper() + text[1:]
    return text.lower()


def plain_accents(text: str) -> str:
    """Latin letters without their accents; other scripts as they are, where marks are letters."""
    return "".join(map(_plain, text))


def slip(text: str, draws: Draws) -> str:
    """One slip: a letter left out, doubled, swapped with the next, or its neighbour on the keyboard.

    Texts under four characters stay: a slip there is another query.
    """
    if len(text) < _SHORTEST_SLIP:
        return text
    at = draws.below(len(text) - 1)
    kind = draws.below(4)
    here, after = text[at], text[at + 1 :]
    if kind == 0:
        changed = after
    elif kind == 1:
        changed = here + here + after
    elif kind == 2:  # noqa: PLR2004 -- the third of the four kinds
        changed = after[:1] + here + after[1:]
    else:
        changed = draws.one_of(_NEIGHBOURS.get(here, here)) + after
    return " ".join((text[:at] + changed).split())


def _plain(char: str) -> str:
    base = unicodedata.normalize("NFD", char)[0]
    return base if base.isascii() else char
