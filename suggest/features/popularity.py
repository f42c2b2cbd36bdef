"""How much is each candidate searched, by everybody, lately, and where the person is?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from suggest.candidates import Request
from suggest.index import Indexes, QueryTable
from suggest.index.codes import VALUES
from suggest.index.table import DECAY_DAYS, RECENT_DAYS
from suggest.types import DAY_US

UNKNOWN_DAYS = -1.0

PRIOR_SEARCHES = 5.0
"""Searches as usual as everybody's that every query is thought to have had before any: few say little of a share."""


def popularity_features(
    request: Request, indexes: Indexes, ids: npt.NDArray[np.int64], rows: npt.NDArray[np.float32]
) -> None:
    """Writes the group `POPULARITY`, float32[11, n_candidates], over zeros."""
    known = ids >= 0
    prefixes, queries = indexes.prefixes, indexes.prefixes.queries
    # What no index holds reads the last query's, times 0.
    everywhere = np.asarray(queries.weight).take(ids, mode="wrap") * known
    local = prefixes.in_locale(request.locale)
    rows[0] = everywhere if local is None else local.of(ids) * known
    rows[1] = everywhere
    logs = np.log1p(everywhere)
    rows[2] = logs - logs.max()
    rows[3] = everywhere / (everywhere.sum() or 1.0)
    _write_region(request, indexes, ids, everywhere, rows[4:6])
    rows[6] = np.asarray(queries.decayed).take(ids, mode="wrap") * known
    days = np.asarray(queries.last_seen_day).take(ids, mode="wrap") * known
    _write_recent(queries, ids, known, rows[7:9])
    rows[9] = _trend(queries, rows[7], everywhere) * (days > 0)
    rows[6:9] *= _aged(queries.watermark_us, request.now_us)
    rows[10] = request.now_us // DAY_US - days.astype(np.int64)
    rows[10, days == 0] = UNKNOWN_DAYS


def _write_region(
    request: Request,
    indexes: Indexes,
    ids: npt.NDArray[np.int64],
    everywhere: npt.NDArray[np.float32],
    rows: npt.NDArray[np.float32],
) -> None:
    """Searches in the request's region, and the log of how much more they are than the region's share of all."""
    regions = indexes.regions
    region = regions.find(request.region)
    if region < 0:
        return
    rows[0] = regions.of(region, ids)
    expected = everywhere * np.float32(regions.total(region) / indexes.prefixes.queries.total)
    rows[1] = np.log((rows[0] + PRIOR_SEARCHES) / (expected + PRIOR_SEARCHES))


def _write_recent(
    queries: QueryTable, ids: npt.NDArray[np.int64], known: npt.NDArray[np.bool_], rows: npt.NDArray[np.float32]
) -> None:
    for row, column in zip(rows[::-1], queries.recent, strict=False):
        np.multiply(VALUES.take(column.take(ids, mode="wrap")), known, out=row)


def _trend(
    queries: QueryTable, recent: npt.NDArray[np.float32], everywhere: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Log of the recent searches over as many as all queries have for their popularity, float32[n]."""
    usual = queries.recent_total / (queries.total or 1.0)
    if not usual:
        return np.zeros_like(recent)
    return np.log((recent / np.float32(usual) + PRIOR_SEARCHES) / (everywhere + PRIOR_SEARCHES))


def _aged(watermark_us: int | None, now_us: int) -> npt.NDArray[np.float32]:
    """By what decayed counts have shrunk since the build, float32[3, 1]: every 30 days, week and day a half."""
    if watermark_us is None:
        return np.ones((3, 1), dtype=np.float32)
    days = max(now_us - watermark_us, 0) / DAY_US
    return np.array([[0.5 ** (days / half_life)] for half_life in (DECAY_DAYS, *RECENT_DAYS[::-1])], dtype=np.float32)
