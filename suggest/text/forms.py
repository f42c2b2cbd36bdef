"""The further forms under which a query is found: as people type it who use another keyboard or script.

A form is a mark of its family and a text in that family's alphabet, so that one index holds all families and a
prefix finds one.
"""

from __future__ import annotations

import re
from functools import cache

import icu

from suggest.text.folding import unaccented
from suggest.text.hangul import HANGUL, leads, strokes
from suggest.text.pinyin import HAN, pinyin_initials
from suggest.text.romanise import loose, romanised
from suggest.text.segmentation import is_simplified

WRITTEN = "="
"""The same script without accents, in simplified Chinese, with German umlauts spelt out."""

ALIAS = "@"
"""Another name of the query, as `WRITTEN`."""

SOUND = "~"
"""`loose` of the romanised query."""

STROKES = "k"
"""Keystrokes of a Korean keyboard."""

INITIALS = "i"
"""First letters: of Chinese syllables in pinyin, first consonants of Korean ones."""

UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def written_forms(key: str) -> set[str]:
    """Spellings of a key in its own script that one may type in its place; never the key itself. 1 to 5 µs."""
    forms = {unaccented(key), unaccented(key.translate(UMLAUTS)), unaccented(simplified(key))}
    return forms - {key}


def simplified(key: str) -> str:
    """Traditional Chinese characters as simplified ones; other scripts as they are."""
    if all(is_simplified(run) for run in HAN.findall(key)):
        return key
    return _hant_hans().transliterate(key)  # type: ignore[no-any-return]


def further_keys(key: str, *, alias: bool = False) -> list[str]:
    """Marked forms of a key, distinct; none for a key in ASCII that is no alias.

    Args:
        key: normalised.
        alias: whether it is another name of a query, whose plain form is then a further form too.
    """
    if key.isascii():
        return [ALIAS + key, SOUND + loose(key)] if alias else []
    forms = [WRITTEN + form for form in written_forms(key)]
    if alias:
        forms.append(ALIAS + unaccented(key))
    forms.append(SOUND + loose(romanised(key)))
    if HANGUL.search(key):
        forms += [STROKES + joined(strokes(key)), INITIALS + joined(leads(key))]
    if HAN.search(key):
        forms.append(INITIALS + joined(pinyin_initials(key)))
    return [form for form in forms if len(form) > 1]


_SPACES = re.compile(r"[\s'-]+")


def joined(text: str) -> str:
    """A text without spaces, hyphens and apostrophes, which people type or leave out."""
    return _SPACES.sub("", text)


@cache
def _hant_hans() -> icu.Transliterator:
    return icu.Transliterator.createInstance("Hant-Hans")
