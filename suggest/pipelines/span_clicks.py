"""What is tapped in comments: how often, against what the average name there is?"""

from __future__ import annotations

from typing import Any

import ibis
import numpy as np

from suggest.index.clicks import ClickRows
from suggest.pipelines.collect import LogTables
from suggest.pipelines.impressions import click_statistics, examination_curves

_MAX_PER_USER = 10
"""Looks of one person at one query that count, as in the popularity of queries."""


def span_clicks(connection: Any, tables: LogTables, row_of: Any) -> ClickRows:
    """Looks and clicks of the queries that comments showed.

    What was shown in and clicked from a deleted comment is left out: deleting a comment takes back, with the next
    build, all that it taught.

    Args:
        connection: holds the tables.
        tables: what the log says.
        row_of: key: string, unique; row: int64.

    Returns:
        A row for each query that was shown; empty without any.
    """
    gone = tables.deleted.filter(tables.deleted.kind == "comment").select(input="name")
    seen = tables.slots.filter(tables.slots.surface == "comment").anti_join(gone, "input")
    seen = connection.create_table("comment_slots", seen, overwrite=True)
    if not connection.to_pyarrow(seen.count()).as_py():
        return ClickRows(np.zeros(0, np.int64), *(np.zeros(0) for _ in range(3)))
    curves = examination_curves(connection, seen, _MAX_PER_USER)
    # The input is the name of a comment: its length says nothing, as that of a prefix does.
    counted = click_statistics(connection, seen.mutate(input=ibis.literal("")), curves, _MAX_PER_USER)
    rows = connection.to_pyarrow(counted.join(row_of, "key").order_by("row"))
    columns = (rows[name].to_numpy() for name in ("row", "n_clicks", "examined", "expected_clicks"))
    return ClickRows(*columns)
