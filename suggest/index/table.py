"""Here is a query id: what is its text, and what do we know about it?

Ids are those of the marisa trie over the keys (dense, 0..n-1, in no useful order). Statistics are
plain arrays by id. No Python object is kept per query.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.codes import codes
from suggest.index.strings import StringTable, each_text, save_strings
from suggest.index.tries import open_trie, save_trie
from suggest.types import DAY_US

DECAY_DAYS = 30
"""Half-life of `decayed`."""

RECENT_DAYS = (1, 7)
"""Half-lives of the rows of `recent`."""

_RECENT = tuple(f"decayed_{days}d" for days in RECENT_DAYS)


@dataclass(frozen=True)
class QueryColumns:
    """What a build knows about its queries; row i of every column is the same query.

    Attributes:
        keys: normalised queries, distinct, in ascending code point order, none empty.
        displays: the form to show of each.
        weight: popularity that decides the order, float64, > 0.
        count: searches, int64.
        users: distinct users, int64.
        decayed: half-life-decayed searches as of the watermark, float64.
        last_seen_us: latest search in microseconds since 1970, int64; 0 when unknown.
        recent: like `decayed` with the half-lives of `RECENT_DAYS`, float64[2, n]; None where no event is known.
    """

    keys: pa.Array
    displays: pa.Array
    weight: npt.NDArray[np.float64]
    count: npt.NDArray[np.int64]
    users: npt.NDArray[np.int64]
    decayed: npt.NDArray[np.float64]
    last_seen_us: npt.NDArray[np.int64]
    recent: npt.NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.keys)


class QueryTable:
    """The queries of a generation, memory-mapped.

    Attributes:
        weight, decayed: float32 by id.
        count, users: uint32 by id (saturating).
        last_seen_day: uint16 by id, days since 1970; 0 when unknown.
        recent: codes of `suggest.index.codes` by id, uint8[n] for each of `RECENT_DAYS`; empty where no event is known.
        total, recent_total: sums of `weight`, and of the searches of the last of `RECENT_DAYS`.
        watermark_us: the moment that `decayed` and `recent` are relative to; None without events.
        rank: uint32 by id: 0 for the heaviest query, ties by key.
        id_of_rank: uint32 by rank.
    """

    def __init__(self, generation: Generation) -> None:
        self._trie = open_trie(generation, "queries")
        self.weight = generation.array("weight").data
        self.decayed = generation.array("decayed").data
        self.count = generation.array("count").data
        self.users = generation.array("users").data
        self.last_seen_day = generation.array("last_seen_day").data
        names = [name for name in _RECENT if generation.holds(f"{name}.npy")]
        self.recent = [generation.array(name) for name in names]
        self.total: float = generation.parameters.get("weight_total", 0.0)
        self.recent_total: float = generation.parameters.get("recent_total", 0.0)
        self.watermark_us: int | None = generation.parameters.get("watermark_us")
        self.rank = generation.array("rank")
        self.id_of_rank = generation.array("id_of_rank")
        self._is_reshaped = generation.array("display_bits").data
        self._reshaped_ids = generation.array("display_ids")
        self._reshaped = StringTable(generation, "display")

    def __len__(self) -> int:
        return len(self._trie)

    def find(self, key: str) -> int:
        """Id of a normalised query, or -1. About 1 µs."""
        return self._trie.get(key, -1)  # type: ignore[no-any-return]

    def key(self, query_id: int) -> str:
        """The normalised query of an id. About 1 µs."""
        return self._trie.restore_key(query_id)  # type: ignore[no-any-return]

    def display(self, query_id: int, key: str) -> str:
        """The form to show of an id whose key is known. 0.2 µs when that is the key, else about 3 µs."""
        if not self._is_reshaped[query_id >> 3] >> (query_id & 7) & 1:
            return key
        # As the ids' own type: otherwise numpy converts the whole column on every call.
        return self._reshaped[int(self._reshaped_ids.searchsorted(np.uint32(query_id)))]

    def displays(self, ids: list[int], keys: list[str]) -> list[str]:
        """`display` of each; the keys themselves where no query of the table is shown differently."""
        if not len(self._reshaped_ids):
            return keys
        return [self.display(query_id, key) for query_id, key in zip(ids, keys, strict=True)]

    def text(self, query_id: int) -> str:
        """The form to show of an id. About 1 µs."""
        return self.display(query_id, self.key(query_id))

    def starting_with(self, prefix: str) -> list[tuple[str, int]]:
        """(key, id) of every query that starts with `prefix`, unordered. About 0.5 to 1.5 µs each."""
        return self._trie.items(prefix)  # type: ignore[no-any-return]


def save_queries(writer: GenerationWriter, columns: QueryColumns) -> npt.NDArray[np.uint32]:
    """Writes the table; returns the id of each row of `columns`, uint32."""
    trie = save_trie(writer, "queries", each_text(columns.keys))
    ids = np.fromiter((trie[key] for key in each_text(columns.keys)), dtype=np.uint32, count=len(columns))
    row_of = np.empty(len(columns), dtype=np.int64)
    row_of[ids] = np.arange(len(columns))
    writer.save_array("weight", columns.weight[row_of].astype(np.float32))
    writer.save_array("decayed", columns.decayed[row_of].astype(np.float32))
    writer.save_array("count", _saturated(columns.count[row_of], np.uint32))
    writer.save_array("users", _saturated(columns.users[row_of], np.uint32))
    writer.save_array("last_seen_day", _saturated(columns.last_seen_us[row_of] // DAY_US, np.uint16))
    _save_recent(writer, columns, row_of)
    rank = ranks(columns.weight)
    writer.save_array("rank", rank[row_of].astype(np.uint32))
    id_of_rank = np.empty(len(columns), dtype=np.uint32)
    id_of_rank[rank] = ids
    writer.save_array("id_of_rank", id_of_rank)
    _save_displays(writer, columns, ids)
    return ids


def _save_recent(writer: GenerationWriter, columns: QueryColumns, row_of: npt.NDArray[np.int64]) -> None:
    writer.parameters["weight_total"] = float(columns.weight.sum())
    if columns.recent is not None:
        for name, counts in zip(_RECENT, columns.recent, strict=True):
            writer.save_array(name, codes(counts[row_of]))
        writer.parameters["recent_total"] = float(columns.recent[-1].sum())


def ranks(weight: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.int64]:
    """Position of each row by its weight as it is served (float32), the heaviest 0, ties by row: by key."""
    order = np.argsort(-weight.astype(np.float32), kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank


def _save_displays(writer: GenerationWriter, columns: QueryColumns, ids: npt.NDArray[np.uint32]) -> None:
    """Only displays that differ from their key are stored, sorted by id."""
    import pyarrow.compute as pc

    rows = np.flatnonzero(pc.not_equal(columns.keys, columns.displays).to_numpy(zero_copy_only=False))
    rows = rows[np.argsort(ids[rows])]
    is_reshaped = np.zeros(len(ids), dtype=np.bool_)
    is_reshaped[ids[rows]] = True
    writer.save_array("display_bits", np.packbits(is_reshaped, bitorder="little"))
    writer.save_array("display_ids", ids[rows])
    save_strings(writer, "display", columns.displays.take(pa.array(rows)))


def _saturated(values: Sequence[int] | npt.NDArray[np.int64], dtype: type[np.unsignedinteger[Any]]) -> npt.NDArray[Any]:
    return np.clip(values, 0, np.iinfo(dtype).max).astype(dtype)
