"""How much is each candidate searched, by everybody, lately, and where the person is?"""

from __future__ import annotations

from collections.abc import Sequence
from math import log, log1p

import numpy as np

from suggest.candidates import Request
from suggest.features.columns import Column
from suggest.index import Indexes, QueryTable
from suggest.index.codes import VALUES
from suggest.index.table import DECAY_DAYS, RECENT_DAYS
from suggest.types import DAY_US

UNKNOWN_DAYS = -1.0

PRIOR_SEARCHES = 5.0
"""Searches as usual as everybody's that every query is thought to have had before any: few say little of a share."""

_COUNTS: list[float] = VALUES.tolist()


def popularity_features(request: Request, indexes: Indexes, ids: Sequence[int]) -> tuple[Column, ...]:
    """The columns of the group `POPULARITY`; queries that the index does not hold have an id of -1."""
    queries = indexes.prefixes.queries
    weight, decayed, last_seen_day = queries.weight, queries.decayed, queries.last_seen_day
    everywhere: list[float] = [weight[each] if each >= 0 else 0.0 for each in ids]
    days: list[int] = [last_seen_day[each] if each >= 0 else 0 for each in ids]
    by_day, by_week = _recent(queries, ids)
    logs = [log1p(searches) for searches in everywhere]
    most, total = max(logs), sum(everywhere) or 1.0
    today = request.now_us // DAY_US
    shrunk, shrunk_day, shrunk_week = _aged(queries.watermark_us, request.now_us)
    return (
        _in_locale(request, indexes, ids, everywhere),
        everywhere,
        [own - most for own in logs],
        [searches / total for searches in everywhere],
        *_in_region(request, indexes, ids, everywhere),
        [decayed[each] * shrunk if each >= 0 else 0.0 for each in ids],
        [searches * shrunk_week for searches in by_week],
        [searches * shrunk_day for searches in by_day],
        _trends(queries, by_week, everywhere, days),
        [today - day if day else UNKNOWN_DAYS for day in days],
    )


def _in_locale(request: Request, indexes: Indexes, ids: Sequence[int], everywhere: Column) -> Column:
    local = indexes.prefixes.in_locale(request.locale)
    return everywhere if local is None else [local[each] if each >= 0 else 0.0 for each in ids]


def _in_region(request: Request, indexes: Indexes, ids: Sequence[int], everywhere: Column) -> tuple[Column, Column]:
    """Searches in the request's region, and the log of how much more they are than the region's share of all."""
    regions = indexes.regions
    region = regions.find(request.region)
    if region < 0:
        return [0.0] * len(ids), [0.0] * len(ids)
    there: list[float] = regions.of(region, np.array(ids)).tolist()
    share = regions.total(region) / indexes.prefixes.queries.total
    return there, [
        log((searches + PRIOR_SEARCHES) / (all_searches * share + PRIOR_SEARCHES))
        for searches, all_searches in zip(there, everywhere, strict=True)
    ]


def _recent(queries: QueryTable, ids: Sequence[int]) -> list[Column]:
    """For each of `RECENT_DAYS` the decayed searches as of the build; zeros where no event is known."""
    counts = _COUNTS
    found: list[Column] = [[counts[codes[each]] if each >= 0 else 0.0 for each in ids] for codes in queries.recent]
    return found or [[0.0] * len(ids)] * len(RECENT_DAYS)


def _trends(queries: QueryTable, recent: Column, everywhere: Column, days: Sequence[int]) -> Column:
    """Log of the recent searches over as many as all queries have for their popularity."""
    usual = queries.recent_total / (queries.total or 1.0)
    if not usual:
        return [0.0] * len(recent)
    return [
        log((lately / usual + PRIOR_SEARCHES) / (searches + PRIOR_SEARCHES)) if day else 0.0
        for lately, searches, day in zip(recent, everywhere, days, strict=True)
    ]


def _aged(watermark_us: int | None, now_us: int) -> list[float]:
    """By what decayed counts have shrunk since the build: every 30 days a half, and of `RECENT_DAYS` each."""
    half_lives = (DECAY_DAYS, *RECENT_DAYS)
    if watermark_us is None:
        return [1.0] * len(half_lives)
    days = max(now_us - watermark_us, 0) / DAY_US
    return [0.5 ** (days / half_life) for half_life in half_lives]
