"""What is typed, as the few forms under which it may be found."""

from __future__ import annotations

from typing import NamedTuple

from suggest.text.folding import unaccented
from suggest.text.forms import ALIAS, INITIALS, SOUND, STROKES, UMLAUTS, WRITTEN, joined, simplified
from suggest.text.hangul import HANGUL, are_leads, strokes
from suggest.text.keys import MAX_QUERY_CHARS, fold
from suggest.text.layouts import PAIRS, retyped
from suggest.text.romanise import begun, loose, romanised

# Costs in nats: how much rarer it is that one types so than the query itself, by order of magnitude.
_ACCENTS, _NAME, _SPELT, _KEYS, _SOUNDS, _LETTERS, _LAYOUT = 0.1, 0.3, 0.3, 0.2, 0.7, 1.5, 2.5
# Accents are left out by many and added by few: `é` is `étagère` before it is `easy`.
_ADDED_ACCENTS = 1.5
_MIN_SOUND = 2
_MIN_INITIALS = 2
_MIN_RETYPED = 3
_WRITE_ASCII = ("qwerty", "azerty", "qwertz")


class Variant(NamedTuple):
    """One form of what is typed.

    Attributes:
        kind: `unaccented`, `umlaut`, `simplified`, `alias`, `romanised`, `hangul`, `initials` or `layout`.
        text: a prefix to look up.
        cost: of a match, in nats.
        is_form: whether it is looked up among marked forms; else among the queries themselves.
    """

    kind: str
    text: str
    cost: float
    is_form: bool


def typed_variants(prefix: str) -> list[Variant]:
    """The forms of a normalised prefix, the cheapest first; 3 µs in ASCII, else 10 to 30 µs.

    None for marks alone, which stand for nothing, and for what is longer than any query.
    """
    plain = unaccented(prefix)
    if not plain.strip() or len(prefix) > MAX_QUERY_CHARS:
        return []
    found = _written(prefix, plain)
    found.append(Variant("alias", ALIAS + plain, _NAME, is_form=True))
    if HANGUL.search(prefix):
        found += _korean(prefix)
    # But for Indic texts one and the same: romanised once.
    for latin in map(romanised, dict.fromkeys((plain, begun(plain)))):
        sound = loose(latin)
        if len(sound) < _MIN_SOUND:
            continue
        if latin != plain:
            found.append(Variant("romanised", latin, _SOUNDS, is_form=False))
        found.append(Variant("romanised", SOUND + sound, _SOUNDS, is_form=True))
    if prefix.isascii() and len(initials := joined(prefix)) >= _MIN_INITIALS:
        found.append(Variant("initials", INITIALS + initials, _LETTERS, is_form=True))
    return found


def _written(prefix: str, plain: str) -> list[Variant]:
    found = [Variant("unaccented", WRITTEN + plain, _ACCENTS, is_form=True)]
    if prefix.isascii():
        return found
    spelt = unaccented(prefix.translate(UMLAUTS))
    simple = unaccented(simplified(prefix))
    for kind, text in (("unaccented", plain), ("umlaut", spelt), ("simplified", simple)):
        if text != prefix and (kind == "unaccented" or text != plain):
            cost = _ADDED_ACCENTS if kind == "unaccented" else _SPELT
            found.append(Variant(kind, text, cost, is_form=False))
            if kind != "unaccented":
                found.append(Variant(kind, WRITTEN + text, cost, is_form=True))
    return found


def _korean(prefix: str) -> list[Variant]:
    keys = joined(strokes(prefix))
    found = [Variant("hangul", STROKES + keys, _KEYS, is_form=True)]
    if are_leads(keys):
        found.append(Variant("initials", INITIALS + keys, _LETTERS, is_form=True))
    return found


def retyped_variants(prefix: str, *, to_ascii: bool = False) -> list[Variant]:
    """What the keys of a normalised prefix write where another layout is on; 50 µs, to ASCII alone 10 µs.

    Args:
        prefix: normalised.
        to_ascii: only layouts that write ASCII are meant, as on a log that holds nothing else.
    """
    found: list[Variant] = []
    if len(prefix) < _MIN_RETYPED:
        return found
    for pair in PAIRS:
        for typed_on, meant_on in (pair, pair[::-1]):
            if to_ascii and meant_on not in _WRITE_ASCII:
                continue
            typed = strokes(prefix) if typed_on == "korean" else prefix
            meant = retyped(typed, typed_on, meant_on)
            if meant is not None and meant != prefix:
                found += _meant(meant, meant_on)
    return found


def _meant(meant: str, meant_on: str) -> list[Variant]:
    if meant_on == "korean":
        return [Variant("layout", STROKES + joined(meant), _LAYOUT, is_form=True)]
    plain = unaccented(fold(meant))
    if not plain.strip():  # an accent's key alone: nothing is the beginning of every query
        return []
    return [
        Variant("layout", plain, _LAYOUT, is_form=False),
        Variant("layout", WRITTEN + plain, _LAYOUT + _ACCENTS, is_form=True),
        Variant("layout", ALIAS + plain, _LAYOUT + _NAME, is_form=True),
    ]
