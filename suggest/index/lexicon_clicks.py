"""How much oftener than the average name in comments is a query tapped there?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.clicks import PRIOR_CLICKS, ClickRows
from suggest.index.sparse import position

SECTION = "span_clicks"


class SpanClicks:
    """Of queries that comments showed, memory-mapped: 6 bytes for each. Without such impressions there are no files."""

    def __init__(self, generation: Generation) -> None:
        is_known = generation.holds(f"{SECTION}_ids.npy")
        self._ids = generation.array(f"{SECTION}_ids") if is_known else np.zeros(0, np.uint32)
        self._rate = generation.array(f"{SECTION}_rate") if is_known else np.zeros(0, np.float16)

    def rate(self, query_id: int) -> float:
        """Log of clicks over those expected; 0 for a query that no comment showed. 1 µs."""
        at = position(self._ids, query_id)
        return 0.0 if at < 0 else float(self._rate[at])


def save_span_clicks(writer: GenerationWriter, ids: npt.NDArray[np.uint32], clicks: ClickRows) -> None:
    """Writes what `SpanClicks` reads; nothing where nothing was shown.

    Args:
        writer: the generation being built.
        ids: query id of each row.
        clicks: in any order.
    """
    if not len(clicks.row):
        return
    order = np.argsort(ids[clicks.row])
    rate = np.log((clicks.clicks + PRIOR_CLICKS) / (clicks.expected + PRIOR_CLICKS))
    writer.save_array(f"{SECTION}_ids", ids[clicks.row][order])
    writer.save_array(f"{SECTION}_rate", rate[order].astype(np.float16))
