"""Which parts of a text does the lexicon name?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from suggest.index.lexicon import Found, Lexicon
from suggest.text import word_spans
from suggest.text.hashtags import SIGNS, spellings
from suggest.text.masks import masked
from suggest.text.spans import Match
from suggest.text.spans_surface import Surface, is_unspaced_character, surface
from suggest.text.spans_words import word_tokens

# One letter names nothing; of scripts without spaces two characters may belong to two words.
_MIN_CHARS = 2
_MIN_UNSPACED = 3


class Spotted(NamedTuple):
    """A part of a text that is a name.

    Attributes:
        start: first code point.
        end: code point after the last one.
        n_words: how many words it is of; characters where no spaces are written.
        found: the name.
    """

    start: int
    end: int
    n_words: int
    found: Found


class Spots(NamedTuple):
    """What the lexicon holds of a text.

    Attributes:
        spotted: all names, overlapping ones too, by start and then by length.
        masks: (start, end) of what no span may touch.
    """

    spotted: list[Spotted]
    masks: list[tuple[int, int]]


def spots(text: str, lexicon: Lexicon) -> Spots:
    """All names in a text. Cost: 4 µs a word."""
    masks = masked(text)
    words = surface(text, word_tokens(text), masks)
    edges: set[int] | None = None
    spotted = []
    for found in lexicon.found(words):
        first, last = words.folds[found.first], words.folds[found.last]
        if found.first == found.last and len(first) < _MIN_CHARS:
            continue
        start, end = words.starts[found.first], words.ends[found.last]
        if end - start < _MIN_UNSPACED and (is_unspaced_character(first) or is_unspaced_character(last)):
            edges = _edges(text) if edges is None else edges
            if start not in edges or end not in edges:
                continue
        spotted.append(Spotted(start, end, found.last - found.first + 1, found))
    spotted += _hashtags(text, words, lexicon)
    spotted.sort(key=lambda spot: (spot.start, spot.end))
    return Spots(spotted, masks)


def longest(spotted: Sequence[Spotted], lexicon: Lexicon) -> list[Match]:
    """Of overlapping names the one that begins first, and of those the longest; ascending."""
    matches: list[Match] = []
    ahead = sorted(spotted, key=lambda spot: (spot.start, -spot.end))
    for spot in ahead:
        if not matches or spot.start >= matches[-1].end:
            meaning = lexicon.meanings(spot.found)[-1]
            popularity = max(each.popularity for each in lexicon.meanings(spot.found))
            matches.append(Match(spot.start, spot.end, meaning.kind, meaning.is_given, popularity, spot.found.name))
    return matches


def _hashtags(text: str, words: Surface, lexicon: Lexicon) -> Iterator[Spotted]:
    """Hashtags whose words apart are a name; those that are a name as one word are found as such."""
    for start, end in zip(words.starts, words.ends, strict=True):
        if text[start] not in SIGNS or end - start <= _MIN_CHARS:
            continue
        for spelling in spellings(text[start:end])[1:]:
            fold = _fold(spelling)
            found = lexicon.lookup(fold) if fold else None
            if found:
                yield Spotted(start, end, fold.count(" ") + 1, found)
                break


def _fold(spelling: str) -> str:
    return " ".join(surface(spelling, word_tokens(spelling)).folds)


def _edges(text: str) -> set[int]:
    return {edge for span in word_spans(text) for edge in span}
