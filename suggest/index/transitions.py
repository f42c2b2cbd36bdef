"""Here is a query: what do people search next in the same session?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.sparse import position

SECTION = "transitions"
"""Beginning of the names of the files."""

MOST_NEXT = 32
"""Next queries kept of one query, those of most people."""


class TransitionRows(NamedTuple):
    """Who went from which query to which, arrays of one length: by query, then best first.

    Attributes:
        row: of the query left, int64; rows of one query stand together.
        next_row: of the query searched next, int64.
        users: distinct people who went that way, int64.
        left: distinct people who went anywhere from the query left, int64; equal in all its rows.
    """

    row: npt.NDArray[np.int64]
    next_row: npt.NDArray[np.int64]
    users: npt.NDArray[np.int64]
    left: npt.NDArray[np.int64]


class Next(NamedTuple):
    """What follows a query.

    Attributes:
        ids: of the next queries, those of most people first, ties by key.
        users: distinct people who went to each.
        left: distinct people who went anywhere.
    """

    ids: npt.NDArray[np.uint32]
    users: npt.NDArray[np.uint32]
    left: int


class Transitions:
    """Next queries of a query within sessions, memory-mapped: 12 bytes for a query that has some, 8 for each of them.

    A generation whose log holds no such pair has no files.
    """

    def __init__(self, generation: Generation) -> None:
        self._is_known = generation.holds(f"{SECTION}_from.npy")
        if self._is_known:
            self._from = generation.array(f"{SECTION}_from")
            self._starts = generation.array(f"{SECTION}_start").data
            self._left = generation.array(f"{SECTION}_left").data
            self._next = generation.array(f"{SECTION}_next")
            self._users = generation.array(f"{SECTION}_users")

    def after(self, query_id: int) -> Next | None:
        """What follows a query; None where too few people went anywhere. About 2 µs."""
        at = position(self._from, query_id) if self._is_known else -1
        if at < 0:
            return None
        start, end = self._starts[at], self._starts[at + 1]
        return Next(self._next[start:end], self._users[start:end], self._left[at])


def save_transitions(writer: GenerationWriter, ids: npt.NDArray[np.uint32], rows: TransitionRows) -> None:
    """Writes what `Transitions` reads; nothing without rows.

    Args:
        writer: the generation being built.
        ids: of the rows of the queries.
        rows: as of `TransitionRows`.
    """
    if not len(rows.row):
        return
    left = ids[rows.row]
    # Stable: within a query the order stays.
    order = np.argsort(left, kind="stable")
    known, starts = np.unique(left[order], return_index=True)
    writer.save_array(f"{SECTION}_from", known)
    writer.save_array(f"{SECTION}_start", np.append(starts, len(order)).astype(np.uint32))
    writer.save_array(f"{SECTION}_left", rows.left[order][starts].astype(np.uint32))
    writer.save_array(f"{SECTION}_next", ids[rows.next_row[order]])
    writer.save_array(f"{SECTION}_users", rows.users[order].astype(np.uint32))
