"""Here is a user: what had they searched when the generation was built?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.strings import StringTable, save_strings
from suggest.index.tries import open_trie, save_trie
from suggest.types import PastSearch, parse_ts

_COLUMNS = {"ts_us": np.int64, "query": np.uint32, "session": np.uint32, "typed": np.bool_}


class ProfileRows(NamedTuple):
    """Past searches; row i of every column is the same search.

    Rows of one user are adjacent, over all batches, and ascend in `ts_us`.

    Attributes:
        user: strings, never null.
        ts_us: int64, microseconds since 1970.
        query: uint32, number of its text.
        session: uint32, number of the session's name.
        typed: whether it was typed to its end.
    """

    user: pa.Array
    ts_us: npt.NDArray[np.int64]
    query: npt.NDArray[np.uint32]
    session: npt.NDArray[np.uint32]
    typed: npt.NDArray[np.bool_]


class ProfileTable:
    """Past searches by user, memory-mapped."""

    def __init__(self, generation: Generation) -> None:
        self._published_us = parse_ts(generation.manifest["created_at"])
        self._users = open_trie(generation, "users")
        self._starts = generation.array("profile_starts").data
        self._ends = generation.array("profile_ends").data
        self._columns = [generation.array(f"profile_{name}") for name in _COLUMNS]
        self._queries = StringTable(generation, "profile_queries")
        self._sessions = StringTable(generation, "profile_sessions")

    def history(self, user: str, forgotten_us: int = -1) -> list[PastSearch]:
        """The user's latest searches as of the build, oldest first; empty for one unknown. About 1 µs a search.

        Args:
            user: whose.
            forgotten_us: when they were forgotten, in microseconds since 1970: a generation published
                before knows nothing of them any more, another one only what came later.
        """
        if forgotten_us >= self._published_us:
            return []
        searches = self._searches(user)
        return [search for search in searches if search.ts_us > forgotten_us] if forgotten_us >= 0 else searches

    def _searches(self, user: str) -> list[PastSearch]:
        number = self._users.get(user, -1)
        if number < 0:
            return []
        rows = slice(self._starts[number], self._ends[number])
        return [
            PastSearch(ts_us, self._queries[query], self._sessions[session] or None, typed)
            for ts_us, query, session, typed in zip(*(column[rows].tolist() for column in self._columns), strict=True)
        ]


def save_profiles(
    writer: GenerationWriter, queries: pa.Array, sessions: pa.Array, n_rows: int, batches: Iterable[ProfileRows]
) -> int:
    """Writes what `ProfileTable` reads, a batch at a time; returns how many users there are.

    Args:
        writer: the generation being built.
        queries: texts by number, in their display form.
        sessions: names by number; the empty one where the client named none.
        n_rows: rows of all batches together.
        batches: the rows.
    """
    users: list[str] = []
    lengths: list[int] = []
    with writer.array_files({f"profile_{name}": dtype for name, dtype in _COLUMNS.items()}, n_rows) as files:
        for batch in batches:
            _append_users(users, lengths, batch.user)
            for file, values in zip(files, batch[1:], strict=True):
                file.write(np.ascontiguousarray(values).data)
    _save_users(writer, users, np.cumsum([0, *lengths]))
    save_strings(writer, "profile_queries", queries)
    save_strings(writer, "profile_sessions", sessions)
    return len(users)


def _append_users(users: list[str], lengths: list[int], column: pa.Array) -> None:
    """Adds the runs of equal users of one batch; a run may go on from the batch before."""
    runs = pc.run_end_encode(column, run_end_type=pa.int64())
    sizes = np.diff(np.asarray(runs.run_ends), prepend=0).tolist()
    for user, size in zip(runs.values.to_pylist(), sizes, strict=True):
        if users and users[-1] == user:
            lengths[-1] += size
        else:
            users.append(user)
            lengths.append(size)


def _save_users(writer: GenerationWriter, users: list[str], bounds: npt.NDArray[np.int64]) -> None:
    trie = save_trie(writer, "users", users)
    row_of = np.empty(len(users), dtype=np.int64)
    row_of[[trie[user] for user in users]] = np.arange(len(users))
    writer.save_array("profile_starts", bounds[row_of].astype(np.uint64))
    writer.save_array("profile_ends", bounds[row_of + 1].astype(np.uint64))
