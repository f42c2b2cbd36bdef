"""What tells a name from other words: each fact about a token as a row of weights.

What depends on a word alone (its letters, shape, classes) is made once for each word in each kind of place and
kept; what depends on neighbours is made for each token. Rows are picked by hashes, so nothing is kept of words
that training saw.

Source: Ratinov & Roth, Design Challenges and Misconceptions in Named Entity Recognition, CoNLL 2009 (which
facts); Weinberger et al., Feature Hashing for Large Scale Multitask Learning, ICML 2009 (hashes as rows).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from string import ascii_lowercase, ascii_uppercase, digits
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from suggest.text.tagger_tokens import Token, TokenKind

OFFSETS = (-2, -1, 0, 1, 2)
"""A token is told something by the words this far from it."""

BITS = 20
"""Of a hash: there are 2 ** BITS rows of weights."""

Rows = npt.NDArray[np.int64]
Hashes = Sequence[int] | npt.NDArray[np.uint32]

_DISTANCES = tuple(map(abs, OFFSETS))
_LONGEST_WORD = 20  # characters looked at: what follows is noise
_LONGEST_SHAPE = 12
_AFFIXES = (1, 2, 3, 4, 5)
_DIGIT = re.compile(r"\d")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_REPEATED = re.compile(r"(.)\1+")
_SENTENCE_ENDS = frozenset('.!?:"“”|-…)(;。！？؟।：')  # noqa: RUF001 - those of Chinese are wide
_TITLE_SHARE = 0.6  # of the words: above it, capitals tell nothing
_TITLE_WORDS = 4  # fewer with a capital each are no title: "Hi Bob"
_ASCII_SHAPES = str.maketrans(ascii_uppercase + ascii_lowercase + digits, "X" * 26 + "x" * 26 + "0" * 10)
# Any odd numbers do, as long as they are never changed: weights were learned with them.
_OFFSET_KEYS = np.array([0x9E3779B1, 0x85EBCA6B, 0, 0xC2B2AE35, 0x27D4EB2F], np.uint64)
_PAIR_KEYS = np.array([0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB], np.uint64)
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing: the golden ratio of 2 ** 64
_START, _END = crc32(b"<s>"), crc32(b"</s>")


class WordFacts(NamedTuple):
    """What a word tells, as hashes.

    Attributes:
        name: Of the word without its case and digits.
        shape: Of the kinds of its characters.
        facts: About tokens near it, those that matter farthest first.
        n_near: So many of `facts` tell something of the tokens beside it.
        n_far: So many of those tell something of the tokens after them too.
    """

    name: int
    shape: int
    facts: list[int]
    n_near: int
    n_far: int

    def rows(self) -> tuple[Rows, list[int]]:
        """The rows of weights for the tokens at each of `OFFSETS`, one after another, and where each part begins."""
        return word_rows([self])


def word_rows(words: Sequence[WordFacts]) -> tuple[Rows, list[int]]:
    """The rows of weights of words for the tokens at each of `OFFSETS`, word after word.

    Returns:
        int64[n], and where each of the `len(OFFSETS)` parts of each word begins. Cost: 15 µs, and 6 µs a word.
    """
    facts = np.array(list(chain.from_iterable([word.facts for word in words])), np.uint64)
    rows = _rows(facts ^ _OFFSET_KEYS[:, None])
    parts, starts, first, n_rows = [], [], 0, 0
    for word in words:
        sizes = len(word.facts), word.n_near, word.n_far
        for index, distance in enumerate(_DISTANCES):
            parts.append(rows[index, first : first + sizes[distance]])
            starts.append(n_rows)
            n_rows += sizes[distance]
        first += sizes[0]
    return np.concatenate(parts), starts


def _rows(keys: npt.NDArray[np.uint64]) -> Rows:
    return ((keys * _MULTIPLIER) >> np.uint64(64 - BITS)).astype(np.int64)


def folded(word: str) -> str:
    """A word without what tells its single uses apart: case, and the digits of numbers."""
    lower = word[:_LONGEST_WORD].lower()
    return lower if lower.isalpha() else _DIGIT.sub("0", lower)


def _long_shape(word: str) -> str:
    """The kind of each of the first 12 characters: `Xxxxx` for `Paris`, `0xx` for `3rd`."""
    if word.isascii():
        return word[:_LONGEST_SHAPE].translate(_ASCII_SHAPES)
    return "".join(
        "X" if char.isupper() else "x" if char.islower() else "0" if char.isdigit() else "o" if char.isalpha() else char
        for char in word[:_LONGEST_SHAPE]
    )


def surfaces(text: str, tokens: Sequence[Token]) -> list[str]:
    """What the tokens read; all URLs alike, and all mentions."""
    url, mention = TokenKind.URL, TokenKind.MENTION
    return ["http:" if kind is url else "@a" if kind is mention else text[start:end] for start, end, kind in tokens]


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
    return "T" if capitals > _TITLE_SHARE * len(letters) and len(letters) >= _TITLE_WORDS else "n"


def word_facts(word: str, place: str, classes: Sequence[str]) -> WordFacts:
    """What a word tells in a place of `places`, with the classes it belongs to: about 60 hashes, 20 µs."""
    name, case, long_shape = folded(word), _case(word), _long_shape(word)
    bare, shape = name.lstrip("#") or name, _REPEATED.sub(r"\1", long_shape)
    far = ["w=" + name, "s=" + shape, *["e=" + each for each in classes]]
    near = ["c=" + place + shape, "p3=" + bare[:3], "q3=" + bare[-3:], "q2=" + bare[-2:]]
    if word[0] == "#":
        near.append("#")
    own = ["b", "sf=" + long_shape, "sc=" + place + shape, "wc=" + case + name, "wx=" + place[0] + case]
    own += [f"ln={min(len(word), _LONGEST_SHAPE)}", *["ec=" + case + place[0] + each for each in classes]]
    facts = _hashed([*far, *near, *own, *_affixes(bare, case)])
    return WordFacts(facts[0], facts[1], facts, len(far) + len(near), len(far))


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


def context_rows(text: str, tokens: Sequence[Token], names: Hashes, shapes: Hashes, language: str) -> Rows:
    """int64[n_tokens, n], the rows of what the words alone do not tell: 15 µs a text, in Chinese 10 µs a token.

    Args:
        text: Of the tokens.
        tokens: One or more.
        names: `WordFacts.name` of each.
        shapes: `WordFacts.shape` of each.
        language: Of the text.
    """
    rows = _pair_rows(names, shapes)
    return np.hstack([rows, _segment_rows(text, tokens)]) if language == "zh" else rows


def _pair_rows(names: Hashes, shapes: Hashes) -> Rows:
    """Each word with the one before, with the one after, and three shapes in a row."""
    name, shape = _between_ends(names), _between_ends(shapes)
    first, second, third = _PAIR_KEYS
    pairs = name[:-1] * first + name[1:] * second
    keys = np.empty((len(names), 3), np.uint64)
    keys[:, 0] = pairs[:-1]
    keys[:, 1] = pairs[1:] + third
    keys[:, 2] = shape[:-2] * second + shape[1:-1] * third + shape[2:] * first
    return _rows(keys ^ (keys >> np.uint64(32)))


def _between_ends(hashes: Hashes) -> npt.NDArray[np.uint64]:
    found = np.empty(len(hashes) + 2, np.uint64)
    found[0], found[1:-1], found[-1] = _START, hashes, _END
    return found


def _segment_rows(text: str, tokens: Sequence[Token]) -> Rows:
    """The word that a dictionary puts a token of Chinese in, its place there, and its part of speech.

    The dictionary knows common names as such; what it does not know, the neighbouring words tell.
    """
    import rjieba  # 0.2 s and 35 MB, for Chinese only

    segments, place_of, at = [("", "^")], {}, 0
    for word, speech in rjieba.tag(_LONE_SURROGATE.sub("\ufffd", text)):
        for inside in range(len(word)):
            place_of[at + inside] = (len(segments), _place_within(inside, len(word)))
        at += len(word)
        segments.append((word[:_LONGEST_WORD], speech))
    segments.append(("", "$"))
    return _rows(np.array([_segment_facts(segments, *place_of[token.start]) for token in tokens], np.uint64))


def _segment_facts(segments: Sequence[tuple[str, str]], index: int, place: str) -> list[int]:
    (before, speech_before), (word, speech), (after, speech_after) = segments[index - 1 : index + 2]
    return _hashed(
        [
            f"z{place}{speech}",
            f"zl{place}{min(len(word), 4)}{speech}",
            f"zw{place}{word}",
            f"zb{place}{speech_before}|{speech}",
            f"za{place}{speech}|{speech_after}",
            f"zB{place}{before}",
            f"zA{place}{after}",
        ]
    )


def _place_within(at: int, size: int) -> str:
    if size == 1:
        return "S"
    return "B" if at == 0 else "E" if at == size - 1 else "I"


def _hashed(facts: Sequence[str]) -> list[int]:
    # Encoded at once, in a third of the time; what holds the separator itself is encoded one by one.
    encoded = "\n".join(facts).encode("utf-8", "surrogatepass").split(b"\n")
    if len(encoded) != len(facts):
        encoded = [fact.encode("utf-8", "surrogatepass") for fact in facts]
    return list(map(crc32, encoded))
