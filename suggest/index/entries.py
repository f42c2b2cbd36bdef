"""Here is something that stands for queries (a spelling, a transliteration, a word): which, best first?

Several keys may lead to one query and one key to many. Queries are ranks, so that the smallest are the
best. The trade of space for time is that of the prefix index: prefixes with many entries have a stored
list of their best ranks, the others are enumerated.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import marisa_trie
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from suggest.artifacts import Generation, GenerationWriter
from suggest.index import heavy
from suggest.index.budget import Budget
from suggest.index.heavy import HeavyPrefixes, heavy_prefixes

_BATCH = 65_536


class EntryIndex:
    """Entries (key, rank) of one section of a generation, memory-mapped; exact while the budget lasts."""

    def __init__(self, generation: Generation, name: str) -> None:
        """Maps the section that `save_entries` wrote under `name`; one without entries has no files."""
        self._n_keys = 0
        if not generation.holds(f"{name}.marisa"):
            return
        self._keys = marisa_trie.Trie().mmap(str(generation.path(f"{name}.marisa")))
        self._n_keys = len(self._keys)
        self._first = generation.array(f"{name}_first").data
        self._size = generation.array(f"{name}_size").data
        self._ranks = generation.array(f"{name}_ranks")
        self._heavy = marisa_trie.Trie().mmap(str(generation.path(f"{name}_heavy.marisa")))
        self._interval = generation.array(f"{name}_interval").data
        self._interval_first = generation.array(f"{name}_interval_first").data
        self._interval_last = generation.array(f"{name}_interval_last").data
        self._starts = generation.array(f"{name}_best_starts").data
        self._best = generation.array(f"{name}_best")

    def __len__(self) -> int:
        """How many distinct keys there are."""
        return self._n_keys

    def top(self, prefix: str, k: int, budget: Budget, allowed: npt.NDArray[np.bool_] | None = None) -> list[int]:
        """The `k` smallest distinct ranks of entries whose key starts with `prefix`, ascending.

        About 2 µs where a list is stored, else about 1 µs an entry, of which there are at most
        `heavy.HEAVY_OVER`. Where a stored list does not hold `k` that are allowed, every entry of the
        prefix is looked at, about 10 ns each.

        Args:
            prefix: in the form of the keys; the empty one asks for the best of all.
            k: at most this many; fewer when there are fewer or the budget ends.
            budget: charged one node an entry.
            allowed: by rank, which queries count; all when None.
        """
        if not self._n_keys or not budget.spend(1):
            return []
        number = self._heavy.get(prefix, -1)
        if number < 0:
            return self._enumerated(prefix, k, budget, allowed)
        interval = self._interval[number]
        start, end = self._starts[interval], self._starts[interval + 1]
        first, last = self._interval_first[interval], self._interval_last[interval]
        if allowed is None:
            end_read = min(end, start + k)
            found: list[int] = self._best[start:end_read].tolist() if budget.spend(end_read - start) else []
        else:
            found = _allowed(self._best[start:end], k, allowed) if budget.spend(end - start) else []
        if len(found) < k and end - start < last - first and budget.spend(last - first):
            entries = self._ranks[first:last]
            found = smallest(entries if allowed is None else entries[allowed[entries]], k).tolist()
        return found

    def exact(self, key: str, k: int, budget: Budget, allowed: npt.NDArray[np.bool_] | None = None) -> list[int]:
        """The `k` smallest ranks of entries with this very key, ascending; as `top` otherwise. About 1 µs."""
        if not self._n_keys or not budget.spend(1):
            return []
        number = self._keys.get(key, -1)
        if number < 0:
            return []
        first, size = self._first[number], self._size[number]
        size = size if allowed is not None else min(k, size)
        if not budget.spend(size):
            return []
        entries = self._ranks[first : first + size]
        return entries.tolist() if allowed is None else _allowed(entries, k, allowed)

    def _enumerated(self, prefix: str, k: int, budget: Budget, allowed: npt.NDArray[np.bool_] | None) -> list[int]:
        numbers = [number for _, number in self._keys.items(prefix)]
        if not budget.spend(sum(self._size[number] for number in numbers)):
            return []
        found: set[int] = set()
        for number in numbers:
            first = self._first[number]
            found.update(self._ranks[first : first + self._size[number]].tolist())
        return sorted(found if allowed is None else (rank for rank in found if allowed[rank]))[:k]


def smallest(values: npt.NDArray[np.uint32], k: int) -> npt.NDArray[np.uint32]:
    """The `k` smallest distinct values, ascending; fewer when there are fewer. About 10 ns a value."""
    # Twice as many as wanted leave room for repeats, and sorting them costs little.
    if len(values) > 4 * k:
        few = np.unique(np.partition(values, 2 * k)[: 2 * k])
        if len(few) >= k:
            return few[:k]
    return np.unique(values)[:k]


def save_entries(writer: GenerationWriter, name: str, keys: pa.Array, ranks: npt.NDArray[np.uint32]) -> None:
    """Writes what `EntryIndex(generation, name)` reads; no file at all when there is no entry.

    About 5 µs an entry. On disk 4 bytes an entry, some 9 a key, and the lists of its prefixes.

    Args:
        writer: the generation being built.
        name: of the section, and beginning of its files' names.
        keys: strings in any order, none empty or with a NUL; equal pairs count once.
        ranks: of the query of each row, uint32.
    """
    if not len(keys):
        return
    keys, ranks = _sorted_pairs(keys, ranks)
    _save_keys(writer, name, keys)
    writer.save_array(f"{name}_ranks", ranks)
    found = heavy_prefixes(keys)
    trie = marisa_trie.Trie(found.prefixes)
    trie.save(str(writer.path(f"{name}_heavy.marisa")))
    interval = np.empty(len(found.prefixes), dtype=np.uint32)
    interval[[trie[prefix] for prefix in found.prefixes]] = found.interval
    writer.save_array(f"{name}_interval", interval)
    writer.save_array(f"{name}_interval_first", found.first.astype(np.uint32))
    writer.save_array(f"{name}_interval_last", found.last.astype(np.uint32))
    best = list(_best(found, ranks))
    writer.save_array(f"{name}_best_starts", np.cumsum([0, *map(len, best)]).astype(np.uint32))
    writer.save_array(f"{name}_best", np.concatenate([*best, np.empty(0, np.uint32)]))


def _sorted_pairs(keys: pa.Array, ranks: npt.NDArray[np.uint32]) -> tuple[pa.Array, npt.NDArray[np.uint32]]:
    pairs = pa.table({"key": keys.cast(pa.large_string()), "rank": ranks.astype(np.uint32)})
    pairs = pairs.group_by(["key", "rank"]).aggregate([]).sort_by([("key", "ascending"), ("rank", "ascending")])
    return pairs["key"].combine_chunks(), pairs["rank"].to_numpy()


def _save_keys(writer: GenerationWriter, name: str, keys: pa.Array) -> None:
    """Writes the trie of the distinct keys, and where the entries of each begin and how many there are."""
    runs = keys.dictionary_encode()
    # Sorted keys are numbered in order, so that equal ones are one run.
    opens = np.flatnonzero(np.diff(runs.indices.to_numpy(), prepend=-1))
    size = np.diff(opens, append=len(keys))
    trie = marisa_trie.Trie(_each(runs.dictionary))
    trie.save(str(writer.path(f"{name}.marisa")))
    number = np.fromiter((trie[key] for key in _each(runs.dictionary)), dtype=np.int64, count=len(opens))
    row_of = np.empty(len(opens), dtype=np.int64)
    row_of[number] = np.arange(len(opens))
    writer.save_array(f"{name}_first", opens[row_of].astype(np.uint32))
    writer.save_array(f"{name}_size", size[row_of].astype(np.min_scalar_type(size.max())))


def _best(found: HeavyPrefixes, ranks: npt.NDArray[np.uint32]) -> Iterator[npt.NDArray[np.uint32]]:
    """The smallest distinct ranks of each interval, at most as many as the prefix index stores."""
    for first, last in zip(found.first.tolist(), found.last.tolist(), strict=True):
        yield smallest(ranks[first:last], heavy.DEEP_TOP if last - first > heavy.DEEP_OVER else heavy.TOP)


def _allowed(ranks: npt.NDArray[np.uint32], k: int, allowed: npt.NDArray[np.bool_]) -> list[int]:
    found: list[int] = ranks[allowed[ranks]][:k].tolist()
    return found


def _each(texts: pa.Array) -> Iterator[Any]:
    """Python strings of an Arrow column, a batch at a time so that they never all exist at once."""
    for start in range(0, len(texts), _BATCH):
        yield from texts.slice(start, _BATCH).to_pylist()
