# ruff: noqa: RUF001 - letters of many scripts are what this is about
"""Two spellings that differ in what people leave out when they type: one form for both.

Out go marks that a reader restores without thinking (accents of Latin and Greek, Arabic vowel signs, Hebrew
points) and what a keyboard makes hard to type (Persian forms of Arabic letters, typographic quotes, digits of
other scripts). What makes another letter stays: `й`, kana sound marks, the vowel signs of India and Thailand.
"""

from __future__ import annotations

import re

import icu

# Up to U+FFFF: what follows is historic, and one code point of it makes the regular expression ten times slower.
_LATIN_AND_GREEK = icu.UnicodeSet("[[[:Latin:][:Greek:]] & [\\u0080-\\uFFFF]]")
_DIGITS = icu.UnicodeSet("[[:Nd:] & [\\u0080-\\uFFFF]]")

# Marks that stand on a letter of any script, and those of Hebrew and Arabic.
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f"
_POINTS = "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
_HARAKAT = "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08ff"
_LEFT_OUT = icu.UnicodeSet(f"[{_MARKS}{_POINTS}{_HARAKAT}]")

_LETTERS = {
    # Latin letters that Unicode does not decompose and ICU's Latin-ASCII leaves: schwa of Azerbaijani, open o.
    "ə": "e", "ǝ": "e", "ɔ": "o", "ɣ": "g", "ʃ": "s", "ʒ": "z", "ʊ": "u",
    # Cyrillic: stressed vowels and letters whose plain neighbour is typed; `й`, `ї` and `ў` are other letters.
    "ё": "е", "ѐ": "е", "ѝ": "и", "ґ": "г",
    # Arabic, as Lucene's ArabicNormalizer and PersianNormalizer have it, with hamza seats and Urdu forms.
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ٲ": "ا", "ٳ": "ا", "ؤ": "و", "ئ": "ي", "ى": "ي", "ة": "ه",
    "ک": "ك", "ڪ": "ك", "ی": "ي", "ې": "ي", "ے": "ي", "ۓ": "ي", "ہ": "ه", "ھ": "ه", "ە": "ه", "ۀ": "ه", "ۂ": "ه",
    "ۃ": "ه",
    # Devanagari: the dot of letters for Persian sounds is left out, and either sign of nasals is written.
    "\u093c": "", "\u0929": "न", "\u0931": "र", "\u0934": "ळ", "\u0901": "\u0902",
    # Signs of punctuation with one key on a keyboard.
    "‘": "'", "’": "'", "‛": "'", "ʻ": "'", "ʼ": "'", "ʽ": "'", "ʹ": "'", "ʾ": "'", "ʿ": "'", "′": "'",
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "‐": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "־": "-",
}  # fmt: skip


def _folds() -> dict[int, str]:
    """What each code point becomes, where that is not itself; every value is made of code points without an entry."""
    folds = {ord(char): _plain(char) for char in _LATIN_AND_GREEK}
    folds |= {ord(char): str(icu.Char.digit(char)) for char in _DIGITS}
    folds |= {ord(char): "" for char in _LEFT_OUT}
    folds |= {ord(char): fold for char, fold in _LETTERS.items()}
    return {point: fold for point, fold in folds.items() if fold != chr(point)}


def _plain(letter: str) -> str:
    """A Latin or Greek letter without its marks, ASCII where ICU knows one; others as they are."""
    parts = icu.Normalizer2.getNFKCCasefoldInstance().normalize(letter)
    base = "".join(part for part in _NFD.normalize(parts) if part not in _LEFT_OUT)
    plain: str = _LATIN_ASCII.transliterate(base).lower()
    return plain if plain.isascii() else "".join(_LETTERS.get(char, char) for char in base)


_NFD = icu.Normalizer2.getNFDInstance()
_LATIN_ASCII = icu.Transliterator.createInstance("Latin-ASCII")
_FOLDS = _folds()
_FOLDED = re.compile(f"[{''.join(re.escape(chr(point)) for point in sorted(_FOLDS))}]")


def unaccented(key: str) -> str:
    """A key without what people leave out when they type it; ASCII comes back as it is.

    Each code point folds for itself, so the folds of two parts joined are the fold of the whole: the fold of
    a prefix is a prefix of the fold. Idempotent. Cost: 0.05 µs in ASCII, else about 1 µs.
    """
    if key.isascii() or not _FOLDED.search(key):
        return key
    return key.translate(_FOLDS)
