"""Here are query ids: how often were they looked at in an answer, and how often clicked?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.codes import VALUES, codes
from suggest.index.sparse import positions

SECTION = "clicks"
"""Beginning of the names of the files."""

PRIOR_CLICKS = 2.0
"""Clicks, got and expected, that every query is thought to have had before any: one click alone says little."""


class ClickRows(NamedTuple):
    """What answers and clicks say of queries, arrays of one length; each row of the queries at most once.

    Attributes:
        row: of the queries, int64.
        clicks: float64.
        examined: looks, in looks at the top position, float64.
        expected: clicks that the average query would have had, float64.
    """

    row: npt.NDArray[np.int64]
    clicks: npt.NDArray[np.float64]
    examined: npt.NDArray[np.float64]
    expected: npt.NDArray[np.float64]


class Clicks:
    """Looks and clicks of the queries that answers showed, memory-mapped: 8 bytes for each of them.

    A generation whose log holds no impressions has no files.
    """

    def __init__(self, generation: Generation) -> None:
        self._is_known = generation.holds(f"{SECTION}_ids.npy")
        if self._is_known:
            self._ids = generation.array(f"{SECTION}_ids")
            self._columns = [generation.array(f"{SECTION}_{name}") for name in ("clicked", "examined")]
            self._rate = generation.array(f"{SECTION}_rate")

    def __bool__(self) -> bool:
        """Whether anything is known."""
        return self._is_known

    def write(self, ids: npt.NDArray[np.int64], rows: npt.NDArray[np.float32]) -> None:
        """Clicks, looks, and the log of clicks over those expected; 0 for what was never shown. About 10 µs.

        Args:
            ids: -1 for what is no query of the index.
            rows: float32[3, n], written over zeros.
        """
        if not self._is_known:
            return
        at = positions(self._ids, ids)
        found = np.flatnonzero(at >= 0)
        at = at[found]
        for row, column in zip(rows, self._columns, strict=False):
            row[found] = VALUES[column[at]]
        rows[2, found] = self._rate[at]


def save_clicks(writer: GenerationWriter, ids: npt.NDArray[np.uint32], clicks: ClickRows) -> None:
    """Writes what `Clicks` reads; nothing where nothing was shown.

    Args:
        writer: the generation being built.
        ids: of the rows of the queries.
        clicks: in any order.
    """
    if not len(clicks.row):
        return
    order = np.argsort(ids[clicks.row])
    writer.save_array(f"{SECTION}_ids", ids[clicks.row][order])
    writer.save_array(f"{SECTION}_clicked", codes(clicks.clicks[order]))
    writer.save_array(f"{SECTION}_examined", codes(clicks.examined[order]))
    rate = np.log((clicks.clicks + PRIOR_CLICKS) / (clicks.expected + PRIOR_CLICKS))
    writer.save_array(f"{SECTION}_rate", rate[order].astype(np.float16))
