"""Which beginnings of words lie within two edits of a text? Answered by hashed deletes.

Two texts within d edits have a text in common that each becomes when at most d characters are deleted, and
so have their first t characters for any t. Indexed are the distinct beginnings of t characters of a sorted
vocabulary (shorter words as they are): each is an interval of words, and there are far fewer than words.

Source: Garbe, "1000x Faster Spelling Correction algorithm", 2012 (SymSpell), after Bocek, Hunt & Stiller,
"Fast Similarity Search in Large Dictionaries", 2007. New here: beginnings as items, which also answers for
unfinished words, and arrays in place of a dictionary of strings.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.budget import Budget
from suggest.index.entries import ascending
from suggest.index.sparse import rows_of_runs

LENGTHS = {3: 1, 4: 1, 5: 2, 7: 2}
"""Characters of the beginnings that are indexed, and how many of them may be deleted."""

WHOLE = 7
"""The length that also answers for finished words."""

MOST_CHARACTERS = 32
"""Longest text that `hashed_deletes` takes."""

_ITEM_BITS = np.uint32(24)
_ITEM = np.uint32((1 << 24) - 1)
_PER_BUCKET = 4
_MOST_BITS = 24
_FINGERPRINT_SHIFT = np.uint64(32)
# One for each place: a text's hash is the sum of its characters times these (multilinear hashing; Lemire &
# Kaser, "Strongly universal string hashing is fast", 2014), mixed once, since letters lie close together.
_MIX = np.uint64(0x9E3779B97F4A7C15)
_FACTORS = [pow(0xD6E8FEB86659FD93, place, 1 << 64) for place in range(1, MOST_CHARACTERS + 1)]


Interval = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
"""Words [first, last) of each of several items, ascending, disjoint; int64[n] each."""


_NO_ITEMS = np.empty(0, np.int64), np.empty(0, np.int64)


class Deletes:
    """The beginnings of one length. About 5 bytes a delete on disk, nothing in memory."""

    def __init__(self, generation: Generation, length: int) -> None:
        name = f"deletes_{length}"
        self._length = length
        self._first = generation.array(f"{name}_first")
        self._offsets = generation.array(f"{name}_offsets")
        self._entries = generation.array(f"{name}_entries")
        self._shift = np.uint64(65 - (len(self._offsets) - 1).bit_length())

    def near(self, typed: str, edits: int, budget: Budget) -> Interval:
        """Intervals of words that begin as `typed` begins, give or take `edits`; with false ones among them.

        Cost: 20 to 26 µs; each entry of the probed buckets is one node.
        """
        begins = typed[: self._length]
        codes = np.frombuffer(begins.encode("utf-32-le", "surrogatepass"), np.uint32)
        hashes = hashed_deletes(codes[None].astype(np.uint64), edits)[0]
        bucket = (hashes >> self._shift).view(np.int64)
        start = self._offsets.take(bucket).astype(np.int64)
        size = self._offsets.take(bucket + 1) - start
        ends = size.cumsum()
        if not budget.spend(int(ends[-1])):
            return _NO_ITEMS
        found = self._entries.take(rows_of_runs(start, size, ends))
        found ^= _fingerprint(hashes).repeat(size)
        # Several ways to delete lead to one item.
        items = ascending(found[found <= _ITEM])
        return self._first.take(items).astype(np.int64), self._first.take(items + 1).astype(np.int64)


def holds(generation: Generation, length: int) -> bool:
    """Whether `save_deletes` had any word to write."""
    return generation.holds(f"deletes_{length}_entries.npy")


def save_deletes(writer: GenerationWriter, texts: list[str]) -> None:
    """Writes every length for `Deletes(generation, length)`.

    Args:
        writer: of the generation being built.
        texts: words, distinct, in code point order. Up to 16 million distinct beginnings; 16 bytes of memory
            for each of their deletes (about 30 for a beginning of 7) while this runs.
    """
    if not texts:
        return
    for length, edits in LENGTHS.items():
        starts = _starts(texts, length)
        codes = text_codes([texts[row][:length] for row in starts.tolist()], length)
        hashes = hashed_deletes(codes, edits)
        writer.save_array(f"deletes_{length}_first", np.append(starts, len(texts)).astype(np.uint32))
        offsets, entries = _bucketed(hashes)
        writer.save_array(f"deletes_{length}_offsets", offsets)
        writer.save_array(f"deletes_{length}_entries", entries)


def _starts(texts: list[str], length: int) -> npt.NDArray[np.int64]:
    """The row of the first word of each distinct beginning."""
    beginnings = [text[:length] for text in texts]
    return np.array([row for row, text in enumerate(beginnings) if not row or text != beginnings[row - 1]], np.int64)


def text_codes(texts: list[str], length: int) -> npt.NDArray[np.uint64]:
    """Code points, uint64[n_texts, length]; zeros after the end."""
    padded = "".join([text.ljust(length, "\0") for text in texts]).encode("utf-32-le", "surrogatepass")
    return np.frombuffer(padded, np.uint32).reshape(len(texts), length).astype(np.uint64)


def hashed_deletes(codes: npt.NDArray[np.uint64], edits: int) -> npt.NDArray[np.uint64]:
    """Hashes of every text without up to `edits` of its characters, uint64[n_texts, n_patterns].

    Where a pattern deletes beyond the end of a text its hash is that of a pattern before it.
    """
    hashes: npt.NDArray[np.uint64] = codes @ _patterns(codes.shape[1], edits).factors
    hashes ^= hashes >> np.uint64(32)
    hashes *= _MIX
    return hashes


class _Patterns(NamedTuple):
    """Ways to delete characters of a text, those that delete fewer first.

    Attributes:
        factors: of each character for the hash of what remains, 0 where it is deleted, uint64[length, n_patterns].
        deletes: of each pattern, int8[n_patterns].
    """

    factors: npt.NDArray[np.uint64]
    deletes: npt.NDArray[np.int8]


@cache
def _patterns(length: int, edits: int) -> _Patterns:
    columns, deletes = [], []
    for n_deleted in range(min(edits, length) + 1):
        for gone in combinations(range(length), n_deleted):
            kept = [place for place in range(length) if place not in gone]
            factors = dict(zip(kept, _FACTORS, strict=False))
            columns.append([factors.get(place, 0) for place in range(length)])
            deletes.append(n_deleted)
    return _Patterns(np.array(columns, np.uint64).T, np.array(deletes, np.int8))


def _fingerprint(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint32]:
    """Eight bits of each hash that take no part in the choice of a bucket, at the place where entries hold them."""
    return (hashes >> _FINGERPRINT_SHIFT).astype(np.uint32) << _ITEM_BITS


def _bucketed(hashes: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Entries (fingerprint and item) in order of their buckets, each once, and where each bucket starts."""
    bits = min(_MOST_BITS, max(1, (hashes.size // _PER_BUCKET).bit_length()))
    keys = (hashes >> np.uint64(64 - bits)) << np.uint64(32)
    keys |= _fingerprint(hashes)
    keys |= np.arange(len(hashes), dtype=np.uint64)[:, None]
    keys = ascending(keys.ravel())
    offsets = (keys >> np.uint64(32)).searchsorted(np.arange((1 << bits) + 1, dtype=np.uint64))
    return offsets.astype(np.uint32), (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32)
