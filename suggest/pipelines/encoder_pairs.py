"""Here is a log: which texts belong together, so that their vectors should?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from suggest.types.history import SESSION_GAP_US

MAX_PAIRS = 300_000
"""The latest are learned from: of more, a table of vectors learns little and a network takes days."""


class TextPairs(NamedTuple):
    """Pairs of texts that people brought together, each once, by when they first did, then by text.

    Attributes:
        left: a query, or the text of an item.
        right: a query.
        ts_us: int64, when; pairs of one moment are ordered by text.
    """

    left: list[str]
    right: list[str]
    ts_us: npt.NDArray[np.int64]

    def part(self, rows: npt.NDArray[np.int64]) -> TextPairs:
        """Some of them."""
        return TextPairs([self.left[row] for row in rows], [self.right[row] for row in rows], self.ts_us[rows])


def encoder_pairs(searches: ir.Table, item_texts: Mapping[str, str]) -> TextPairs:
    """Next queries of a session, queries beside one item that follow each other, and items' texts with their queries.

    Args:
        searches: as `LogTables.searches`.
        item_texts: by item.
    """
    beside = searches.filter(searches.item.notnull())
    texts = ibis.memtable(pa.table({"item": list(item_texts), "text": list(item_texts.values())}, schema=_ITEM_TEXTS))
    described = beside.join(texts, "item").select(left="text", right="key", ts_us="ts_us")
    found = _following(searches, ["user", "session"]).union(_following(beside, ["item"]), described)
    found = found.filter(found.left != found.right)
    pairs = found.group_by("left", "right").agg(ts_us=found.ts_us.min())
    latest = pairs.order_by(pairs.ts_us.desc(), "left", "right").limit(MAX_PAIRS)
    rows = latest.order_by("ts_us", "left", "right").to_pyarrow()
    return TextPairs(rows["left"].to_pylist(), rows["right"].to_pylist(), rows["ts_us"].to_numpy())


_ITEM_TEXTS = pa.schema([("item", pa.string()), ("text", pa.string())])


def _following(searches: ir.Table, within: list[str]) -> ir.Table:
    """Each search and the next that shares what `within` names, unless that came after the gap of a session."""
    in_order = ibis.window(group_by=within, order_by=["ts_us", "known_at_us", "key"])
    steps = searches.select(
        left="key",
        right=searches.key.lead().over(in_order),
        ts_us="ts_us",
        pause_us=searches.ts_us.lead().over(in_order) - searches.ts_us,
    )
    is_within = (steps.pause_us <= SESSION_GAP_US) | ("user" not in within)
    return steps.filter(steps.right.notnull() & is_within).select("left", "right", "ts_us")
