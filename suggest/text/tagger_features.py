"""What tells a name from other words: each fact about a token as a row of weights.

What depends on a word alone (its letters, shape, classes) is made once for each word in each kind of place and
kept; what depends on neighbours is made for each token. Rows are picked by hashes, so nothing is kept of words
that training saw.

Source: Ratinov & Roth, Design Challenges and Misconceptions in Named Entity Recognition, CoNLL 2009 (which
facts); Weinberger et al., Feature Hashing for Large Scale Multitask Learning, ICML 2009 (hashes as rows).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate
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
Hashes = npt.NDArray[np.uint32]
ClassesOf = Callable[[str], Sequence[str]]

_LONGEST_WORD = 20  # characters looked at: what follows is noise
_LONGEST_SHAPE = 12
_SHAPES = 4_096  # kept: some of 0.1 kB
_AFFIXES = tuple((size, f"p{size}=", f"q{size}=", f"pc{size}=", f"qc{size}=") for size in range(1, 6))
_DIGIT = re.compile(r"\d")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_REPEATED = re.compile(r"(.)\1+")
_SENTENCE_ENDS = frozenset('.!?:"“”|-…)(;。！？؟।：')  # noqa: RUF001 - those of Chinese are wide
_TITLE_SHARE = 0.6  # of the words: above it, capitals tell nothing
_TITLE_WORDS = 4  # fewer with a capital each are no title: "Hi Bob"
_ASCII_SHAPES = str.maketrans(ascii_uppercase + ascii_lowercase + digits, "X" * 26 + "x" * 26 + "0" * 10)
# Any odd numbers do, as long as they are never changed: weights were learned with them.
_OFFSET_KEYS = (0x9E3779B1, 0x85EBCA6B, 0, 0xC2B2AE35, 0x27D4EB2F)
_PAIR_KEY, _SHAPE_KEY, _AFTER_KEY = 0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB
_NO_CLASSES = ("0.0", "1.0", "2.0")  # those of a Chinese word without any; of others so many are looked at
_EDGE = ("", *_NO_CLASSES, "^", "^")  # what stands before the first word of a Chinese text and after the last one
_FIRST, _INNER, _LAST, _ALONE = range(4)
_LONG = 4  # characters of a Chinese word: longer ones are as long
# For each place of a token in its word, one of each fact of `_segment_keys`.
_SEGMENT_KEYS = np.array(
    [[crc32(b"%d" % key) << 32 | crc32(b"-%d" % key) | 1 for key in range(at, at + 16)] for at in range(0, 64, 16)],
    np.uint64,
)
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing: the golden ratio of 2 ** 64
# Classes of English words that tell something in pairs: two by what they mean, between them where in names they stand.
PAIRED = (9, 8, 13)
"""Partitions of the words, of those that English has."""

N_HASHES = 2 + len(PAIRED)
"""Of a word, for the rows that it has together with others."""

_KIND_KEYS = np.array([0x9FB21C651E98DF25, 0xC13FA9A902A6328F, 0x91E10DA5C79E7B1D], np.uint64)  # one of each of them
BEFORE, AFTER = crc32(b"<s>"), crc32(b"</s>")
"""Both hashes of what stands before the first word and after the last one."""


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
        int64[n], and where each of the `len(OFFSETS)` parts of each word begins. Cost: 8 µs, and 6 µs a word.
    """
    told, sizes = list[int](), list[int]()
    for _, _, facts, n_near, n_far in words:
        near, far = facts[:n_near], facts[:n_far]
        told += far + near + facts + near + far
        sizes += (n_far, n_near, len(facts), n_near, n_far)
    offsets = np.array(_OFFSET_KEYS * len(words), np.uint64).repeat(sizes)
    # By way of `array`: half the time that numpy takes to look at each integer.
    return _rows(np.frombuffer(array("I", told), np.uint32) ^ offsets), [0, *accumulate(sizes[:-1])]


def class_rows(classes: Sequence[str]) -> Rows:
    """int64[len(OFFSETS), n_classes], the rows of what classes tell whatever the case; a part of `word_rows`."""
    return _rows(np.array(_hashed(_of_classes(classes)), np.uint64) ^ np.array(_OFFSET_KEYS, np.uint64)[:, None])


def cased_class_rows(classes: Sequence[str], use: str) -> Rows:
    """int64[n_classes], the rows of what they tell of a word itself in a use of `use_of`; the rest of `word_rows`."""
    return _rows(np.array(_hashed(_of_cased_classes(classes, use)), np.uint64))


