"""Here is something that stands for queries (a spelling, a transliteration, a word): which, best first?

Several keys may lead to one query and one key to many. Queries are ranks, so that the smallest are the
best. The trade of space for time is that of the prefix index: prefixes with many entries are found in a
table and have a stored list of their best ranks, the others are enumerated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import marisa_trie
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from suggest.artifacts import Generation, GenerationWriter
from suggest.index import heavy
from suggest.index.budget import Budget
from suggest.index.heavy import heavy_prefixes
from suggest.index.strings import each_text
from suggest.index.tries import open_trie, save_trie

STORED_OVER = 64
"""A prefix with more entries than this has a stored list; fewer are sorted in 4 µs, and their lists would
take 5 of 20 bytes an entry."""

_RANK_BITS = 32
_RANK = (1 << _RANK_BITS) - 1

_Whole = TypeVar("_Whole", np.uint32, np.int64, np.uint64)


class EntryIndex:
    """Entries (key, rank) of one section of a generation, memory-mapped; exact while the budget lasts.

    Keys have numbers, ascending in code point order, so that those with a common prefix are neighbours.

    Attributes:
        starts: where the entries of each key begin, by its number, and at the end how many there are.
        ranks: of the entries: sorted by key, then ascending, uint32.
    """

    def __init__(self, generation: Generation, name: str) -> None:
        """Maps the section that `save_entries` wrote under `name`; one without entries has no files."""
        self.starts: Sequence[int] = [0]
        self.ranks = np.empty(0, dtype=np.uint32)
        if not generation.holds(f"{name}.marisa"):
            self._keys = self._prefixes = marisa_trie.Trie()
            return
        self._keys = open_trie(generation, name)
        self._number = generation.array(f"{name}_number").data
        self.ranks = generation.array(f"{name}_ranks")
        holds_starts = generation.holds(f"{name}_starts.npy")
        self.starts = generation.array(f"{name}_starts").data if holds_starts else range(len(self.ranks) + 1)
        self._prefixes = open_trie(generation, f"{name}_prefixes")
        self._interval = generation.array(f"{name}_interval").data
        self._spans = generation.array(f"{name}_spans")
        self._span = self._spans.data
        self._best_starts = generation.array(f"{name}_best_starts").data
        self._best = generation.array(f"{name}_best")

    def __len__(self) -> int:
        """How many distinct keys there are."""
        return len(self.starts) - 1

    def find(self, key: str) -> int:
        """The number of a key, or -1. About 1 µs."""
        found = self._keys.get(key, -1)
        return self._number[found] if found >= 0 else -1

    def begins(self, prefix: str) -> bool:
        """Whether any key starts with `prefix`. About 1 µs."""
        return next(self._keys.iterkeys(prefix), None) is not None

    def interval(self, prefix: str) -> tuple[int, int]:
        """The numbers [first, last) of the keys that start with `prefix`; (0, 0) when none does. About 3 µs."""
        number = self._prefixes.get(prefix, -1)
        if number >= 0:
            span: int = self._span[self._interval[number]]
            return divmod(span, len(self.starts))
        found = [self._number[key] for _, key in self._keys.items(prefix)]
        return (min(found), max(found) + 1) if found else (0, 0)

    def count(self, first: int, last: int) -> int:
        """How many entries the keys [first, last) have."""
        return self.starts[last] - self.starts[first]

    def top(self, prefix: str, k: int, budget: Budget, allowed: npt.NDArray[np.bool_] | None = None) -> list[int]:
        """The `k` smallest distinct ranks of entries whose key starts with `prefix`, ascending.

        About 5 µs where a list is stored, 8 µs where not. Where a stored list does not hold `k` that are
        allowed, every entry of the prefix is looked at, about 10 ns each.

        Args:
            prefix: in the form of the keys; the empty one asks for the best of all.
            k: at most this many; fewer when there are fewer or the budget ends.
            budget: charged one node an entry.
            allowed: by rank, which queries count; all when None.
        """
        if not budget.spend(1):
            return []
        number = self._prefixes.get(prefix, -1) if allowed is None else -1
        if number >= 0:
            interval = self._interval[number]
            start = self._best_starts[interval]
            if self._best_starts[interval + 1] - start >= k and budget.spend(k):
                found: list[int] = self._best[start : start + k].tolist()
                return found
        return self.best(*self.interval(prefix), k, budget, allowed)

    def exact(self, key: str, k: int, budget: Budget, allowed: npt.NDArray[np.bool_] | None = None) -> list[int]:
        """The `k` smallest ranks of entries with this very key, ascending; as `top` otherwise."""
        number = self.find(key) if budget.spend(1) else -1
        return self.best(number, number + 1, k, budget, allowed) if number >= 0 else []

    def best(
        self, first: int, last: int, k: int, budget: Budget, allowed: npt.NDArray[np.bool_] | None = None
    ) -> list[int]:
        """As `top`, of the keys [first, last)."""
        start, end = self.starts[first], self.starts[last]
        is_one_key = last - first <= 1
        if is_one_key and allowed is None:
            end = min(end, start + k)
        found: list[int] = []
        if not is_one_key and end - start > STORED_OVER:
            stored = self.stored(first, last)
            stored = stored[:k] if allowed is None else stored
            if budget.spend(len(stored)):
                found = (stored if allowed is None else stored[allowed.take(stored)][:k]).tolist()
        if len(found) == k or not budget.spend(end - start):
            return found
        ranks = self.ranks[start:end]
        return smallest(ranks if allowed is None else ranks[allowed.take(ranks)], k)

    def stored(self, first: int, last: int) -> npt.NDArray[np.uint32]:
        """The stored best of the keys [first, last), ascending; none when they are no prefix with a list."""
        span = first * len(self.starts) + last
        # As the spans' own type: otherwise numpy converts the whole column on every call.
        interval = int(self._spans.searchsorted(np.uint64(span)))
        if interval == len(self._spans) or self._span[interval] != span:
            return self._best[:0]
        return self._best[self._best_starts[interval] : self._best_starts[interval + 1]]


def smallest(values: npt.NDArray[np.uint32], k: int) -> list[int]:
    """The `k` smallest distinct values, ascending; fewer when there are fewer. About 10 ns a value."""
    if len(values) <= STORED_OVER:
        return sorted(set(values.tolist()))[:k]
    # Twice as many as wanted leave room for repeats, and sorting them costs little.
    if len(values) > 4 * k:
        few = smallest(np.partition(values, 2 * k)[: 2 * k], k)
        if len(few) == k:
            return few
    found: list[int] = ascending(values)[:k].tolist()
    return found


def ascending(values: npt.NDArray[_Whole]) -> npt.NDArray[_Whole]:
    """The distinct values, ascending. About 5 ns a value.

    `numpy.unique` takes 100 µs for a few hundred, and of a million it makes a hash table, at 500 ns a value.
    """
    values = np.sort(values)
    is_new = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=is_new[1:])
    return values[is_new]


def save_entries(writer: GenerationWriter, name: str, keys: pa.Array, ranks: npt.NDArray[np.uint32]) -> None:
    """Writes what `EntryIndex(generation, name)` reads; no file at all when there is no entry.

    About 2 µs an entry. On disk 4 bytes an entry, some 7 a key and as many again if keys have several
    entries, and the lists of its prefixes.

    Args:
        writer: the generation being built.
        name: of the section, and beginning of its files' names.
        keys: strings in any order, none empty or with a NUL; equal pairs count once.
        ranks: of the query of each row, uint32.
    """
    if not len(keys):
        return
    coded = keys.cast(pa.large_string()).dictionary_encode()
    in_order = pc.sort_indices(coded.dictionary)
    number = np.empty(len(in_order), dtype=np.int64)
    number[in_order.to_numpy()] = np.arange(len(in_order))
    # One whole number for a key and a rank: sorting texts that repeat takes four times as long.
    pairs = ascending(number[coded.indices.to_numpy()] << _RANK_BITS | ranks.astype(np.int64))
    starts = (pairs >> _RANK_BITS).searchsorted(np.arange(len(in_order) + 1))
    save_sorted_entries(writer, name, coded.dictionary.take(in_order), starts, (pairs & _RANK).astype(np.uint32))


def save_sorted_entries(
    writer: GenerationWriter, name: str, keys: pa.Array, starts: npt.NDArray[np.int64], ranks: npt.NDArray[np.uint32]
) -> None:
    """As `save_entries`, of what is sorted.

    Args:
        writer: the generation being built.
        name: of the section.
        keys: distinct, ascending in code point order, at least one.
        starts: where the entries of each key begin, and at the end how many there are, int64[n_keys + 1].
        ranks: of each entry, ascending and distinct within a key, uint32.
    """
    trie = save_trie(writer, name, each_text(keys))
    ids = np.fromiter((trie[key] for key in each_text(keys)), dtype=np.int64, count=len(keys))
    number = np.empty(len(keys), dtype=np.uint32)
    number[ids] = np.arange(len(keys))
    writer.save_array(f"{name}_number", number)
    if len(ranks) > len(keys):
        writer.save_array(f"{name}_starts", starts.astype(np.uint32))
    writer.save_array(f"{name}_ranks", ranks)
    _save_best(writer, name, keys, starts, ranks)


def _save_best(
    writer: GenerationWriter, name: str, keys: pa.Array, starts: npt.NDArray[np.int64], ranks: npt.NDArray[np.uint32]
) -> None:
    """Writes the table of prefixes with many entries and the best of each."""
    entry_keys = keys.take(pa.array(np.repeat(np.arange(len(keys)), np.diff(starts))))
    found = heavy_prefixes(entry_keys)
    del entry_keys
    trie = save_trie(writer, f"{name}_prefixes", found.prefixes)
    # Intervals of entries begin and end with a key. They ascend as entries and so do they as keys.
    spans = starts.searchsorted(found.first) * (len(keys) + 1) + starts.searchsorted(found.last)
    interval = np.empty(len(found.prefixes), dtype=np.uint32)
    interval[[trie[prefix] for prefix in found.prefixes]] = found.interval
    writer.save_array(f"{name}_interval", interval)
    writer.save_array(f"{name}_spans", spans.astype(np.uint64))
    best = [_list(ranks[first:last]) for first, last in zip(found.first.tolist(), found.last.tolist(), strict=True)]
    writer.save_array(f"{name}_best_starts", np.cumsum([0, *map(len, best)]).astype(np.uint32))
    writer.save_array(f"{name}_best", np.concatenate([*best, np.empty(0, np.uint32)]))


def _list(ranks: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """The best of an interval, as many as the prefix index stores."""
    wanted = heavy.DEEP_TOP if len(ranks) > heavy.DEEP_OVER else heavy.TOP if len(ranks) > STORED_OVER else 0
    return np.array(smallest(ranks, wanted), dtype=np.uint32)
