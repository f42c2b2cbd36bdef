"""What tells a name from other words: each fact about a token as the hash of a short string.

What depends on a word alone (its letters, shape, classes) is hashed once for each word in each kind of place
and kept; what depends on neighbours is hashed for each token. A hash picks a row of weights,
so nothing is kept of words that training saw.

Source: Ratinov & Roth, Design Challenges and Misconceptions in Named Entity Recognition, CoNLL 2009 (which
facts); Weinberger et al., Feature Hashing for Large Scale Multitask Learning, ICML 2009 (hashes as rows).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from suggest.text.tagger_tokens import Token, TokenKind

OFFSETS = (-2, -1, 0, 1, 2)
"""A word tells something of the tokens this far from it."""

BITS = 20
"""Rows of weights are told apart by this many bits of a hash."""

_LONGEST_WORD = 20  # characters looked at: what follows is noise, and repeated letters of any number are one word
_LONGEST_SHAPE = 12
_AFFIXES = (1, 2, 3, 4, 5)
_DIGIT = re.compile(r"\d")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_REPEATED = re.compile(r"(.)\1+")
_SENTENCE_ENDS = frozenset('.!?:"“”|-…)(;。！？؟।：')  # noqa: RUF001 - those of Chinese are wide
_TITLE_SHARE = 0.6  # of the words: above it, capitals tell nothing
_OFFSET_KEYS = dict(zip(OFFSETS, (0x9E3779B1, 0x85EBCA6B, 0, 0xC2B2AE35, 0x27D4EB2F), strict=True))
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing: the golden ratio of 2 ** 64


class WordHashes(NamedTuple):
    """Hashes of what a word tells of the token itself (`own`), of the next ones (`near`) and of those after (`far`)."""

    own: list[int]
    near: list[int]
    far: list[int]


def rows_of(hashes: Iterable[int], offset: int = 0) -> npt.NDArray[np.int64]:
    """The row of weights of each hash, for the token `offset` places before the one hashed: int64[n]."""
    keys = np.fromiter(hashes, np.uint64) ^ np.uint64(_OFFSET_KEYS[offset])
    return ((keys * _MULTIPLIER) >> np.uint64(64 - BITS)).astype(np.int64)


def folded(word: str) -> str:
    """A word without what tells its single uses apart: case, and the digits of numbers."""
    return _DIGIT.sub("0", word[:_LONGEST_WORD].lower())


def shape(word: str) -> str:
    """`Xx` for `Paris`, `0x` for `3rd`: the kinds of the first 12 characters, repeated ones once."""
    return _REPEATED.sub(r"\1", long_shape(word))


def long_shape(word: str) -> str:
    """The kind of each of the first 12 characters: `Xxxxx` for `Paris`."""
    return "".join(
        "X" if char.isupper() else "x" if char.islower() else "0" if char.isdigit() else "o" if char.isalpha() else char
        for char in word[:_LONGEST_SHAPE]
    )


def surfaces(text: str, tokens: Sequence[Token]) -> list[str]:
    """What the tokens read; all URLs alike, and all mentions."""
    named = {TokenKind.URL: "http:", TokenKind.MENTION: "@a"}
    return [named.get(kind) or text[start:end] for start, end, kind in tokens]


def places(words: Sequence[str]) -> list[str]:
    """For each word the case of the whole text (`l`ower, `T`itle, `U`pper, `n`ormal) and whether a sentence starts."""
    case = _text_case(words)
    found, starts = [], True
    for word in words:
        found.append(case + ("S" if starts else "m"))
        starts = not word[0].isalnum() and (starts or word in _SENTENCE_ENDS)
    return found


def _text_case(words: Sequence[str]) -> str:
    letters = [word for word in words if word[0].isalpha()]
    capitals = sum(word[0].isupper() for word in letters)
    if not capitals:
        return "l"
    if sum(len(word) > 1 and word.isupper() for word in letters) > _TITLE_SHARE * len(letters):
        return "U"
    return "T" if capitals > _TITLE_SHARE * len(letters) and len(letters) > 3 else "n"  # noqa: PLR2004 - "Hi Bob" is no title


def word_hashes(word: str, place: str, classes: Sequence[str]) -> WordHashes:
    """What a word tells in a place of `places`, with the classes it belongs to. About 60 hashes, 20 µs."""
    name, case = folded(word), _case(word)
    bare = name.lstrip("#") or name
    brief = shape(word)
    far = ["w=" + name, "s=" + brief, *("e=" + each for each in classes)]
    near = ["c=" + place + brief, "p3=" + bare[:3], "q3=" + bare[-3:], "q2=" + bare[-2:]]
    own = ["b", "sf=" + long_shape(word), "sc=" + place + brief, "wc=" + case + name, "wx=" + place[0] + case]
    own += [f"ln={min(len(word), 12)}", *("ec=" + case + place[0] + each for each in classes)]
    own += _affixes(bare, case)
    if word[0] == "#":
        own.append("#")
        near.append("#")
    return WordHashes(_hashed(own), _hashed(near), _hashed(far))


def _affixes(bare: str, case: str) -> list[str]:
    found = []
    for size in _AFFIXES[: len(bare)]:
        first, last = bare[:size], bare[-size:]
        found += [f"p{size}=" + first, f"q{size}=" + last, f"pc{size}=" + case + first, f"qc{size}=" + case + last]
    padded = f"^{bare}$"
    return found + ["g=" + padded[at : at + size] for size in (3, 4) for at in range(len(padded) - size + 1)]


def _case(word: str) -> str:
    if len(word) > 1 and word.isupper():
        return "A"
    return "C" if word[0].isupper() else "a" if word[0].islower() else "."


def context_hashes(text: str, tokens: Sequence[Token], words: Sequence[str], language: str) -> list[list[int]]:
    """For each token, all that its word alone does not tell: three hashes or more."""
    pairs = pair_hashes(words)
    if language != "zh":
        return pairs
    return [pair + segment for pair, segment in zip(pairs, segment_hashes(text, tokens), strict=True)]


def pair_hashes(words: Sequence[str]) -> list[list[int]]:
    """For each token, what it tells together with its neighbours: pairs of words, and three shapes in a row."""
    names = ["<s>", *map(folded, words), "</s>"]
    shapes = ["^", *map(shape, words), "$"]
    return [
        _hashed(
            (
                "bg-" + names[at] + "|" + names[at + 1],
                "bg+" + names[at + 1] + "|" + names[at + 2],
                "ss" + " ".join(shapes[at : at + 3]),
            )
        )
        for at in range(len(words))
    ]


def segment_hashes(text: str, tokens: Sequence[Token]) -> list[list[int]]:
    """For each token of a Chinese text, the word that a dictionary puts it in, its place there and part of speech.

    The dictionary knows common names as such; what it does not know, the neighbouring words tell.
    """
    import rjieba  # 0.2 s and 35 MB, for Chinese only

    segments, place_of = [("", "^")], {}
    at = 0
    for word, speech in rjieba.tag(_LONE_SURROGATE.sub("\ufffd", text)):
        for inside in range(len(word)):
            place_of[at + inside] = (len(segments), _place_within(inside, 0, len(word)))
        at += len(word)
        segments.append((word, speech))
    segments.append(("", "$"))
    return [_hashed(_segment_facts(segments, *place_of[token.start])) for token in tokens]


def _segment_facts(segments: Sequence[tuple[str, str]], index: int, place: str) -> list[str]:
    (before, speech_before), (word, speech), (after, speech_after) = segments[index - 1 : index + 2]
    return [
        f"z{place}{speech}",
        f"zl{place}{min(len(word), 4)}{speech}",
        f"zw{place}{word[:_LONGEST_WORD]}",
        f"zb{place}{speech_before}|{speech}",
        f"za{place}{speech}|{speech_after}",
        f"zB{place}{before[:_LONGEST_WORD]}",
        f"zA{place}{after[:_LONGEST_WORD]}",
    ]


def _place_within(at: int, start: int, end: int) -> str:
    if end - start == 1:
        return "S"
    return "B" if at == start else "E" if at == end - 1 else "I"


def _hashed(facts: Iterable[str]) -> list[int]:
    return [crc32(fact.encode("utf-8", "surrogatepass")) for fact in facts]