def _of_classes(classes: Sequence[str]) -> list[str]:
    return ["e=" + each for each in classes]


def _of_cased_classes(classes: Sequence[str], use: str) -> list[str]:
    return ["ec=" + use + each for each in classes]


def use_of(word: str, place: str) -> str:
    """How a word is written in a text of which case, one of 16 ways: all that its classes are asked with."""
    return _case(word) + place[0]


def _rows(keys: npt.NDArray[np.uint64]) -> Rows:
    return ((keys * _MULTIPLIER) >> np.uint64(64 - BITS)).view(np.int64)


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


@lru_cache(_SHAPES)
def _short_shape(long_shape: str) -> str:
    """The kinds that follow one another: `Xx` for `Paris`."""
    return _REPEATED.sub(r"\1", long_shape)


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
    capitals = sum([word[0].isupper() for word in letters])
    if not capitals:
        return "l"
    if sum([len(word) > 1 and word.isupper() for word in letters]) > _TITLE_SHARE * len(letters):
        return "U"
    return "T" if capitals > _TITLE_SHARE * len(letters) and len(letters) >= _TITLE_WORDS else "n"


def word_facts(word: str, place: str, classes: Sequence[str]) -> WordFacts:
    """What a word tells in a place of `places`, with its classes: about 35 hashes, 17 µs, and two more a class."""
    name, case, long_shape = folded(word), _case(word), _long_shape(word)
    bare, shape = name.lstrip("#") or name, _short_shape(long_shape)
    far = ["w=" + name, "s=" + shape, *_of_classes(classes)]
    near = ["c=" + place + shape, "p3=" + bare[:3], "q3=" + bare[-3:], "q2=" + bare[-2:]]
    if word[0] == "#":
        near.append("#")
    own = ["b", "sf=" + long_shape, "sc=" + place + shape, "wc=" + case + name, "wx=" + place[0] + case]
    own += [f"ln={min(len(word), _LONGEST_SHAPE)}", *_of_cased_classes(classes, case + place[0])]
    facts = _hashed([*far, *near, *own, *_affixes(bare, case)])
    return WordFacts(facts[0], facts[1], facts, len(far) + len(near), len(far))


def context_hashes(word: str, facts: WordFacts, classes: Sequence[str]) -> list[int]:
    """The `N_HASHES` of a word that `context_rows` wants: its name, its shape and its `kinds_of`."""
    return [facts.name, facts.shape, *kinds_of(word, classes, facts.shape)]


def kinds_of(word: str, classes: Sequence[str], shape: int) -> list[int]:
    """Hashes of the classes of a word that tell something in pairs, with its case; of its shape where it has fewer."""
    if len(classes) <= max(PAIRED):
        return [shape] * len(PAIRED)
    case = _case(word)
    return [_kind(classes[part], case) for part in PAIRED]


@lru_cache(_SHAPES)
def _kind(class_name: str, case: str) -> int:
    return crc32(f"k={class_name}{case}".encode())


def _affixes(bare: str, case: str) -> list[str]:
    found = list[str]()
    for size, begins, ends, begins_so, ends_so in _AFFIXES[: len(bare)]:
        first, last = bare[:size], bare[-size:]
        found += (begins + first, ends + last, begins_so + case + first, ends_so + case + last)
    padded = f"^{bare}$"
    found += ["g=" + padded[at : at + 3] for at in range(len(padded) - 2)]
    found += ["g=" + padded[at : at + 4] for at in range(len(padded) - 3)]
    return found


def _case(word: str) -> str:
    if len(word) > 1 and word.isupper():
        return "A"
    return "C" if word[0].isupper() else "a" if word[0].islower() else "."


def context_rows(text: str, tokens: Sequence[Token], hashes: Hashes, language: str, classes_of: ClassesOf) -> Rows:
    """int64[n_tokens, n], the rows of what the words alone do not tell: 15 µs a text, in Chinese 6 µs a token.

    Args:
        text: Of the tokens.
        tokens: One or more.
        hashes: `context_hashes` of each, `BEFORE` and `AFTER` around them, uint32[n_tokens + 2, N_HASHES].
        language: Of the text.
        classes_of: The classes of a folded word.
    """
    rows = _neighbour_rows(hashes, _KEYS if language == "en" else _KEYS_OF_OTHERS)
    return np.hstack([rows, _segment_rows(text, tokens, classes_of)]) if language == "zh" else rows


