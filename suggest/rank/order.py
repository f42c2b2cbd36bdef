"""Here are rows: in which order? The trained one, or the order before anything was trained.

Own queries come first, by their decayed count; then popular ones, those searched in the request's
locale before the rest. What was typed differently costs as much as that is unlikely, and its locale lifts
it over other locales' queries that match as typed only where it is about as likely to be meant as these.
On a web, a site and a hashtag log this was within 0.001 MRR@10 of the best
Dirichlet mixture of own and popular counts, and has no parameter that depends on the log.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf, log1p

import numpy as np
import numpy.typing as npt

from suggest.features import column
from suggest.rank.ranker import Ranker

PARTS = ("popularity", "locale", "own", "match", "ranker", "repetition")
"""Names of the score parts, in the order of the columns of `score_parts`."""

# Tiers: log1p of any count is below 45, so a bonus of 50 lifts over everything below it.
_TIER = 50.0

LOCAL_NATS = 5.0
"""How much likelier a query of the request's own locale is, by order of magnitude: one in 150 searches is foreign."""

AS_TYPED_NATS = 2.0
"""A match that costs no more is what was typed, but for accents, an unfinished word and the like."""

_POPULARITY = column("popularity")
_POPULARITY_ALL = column("popularity_all")
_OWN_COUNT = column("own_count")
_OWN_DECAYED = column("own_decayed")
_MATCH_COST = column("match_cost")

_MATCH, _RANKER, REPETITION = (PARTS.index(name) for name in ("match", "ranker", "repetition"))


def score_parts(features: npt.NDArray[np.float32], ranker: Ranker | None = None) -> npt.NDArray[np.float64]:
    """What each part adds to the score, float64[n, len(PARTS)]; the score of a row is its sum.

    Args:
        features: float32[n, n_features], as `suggest.features.compute` gives them.
        ranker: the trained order; None for the untrained one.
    """
    parts = np.zeros((len(features), len(PARTS)))
    # Log of popularity and log of likelihood add up: the noisy channel (Kernighan, Church & Gale 1990). A trained
    # score is log odds of being meant, learned from what matches as typed, and adds up with likelihood alike.
    parts[:, _MATCH] = -features[:, _MATCH_COST]
    if ranker is None:
        _add_untrained(features, parts)
    else:
        parts[:, _RANKER] = ranker.scores(features)
    return parts


def _add_untrained(features: npt.NDArray[np.float32], parts: npt.NDArray[np.float64]) -> None:
    rows = features.tolist()
    least = _least_gain(rows)
    for row, values in zip(parts, rows, strict=True):
        if values[_OWN_COUNT] > 0:
            row[2] = 2 * _TIER + values[_OWN_DECAYED]
        elif values[_POPULARITY] > 0:
            row[0] = log1p(values[_POPULARITY])
            is_lifted = values[_MATCH_COST] <= AS_TYPED_NATS or row[0] - values[_MATCH_COST] >= least
            row[1] = _TIER if is_lifted else LOCAL_NATS
        else:
            row[0] = log1p(values[_POPULARITY_ALL])


def _least_gain(rows: list[list[float]]) -> float:
    """Of a guess from the request's locale, to come before what matches as typed in others."""
    foreign = (
        values[_POPULARITY_ALL]
        for values in rows
        if values[_POPULARITY] <= 0 < values[_POPULARITY_ALL]
        and values[_OWN_COUNT] <= 0
        and values[_MATCH_COST] <= AS_TYPED_NATS
    )
    heaviest = max(foreign, default=None)
    return -inf if heaviest is None else log1p(heaviest) - LOCAL_NATS


def popular_scores(weights: Iterable[float], *, in_locale: bool) -> list[float]:
    """The scores of `score_parts` for queries that are not the person's own, without arrays."""
    tier = _TIER if in_locale else 0.0
    return [log1p(weight) + tier for weight in weights]
