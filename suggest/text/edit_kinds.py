"""Which kind of edit is this, in whatever script?"""

from __future__ import annotations

from typing import NamedTuple

from suggest.text.layouts import neighbours

START, END, UNKNOWN = "^", "$", "?"
"""What stands beside the first and the last character of a word, and beside the last of an unfinished one."""

# Letters of one word for vowels in alphabets that write them, as keys hold them: unaccented.
_VOWELS = frozenset("aeiouyæøœıаеёиоуыэюяіїєαεηιουω")  # noqa: RUF001 - the alphabets are told apart by their neighbours here
# How many letters could have come instead; the order of magnitude is what counts.
_ALTERNATIVES = {"vowel": 5, "consonant": 20, "digit": 9, "mark": 5}
_NEIGHBOURS = 5


class EditKind(NamedTuple):
    """What edits have in common that the counts of single letters are too few for.

    Attributes:
        name: such as `omit doubled` or `put vowel for vowel at the end`.
        n_alternatives: among how many results the probability of the kind is shared.
    """

    name: str
    n_alternatives: float


def kind_of(meant: str, typed: str, before: str, after: str) -> EditKind | None:
    """The kind of an edit of one character, or of two exchanged ones; None for all others."""
    place = " at the start" if before == START else " at the end" if after == END else ""
    match len(meant), len(typed):
        case 1, 1:
            name, n_alternatives = _replaced(meant, typed)
        case 1, 0:
            name, n_alternatives = f"omit {'doubled' if meant in (before, after) else letter_class(meant)}", 1.0
        case 0, 1:
            name, n_alternatives = _added(typed, before, after)
        case 2, 2 if meant == typed[::-1]:
            name, n_alternatives = "exchange", 1.0
        case _:
            return None
    return EditKind(name + place, n_alternatives)


def opportunity_of(kind: str) -> str:
    """Which count of `opportunities` an edit of a kind could have happened at."""
    words = kind.split(" at the ")
    place = f" at the {words[1]}" if len(words) > 1 else ""
    match words[0].split(" "):
        case ["put", _, "for", meant]:
            return meant + place
        case ["omit", meant]:
            return meant + place
        case ["exchange"]:
            return "pair" + place
        case _:
            return "gap" + place


def opportunities(word: str) -> list[str]:
    """Every place of a word where an edit could happen, by what stands there."""
    shown = f"{START}{word}{END}"
    found = []
    for at in range(1, len(shown)):
        before, char, after = shown[at - 1], shown[at], shown[at + 1 : at + 2]
        found.append(f"gap{_place(before, char)}")
        if char != END:
            found.append(f"{letter_class(char)}{_place(before, after)}")
            if char in (before, after):
                found.append(f"doubled{_place(before, after)}")
            if after not in (END, char):
                found.append(f"pair{_place(before, shown[at + 2])}")
    return found


def letter_class(char: str) -> str:
    """`vowel`, `consonant`, `digit` or `mark`: any other sign in a word, and signs that stand on letters."""
    if char in _VOWELS:
        return "vowel"
    if char.isalpha():
        return "consonant"
    return "digit" if char.isdigit() else "mark"


def _place(before: str, after: str) -> str:
    return " at the start" if before == START else " at the end" if after == END else ""


def _replaced(meant: str, typed: str) -> tuple[str, float]:
    if typed in neighbours(meant):
        return f"put neighbour for {letter_class(meant)}", _NEIGHBOURS
    return f"put {letter_class(typed)} for {letter_class(meant)}", _ALTERNATIVES[letter_class(typed)]


def _added(typed: str, before: str, after: str) -> tuple[str, float]:
    if typed in (before, after):
        return "add doubled", 2.0
    if typed in neighbours(before) or typed in neighbours(after):
        return "add neighbour", 2.0 * _NEIGHBOURS
    return f"add {letter_class(typed)}", _ALTERNATIVES[letter_class(typed)]