def _neighbour_rows(hashes: Hashes, keys: npt.NDArray[np.uint64]) -> Rows:
    """What `keys` tell of each token by its word, the one before and the one after: sums of their hashes."""
    whole = hashes.astype(np.uint64, order="C")
    near = np.ndarray((len(whole) - 2, 3 * N_HASHES), np.uint64, whole, strides=whole.strides)
    sums = near @ keys  # one product in place of sums of parts: 5 µs, not 45
    sums[:, 1] += np.uint64(_AFTER_KEY)
    return _rows(sums ^ (sums >> np.uint64(32)))


def _neighbour_keys() -> npt.NDArray[np.uint64]:
    """uint64[3 * N_HASHES, n], what the hashes of the word before, of a token's and of the one after are multiplied by.

    Each word with the one before, with the one after, three shapes in a row; then kinds: each with that before, with
    that after, both of these without its own, and three in a row.
    """
    n_kinds = len(PAIRED)
    keys = np.zeros((3, N_HASHES, 4 + 3 * n_kinds), np.uint64)
    keys[:, 0, 0] = _PAIR_KEY, _SHAPE_KEY, 0
    keys[:, 0, 1] = 0, _PAIR_KEY, _SHAPE_KEY
    keys[:, 1, 2] = _SHAPE_KEY, _AFTER_KEY, _PAIR_KEY
    for part in range(n_kinds):
        in_row = np.array([_PAIR_KEY, 1, _AFTER_KEY], np.uint64) * _KIND_KEYS[part]
        for pair, absent in enumerate((2, 0, 1)):
            keys[:, 2 + part, 3 + pair * n_kinds + part] = np.where(np.arange(3) == absent, 0, in_row)
        if not part:
            keys[:, 2, -1] = in_row
    return keys.reshape(-1, keys.shape[2])


_KEYS = _neighbour_keys()
_KEYS_OF_OTHERS = np.ascontiguousarray(_KEYS[:, :3])  # languages without classes that tell something in pairs


def _segment_rows(text: str, tokens: Sequence[Token], classes_of: ClassesOf) -> Rows:
    """The word that a dictionary puts a token of Chinese in, its place there, its part of speech and classes.

    The dictionary knows common names as such; what it does not know, the neighbouring words tell.
    """
    import rjieba  # 0.2 s and 35 MB, for Chinese only

    told, owners, places_within = [*_EDGE], list[int](), list[int]()
    for number, (word, speech) in enumerate(rjieba.tag(_LONE_SURROGATE.sub("\ufffd", text)), start=1):
        size = len(word)
        owners += [number] * size
        places_within += [_FIRST, *[_INNER] * (size - 2), _LAST] if size > 1 else [_ALONE]
        classes = (*classes_of(folded(word)), *_NO_CLASSES)[: len(_NO_CLASSES)]
        told += (word[:_LONGEST_WORD], *classes, speech, f"{min(size, _LONG)}{speech}")
    hashes = np.array(_hashed([*told, *_EDGE]), np.uint64).reshape(-1, len(_EDGE))
    starts = [token.start for token in tokens]
    owner, place = np.array(owners)[starts], np.array(places_within)[starts]
    keys = _segment_keys(hashes, owner) * _SEGMENT_KEYS[place]
    return _rows(keys ^ (keys >> np.uint64(32)))


def _segment_keys(hashes: npt.NDArray[np.uint64], owner: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """uint64[n_tokens, n], what is told of a token whatever its place in its word.

    The word before, the token's own and the one after with their classes; its part of speech, that with its length, and
    that beside those of both others.
    """
    words = hashes[:, : len(_NO_CLASSES) + 1]
    speech, sized = hashes[:, -2], hashes[:, -1]
    pairs = speech[:-1] * np.uint64(_PAIR_KEY) + speech[1:]
    alone = np.stack([speech[owner], sized[owner], pairs[owner - 1], pairs[owner]], axis=1)
    return np.hstack([words[owner - 1], words[owner], words[owner + 1], alone])


def _hashed(facts: Sequence[str]) -> list[int]:
    # Encoded at once, in a third of the time; what holds the separator itself is encoded one by one.
    encoded = "\n".join(facts).encode("utf-8", "surrogatepass").split(b"\n")
    if len(encoded) != len(facts):
        encoded = [fact.encode("utf-8", "surrogatepass") for fact in facts]
    return list(map(crc32, encoded))
