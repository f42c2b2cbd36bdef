"""Which parts of a text does the lexicon name, and how are they written?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from suggest.index.lexicon import Found, Lexicon
from suggest.text import word_spans
from suggest.text.hashtags import SIGNS, spellings
from suggest.text.spans_surface import Surface, is_unspaced_character, joined, surface
from suggest.text.spans_words import word_tokens

MAX_TAGS = 32
"""Hashtags of one text that are taken apart: each costs up to forty look-ups."""

# One letter names nothing; of scripts without spaces two characters may belong to two words.
_MIN_CHARS = 2
_MIN_UNSPACED = 3

_CAPITAL_WORD = re.compile(r"[^\W\d_]+")
_QUOTES = {
    '"': '"',
    "'": "'",
    "\u201c": "\u201d",
    "\u2018": "\u2019",
    "\u00ab": "\u00bb",
    "\u300c": "\u300d",
    "\u300a": "\u300b",
}
_SENTENCE_ENDS = frozenset(".!?:\n\u3002\uff01\uff1f\u061f\u0964\"'")


class Spotted(NamedTuple):
    """A part of a text that is a name.

    Attributes:
        start: first code point.
        end: code point after the last one.
        folds: its words as names are looked up.
        found: the name.
    """

    start: int
    end: int
    folds: tuple[str, ...]
    found: Found


def spots(text: str, masks: Sequence[tuple[int, int]], lexicon: Lexicon, least_words: int = 1) -> list[Spotted]:
    """All names in a text, overlapping ones too, by start and then by length. Cost: 4 µs a word.

    In scripts without spaces a name of two characters must be words of the text; longer ones are rarely there by
    chance.

    Args:
        text: what to look through.
        masks: what no name may touch; ascending.
        lexicon: the names.
        least_words: of a name; hashtags and scripts without spaces aside.
    """
    words = surface(text, word_tokens(text), masks)
    edges: frozenset[int] | None = None
    spotted = []
    for found in lexicon.found(words, least_words):
        start, end = words.starts[found.first], words.ends[found.last]
        spot = Spotted(start, end, tuple(words.folds[found.first : found.last + 1]), found)
        if len(spot.folds) == 1 and len(spot.folds[0]) < _MIN_CHARS:
            continue
        if end - start < _MIN_UNSPACED and any(map(is_unspaced_character, spot.folds)):
            edges = _edges(text) if edges is None else edges
            if start not in edges or end not in edges:
                continue
        spotted.append(spot)
    spotted += _hashtags(text, words, lexicon)
    return sorted(spotted, key=_by_place)


def _by_place(spot: Spotted) -> tuple[int, int]:
    return spot.start, spot.end


def is_capitalised(text: str, start: int, end: int) -> bool:
    """Whether each word begins with a capital although nothing but its being a name explains that.

    The first word of a sentence has one anyway, and so has every word of a text in capitals.
    """
    words = _CAPITAL_WORD.findall(text, start, end)
    if not words or not all(word[0].isupper() for word in words):
        return False
    return len(words) > 1 or not _begins_sentence(text, start)


def is_shouted(text: str) -> bool:
    """Whether capitals say nothing: most letters are."""
    return sum(map(str.isupper, text)) > sum(map(str.islower, text))


def is_quoted(text: str, start: int, end: int) -> bool:
    """Whether a part of a text stands in quotes."""
    return start > 0 and _QUOTES.get(text[start - 1]) == text[end : end + 1]


def _begins_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 3) : start].rstrip(" ")
    return not before or before[-1] in _SENTENCE_ENDS


def _hashtags(text: str, words: Surface, lexicon: Lexicon) -> Iterator[Spotted]:
    """Hashtags whose words apart are a name; those that are a name as one word are found as such."""
    if not any(sign in text for sign in SIGNS):
        return
    tags = [span for span in zip(words.starts, words.ends, strict=True) if text[span[0]] in SIGNS]
    for start, end in tags[:MAX_TAGS]:
        for spelling in spellings(text[start:end])[1:]:
            folds = surface(spelling, word_tokens(spelling)).folds
            found = lexicon.lookup(joined(folds)[0])
            if found:
                yield Spotted(start, end, tuple(folds), found)
                break


def _edges(text: str) -> frozenset[int]:
    return frozenset(edge for span in word_spans(text) for edge in span)
