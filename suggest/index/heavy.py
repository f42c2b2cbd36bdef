"""Which prefixes have many completions, and which completions of each are best: the build side.

Source: the table of heavy prefixes is the classic space-for-time trade of completion systems; see
Gog, Pibiri & Venturini, "Efficient and Effective Query Auto-Completion", SIGIR 2020, for what it
is measured against.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

HEAVY_OVER = 20
"""A prefix with more completions than this has a stored list; others are enumerated (about 0.5 µs each)."""

TOP = 32
"""Completions stored of a heavy prefix: ten to answer and the rest as candidates for the ranker."""

DEEP_OVER = 512
"""A prefix with more completions than this stores `DEEP_TOP`, since enumerating it would take too long."""

DEEP_TOP = 256
"""At least 100 (the largest k) after up to 156 have been taken out since the build."""

_CONTINUATION = 0x80
_CONTINUATION_MASK = 0xC0


class HeavyPrefixes(NamedTuple):
    """Heavy prefixes as intervals of the sorted keys.

    Attributes:
        prefixes: the prefixes, in no particular order.
        interval: number of the interval of each prefix, int64[n_prefixes]; prefixes with the same
            completions share one.
        first, last: rows [first, last) of the sorted keys, int64[n_intervals].
    """

    prefixes: list[str]
    interval: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]


def heavy_prefixes(keys: pa.Array) -> HeavyPrefixes:
    """All prefixes, the empty one included, with more than `HEAVY_OVER` completions among sorted keys.

    Works on UTF-8 bytes (whose order is code point order), one depth at a time, on the rows that
    are still in a heavy interval. O(total bytes of shared prefixes).
    """
    starts, data = _utf8(keys)
    lengths = np.diff(starts)
    shared = _shared_with_previous(starts, data)
    found: list[tuple[int, npt.NDArray[np.int64], npt.NDArray[np.int64]]] = []
    rows = np.arange(len(keys))
    depth = 0
    while len(rows) > HEAVY_OVER:
        first, size = _intervals(rows, shared, depth)
        kept = size > HEAVY_OVER
        first, size = first[kept], size[kept]
        whole = _ends_a_character(first, depth, starts, lengths, data)
        found.append((depth, first[whole], size[whole]))
        rows = np.repeat(first - np.concatenate(([0], np.cumsum(size)[:-1])), size) + np.arange(size.sum())
        depth += 1
        rows = rows[lengths[rows] >= depth]
    return _collected(found, starts, data, len(keys))


class BestLists(NamedTuple):
    """The best rows of each interval.

    Attributes:
        of_interval: number of the list of each interval, int64[n_intervals]; intervals with the same
            members share one, which in one locale most do.
        rows: rows of each list, best first: at most `TOP`, or `DEEP_TOP` where a longest interval uses it.
    """

    of_interval: npt.NDArray[np.int64]
    rows: list[npt.NDArray[np.int64]]


def best_lists(
    heavy: HeavyPrefixes, rank: npt.NDArray[np.int64], members: npt.NDArray[np.int64] | None = None
) -> BestLists:
    """The best members of each interval.

    Args:
        heavy: the intervals.
        rank: position of each member in the wanted order, int64[n_members].
        members: ascending rows to choose among; all rows when None.
    """
    first, last = heavy.first, heavy.last
    if members is not None:
        first, last = members.searchsorted(first), members.searchsorted(last)
    spans, of_interval = np.unique(first * (len(rank) + 1) + last, return_inverse=True)
    wanted = np.zeros(len(spans), dtype=np.int64)
    np.maximum.at(wanted, of_interval, np.where(heavy.last - heavy.first > DEEP_OVER, DEEP_TOP, TOP))
    row_at_rank = np.empty(len(rank), dtype=np.int64)
    row_at_rank[rank] = np.arange(len(rank)) if members is None else members
    rows = []
    for start, end, k in zip(*(a.tolist() for a in (*np.divmod(spans, len(rank) + 1), wanted)), strict=True):
        ranks = rank[start:end]
        if len(ranks) > k:
            ranks = np.partition(ranks, k - 1)[:k]
        rows.append(row_at_rank[np.sort(ranks)])
    return BestLists(of_interval.reshape(-1), rows)


def _utf8(keys: pa.Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    keys = keys.cast(pa.large_string())
    _, offsets, data = keys.buffers()
    starts = np.frombuffer(offsets, dtype=np.int64, count=len(keys) + 1, offset=keys.offset * 8)
    return starts, np.frombuffer(data if data is not None else b"", dtype=np.uint8)


def _shared_with_previous(starts: npt.NDArray[np.int64], data: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """Bytes that each key shares with the key before it, int64[n]; 0 for the first."""
    lengths = np.diff(starts)
    shared = np.zeros(len(lengths), dtype=np.int64)
    rows = np.arange(1, len(lengths))
    depth = 0
    while len(rows):
        rows = rows[(lengths[rows] > depth) & (lengths[rows - 1] > depth)]
        rows = rows[data[starts[rows] + depth] == data[starts[rows - 1] + depth]]
        depth += 1
        shared[rows] = depth
    return shared


def _intervals(
    rows: npt.NDArray[np.int64], shared: npt.NDArray[np.int64], depth: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """First row and size of each run of adjacent rows that share `depth` bytes."""
    opens = (shared[rows] < depth) | (np.diff(rows, prepend=-2) != 1)
    at = np.flatnonzero(opens)
    return rows[at], np.diff(at, append=len(rows))


def _ends_a_character(
    first: npt.NDArray[np.int64],
    depth: int,
    starts: npt.NDArray[np.int64],
    lengths: npt.NDArray[np.int64],
    data: npt.NDArray[np.uint8],
) -> npt.NDArray[np.bool_]:
    longer = lengths[first] > depth
    following = data[np.minimum(starts[first] + depth, len(data) - 1)]
    whole: npt.NDArray[np.bool_] = ~longer | ((following & _CONTINUATION_MASK) != _CONTINUATION)
    return whole


def _collected(
    found: list[tuple[int, npt.NDArray[np.int64], npt.NDArray[np.int64]]],
    starts: npt.NDArray[np.int64],
    data: npt.NDArray[np.uint8],
    n_rows: int,
) -> HeavyPrefixes:
    prefixes = [
        data[begin : begin + depth].tobytes().decode() for depth, first, _ in found for begin in starts[first].tolist()
    ]
    first = np.concatenate([first for _, first, _ in found] or [np.empty(0, np.int64)])
    last = first + np.concatenate([size for _, _, size in found] or [np.empty(0, np.int64)])
    spans, interval = np.unique(first * (n_rows + 1) + last, return_inverse=True)
    return HeavyPrefixes(prefixes, interval.reshape(-1), spans // (n_rows + 1), spans % (n_rows + 1))
