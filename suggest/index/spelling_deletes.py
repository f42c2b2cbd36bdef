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
import pyarrow as pa

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.budget import Budget

LENGTHS = {3: 1, 4: 1, 5: 2, 7: 2}
"""Characters of the beginnings that are indexed, and how many of them may be deleted."""

WHOLE = 7
"""The length that also answers for finished words."""

_ITEM_BITS = 24
_ITEM = (1 << _ITEM_BITS) - 1
_PER_BUCKET = 4
# Odd multipliers with irregular bits: a text's hash is the sum over its characters, then mixed.
_MIX = np.uint64(0x9E3779B97F4A7C15)
_BASE = 0x100000001B3


class Near(NamedTuple):
    """Intervals of words whose beginnings may be within reach; ascending, disjoint.

    Attributes:
        first, last: words [first, last), int64[n].
        deletes: how few deletes of the typed text led there, int8[n].
    """

    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]
    deletes: npt.NDArray[np.int8]


_NOTHING = Near(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int8))


class Deletes:
    """The beginnings of one length. About 5 bytes a delete on disk, nothing in memory."""

    def __init__(self, generation: Generation, length: int) -> None:
        name = f"deletes_{length}"
        self._length = length
        self._first = generation.array(f"{name}_first")
        self._offsets = generation.array(f"{name}_offsets")
        self._entries = generation.array(f"{name}_entries")
        self._shift = np.uint64(65 - (len(self._offsets) - 1).bit_length())

    def near(self, typed: str, edits: int, budget: Budget) -> Near:
        """Intervals of words that begin as `typed` begins, give or take `edits`; with false ones among them.

        Cost: 40 to 60 µs, most of it for two edits; each entry of the probed buckets is one node.
        """
        begins = typed[: self._length]
        (hashes,), deletes = _hashed_deletes(_codes([begins], len(begins)), edits)
        bucket = (hashes >> self._shift).astype(np.int64)
        start = self._offsets[bucket].astype(np.int64)
        size = self._offsets[bucket + 1] - start
        if not budget.spend(int(size.sum())):
            return _NOTHING
        at = np.repeat(start - np.cumsum(size) + size, size) + np.arange(size.sum())
        found = self._entries[at]
        right = (found >> np.uint32(_ITEM_BITS)) == np.repeat(_fingerprint(hashes), size)
        # Few deletes come first: the first occurrence of an item has the fewest.
        items, where = np.unique(found[right] & np.uint32(_ITEM), return_index=True)
        first, last = self._first[items], self._first[items + np.uint32(1)]
        return Near(first.astype(np.int64), last.astype(np.int64), np.repeat(deletes, size)[right][where])


def holds(generation: Generation, length: int) -> bool:
    """Whether `save_deletes` had any word to write."""
    return generation.holds(f"deletes_{length}_entries.npy")


def save_deletes(writer: GenerationWriter, words: pa.Array) -> None:
    """Writes every length for `Deletes(generation, length)`.

    Args:
        writer: of the generation being built.
        words: distinct, in code point order. Up to 16 million distinct beginnings; 16 bytes of memory
            for each of their deletes (about 30 for a beginning of 7) while this runs.
    """
    texts = words.to_pylist()
    if not texts:
        return
    for length, edits in LENGTHS.items():
        starts = _starts(texts, length)
        codes = _codes([texts[row][:length] for row in starts.tolist()], length)
        hashes, _ = _hashed_deletes(codes, edits)
        writer.save_array(f"deletes_{length}_first", np.append(starts, len(texts)).astype(np.uint32))
        offsets, entries = _bucketed(hashes)
        writer.save_array(f"deletes_{length}_offsets", offsets)
        writer.save_array(f"deletes_{length}_entries", entries)


def _starts(texts: list[str], length: int) -> npt.NDArray[np.int64]:
    """The row of the first word of each distinct beginning."""
    beginnings = [text[:length] for text in texts]
    return np.array([row for row, text in enumerate(beginnings) if not row or text != beginnings[row - 1]], np.int64)


def _codes(texts: list[str], length: int) -> npt.NDArray[np.uint64]:
    """Code points, uint64[n_texts, length]; zeros after the end."""
    padded = "".join([text.ljust(length, "\0") for text in texts]).encode("utf-32-le", "surrogatepass")
    return np.frombuffer(padded, np.uint32).reshape(len(texts), length).astype(np.uint64)


def _hashed_deletes(codes: npt.NDArray[np.uint64], edits: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int8]]:
    """Hashes of every text without up to `edits` of its characters.

    Returns:
        Hashes, uint64[n_texts, n_patterns], and the deletes of each pattern, int8[n_patterns], ascending. Where
        a pattern deletes beyond the end of a text its hash is that of a pattern before it.
    """
    length = codes.shape[1]
    kept, deletes = _patterns(length, edits)
    padded = np.concatenate([codes, np.zeros((len(codes), 1), np.uint64)], axis=1)
    hashes = np.zeros((len(codes), len(kept)), np.uint64)
    for place in range(length):
        hashes += padded[:, kept[:, place]] * np.uint64(pow(_BASE, place + 1, 1 << 64))
    hashes ^= hashes >> np.uint64(32)
    hashes *= _MIX
    hashes ^= hashes >> np.uint64(29)
    hashes *= _MIX
    return hashes, deletes


@cache
def _patterns(length: int, edits: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int8]]:
    """Which characters each pattern keeps, int64[n_patterns, length], padded with `length`; and its deletes."""
    rows, deletes = [], []
    for n_deleted in range(edits + 1):
        for gone in combinations(range(length), n_deleted):
            kept = [place for place in range(length) if place not in gone]
            rows.append(kept + [length] * n_deleted)
            deletes.append(n_deleted)
    return np.array(rows, np.int64), np.array(deletes, np.int8)


def _fingerprint(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint32]:
    return (hashes & np.uint64(0xFF)).astype(np.uint32)


def _bucketed(hashes: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Entries (fingerprint and item) in order of their buckets, each once, and where each bucket starts."""
    bits = max(1, (hashes.size // _PER_BUCKET).bit_length())
    keys = (hashes >> np.uint64(64 - bits)) << np.uint64(32)
    keys |= _fingerprint(hashes).astype(np.uint64) << np.uint64(_ITEM_BITS)
    keys |= np.arange(len(hashes), dtype=np.uint64)[:, None]
    keys = np.unique(keys)
    offsets = (keys >> np.uint64(32)).searchsorted(np.arange((1 << bits) + 1, dtype=np.uint64))
    return offsets.astype(np.uint32), (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32)
