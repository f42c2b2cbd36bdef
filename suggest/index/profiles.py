"""Here is a user: what had they searched when the generation was built?"""

from __future__ import annotations

from typing import NamedTuple

import marisa_trie
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.strings import StringTable, save_strings
from suggest.types import PastSearch


class ProfileColumns(NamedTuple):
    """Past searches as a build knows them; row i of every column is the same search.

    Rows of one user are adjacent and ascend in `ts_us`.

    Attributes:
        user, query: strings, never null; the query in its display form.
        session: strings, null where the client named none.
        ts_us: int64, microseconds since 1970.
        typed: whether it was typed to its end.
    """

    user: pa.Array
    query: pa.Array
    session: pa.Array
    ts_us: npt.NDArray[np.int64]
    typed: npt.NDArray[np.bool_]


class ProfileTable:
    """Past searches by user, memory-mapped."""

    def __init__(self, generation: Generation) -> None:
        self._users = marisa_trie.Trie().mmap(str(generation.path("users.marisa")))
        self._starts = generation.array("profile_starts").data
        self._ts_us = generation.array("profile_ts_us")
        self._query = generation.array("profile_query")
        self._session = generation.array("profile_session")
        self._typed = generation.array("profile_typed")
        self._queries = StringTable(generation, "profile_query")
        self._sessions = StringTable(generation, "profile_session")

    def history(self, user: str) -> list[PastSearch]:
        """The user's latest searches as of the build, oldest first; empty for one unknown. About 1 µs a search."""
        number = self._users.get(user, -1)
        if number < 0:
            return []
        rows = slice(self._starts[number], self._starts[number + 1])
        columns = (self._ts_us[rows], self._query[rows], self._session[rows], self._typed[rows])
        return [
            PastSearch(ts_us, self._queries[query], self._sessions[session] or None, bool(typed))
            for ts_us, query, session, typed in zip(*(column.tolist() for column in columns), strict=True)
        ]


def save_profiles(writer: GenerationWriter, columns: ProfileColumns) -> None:
    """Writes what `ProfileTable` reads."""
    runs = pc.run_end_encode(columns.user, run_end_type=pa.int64())
    ends = np.asarray(runs.run_ends)
    starts = np.concatenate(([0], ends[:-1])).astype(np.int64)
    users = runs.values.to_pylist()
    trie = marisa_trie.Trie(users)
    trie.save(str(writer.path("users.marisa")))
    # Users in the order of their trie ids, so that a user's number is an index into `starts`.
    order = np.argsort(np.fromiter((trie[user] for user in users), np.int64, count=len(users)))
    lengths = (ends - starts)[order]
    rows = np.repeat(starts[order] - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths) + np.arange(lengths.sum())
    writer.save_array("profile_starts", np.concatenate(([0], np.cumsum(lengths))).astype(np.uint64))
    writer.save_array("profile_ts_us", columns.ts_us[rows])
    writer.save_array("profile_typed", columns.typed[rows])
    _save_coded(writer, "profile_query", columns.query, rows)
    _save_coded(writer, "profile_session", columns.session.fill_null(""), rows)


def _save_coded(writer: GenerationWriter, name: str, texts: pa.Array, rows: npt.NDArray[np.int64]) -> None:
    """Each text once, and its number for each row."""
    coded = texts.dictionary_encode()
    writer.save_array(name, np.asarray(coded.indices)[rows].astype(np.uint32))
    save_strings(writer, name, coded.dictionary)
