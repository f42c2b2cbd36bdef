"""What a name looks like wherever it is written: case, accents, plurals and most punctuation folded, word by word.

Names and texts fold by the same rules, so that a name is found where its folds stand in a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate
from typing import NamedTuple

from suggest.text.hashtags import SIGNS
from suggest.text.keys import normalise
from suggest.text.near_duplicates import near_duplicate_key, singular
from suggest.text.unspaced import unspaced_runs

BREAK = "\0"
"""Fold of what no name reaches across: the end of a sentence, brackets, pictures, masked parts."""

MAX_WORD_CHARS = 40
"""A longer word is in no name."""

_MAX_CHARS = 4 * MAX_WORD_CHARS
# A full stop behind so few letters abbreviates: `dr. strange`, `st. louis`.
_MAX_ABBREVIATED = 3
_LEFT_OUT = ("'s", "\u2019s", *"-'\u2019\u2018`\u00b4/:_*\u00ae\u2122\u00b7\u2010\u2011\u2013")
_READ_AS = dict.fromkeys(_LEFT_OUT, "") | {"&": "and", "+": "+", "$": "$", "#": "#", ".": "."}
_CACHED = 1 << 16


class Surface(NamedTuple):
    """The folded words of a text; element i of each list is the same word.

    Attributes:
        folds: the words; `BREAK` where no name goes on.
        hashes: 64 bits of each fold, the same in every process.
        starts: first code point of each in the text.
        ends: code point after its last one.
    """

    folds: list[str]
    hashes: list[int]
    starts: list[int]
    ends: list[int]


def plain_surface(words: Sequence[str]) -> Surface:
    """The surface of words that stand alone, each of letters and digits; positions are left out."""
    pairs = [pair for word in words if (pair := _folded(word))[0]]
    return Surface([fold for fold, _ in pairs], [number for _, number in pairs], [], [])


def surface(text: str, tokens: Iterable[tuple[int, int]], masks: Sequence[tuple[int, int]] = ()) -> Surface:
    """Folds the tokens of a text.

    Args:
        text: as given.
        tokens: (start, end) of words, single characters of unspaced scripts, and signs; ascending.
        masks: what no name may touch; ascending.

    Returns:
        The words that count; what names are written with or without is left out. Cost: 0.4 µs a word.
    """
    rows = list[tuple[str, int, int, int]]()
    ahead = iter(masks)
    mask = next(ahead, None)
    for start, end in tokens:
        while mask and mask[1] <= start:
            mask = next(ahead, None)
        fold, number = _BREAKING if mask and mask[0] < end else _folded(text[start:end])
        if fold == ".":
            if rows and rows[-1][3] == start and start - rows[-1][2] <= _MAX_ABBREVIATED:
                continue
            fold, number = _BREAKING
        if fold:
            rows.append((fold, number, start, end))
    return Surface(*map(list, zip(*rows, strict=True))) if rows else Surface([], [], [], [])


def joined(folds: Sequence[str]) -> tuple[str, list[int]]:
    """The text that folds make, with a space between all but characters of unspaced scripts.

    Returns:
        The text, and where each fold starts in it.
    """
    plain = " ".join(folds)
    if plain.isascii():
        return plain, [0, *accumulate([len(fold) + 1 for fold in folds[:-1]])] if folds else []
    pieces: list[str] = []
    starts: list[int] = []
    at, was_unspaced = 0, True
    for fold in folds:
        is_unspaced = not fold.isascii() and is_unspaced_character(fold)
        if not (was_unspaced and (is_unspaced or not pieces)):
            pieces.append(" ")
            at += 1
        starts.append(at)
        pieces.append(fold)
        at += len(fold)
        was_unspaced = is_unspaced
    return "".join(pieces), starts


@lru_cache(_CACHED)
def is_unspaced_character(fold: str) -> bool:
    """Whether a fold is of a script that puts no spaces between words."""
    return bool(unspaced_runs(fold))


@lru_cache(_CACHED)
def _folded(word: str) -> tuple[str, int]:
    fold = _fold(word)
    return fold, int.from_bytes(blake2b(fold.encode(errors="replace"), digest_size=8).digest(), "little")


def _fold(word: str) -> str:
    if word in _READ_AS:
        return _READ_AS[word]
    if len(word) > _MAX_CHARS:
        return BREAK
    if word.isascii() and word.isalnum():  # what follows comes to this, in a quarter of the time
        fold = singular(word.lower())
        return fold if len(fold) <= MAX_WORD_CHARS else BREAK
    key = normalise(word)
    if is_unspaced_character(word) and word[0] not in SIGNS:
        return key or word
    if not any(char.isalnum() for char in key):
        return BREAK
    fold = near_duplicate_key(key.lstrip("#")).replace(" ", "")
    return fold if 0 < len(fold) <= MAX_WORD_CHARS and fold.isprintable() else BREAK


_BREAKING = BREAK, _folded("\n")[1]
