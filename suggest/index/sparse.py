"""Here are query ids: which of them does something sparse know? And here are runs of rows: which rows are these?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def position(sorted_ids: npt.NDArray[np.uint32], query_id: int) -> int:
    """Where one id stands in ascending ids, or -1. About 1 µs.

    Args:
        sorted_ids: ascending, each once; may be empty.
        query_id: -1 for what is no query of the index.
    """
    if query_id < 0:
        return -1
    # As the ids' own type: otherwise numpy converts the whole column on every call.
    at = int(sorted_ids.searchsorted(np.uint32(query_id)))
    return at if at < len(sorted_ids) and sorted_ids[at] == query_id else -1


def positions(sorted_ids: npt.NDArray[np.uint32], ids: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where each id stands in ascending ids, or -1; int64[n]. About 4 µs for 64 of a million.

    Args:
        sorted_ids: ascending, each once; may be empty.
        ids: -1 for what is no query of the index.
    """
    if not len(sorted_ids):
        return np.full(len(ids), -1)
    # As the ids' own type: otherwise numpy converts the whole column on every call.
    at = sorted_ids.searchsorted(ids.astype(np.uint32))
    at[at == len(sorted_ids)] = 0
    return np.where(sorted_ids[at] == ids, at, -1)


def rows_of_runs(
    first: npt.NDArray[np.int64], size: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """The rows `first`, `first + 1` and so on of each run, one run after the other; int64[sum of `size`].

    Args:
        first: of each run, int64[n].
        size: how many rows each has, int64[n].
        ends: `size.cumsum()`, which callers know.
    """
    return (first - ends + size).repeat(size) + np.arange(ends[-1] if len(ends) else 0)
