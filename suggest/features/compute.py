"""The one place where features are computed, for serving and for training alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from suggest.candidates import Candidate, OwnQuery, Request
from suggest.features.registry import FEATURES, OWN_HALF_LIFE_DAYS, column
from suggest.index import PrefixIndex
from suggest.types import DAY_US

_OWN = slice(column("own_count"), column("session_rank") + 1)
_MATCH = slice(column("edits"), column("match_cost") + 1)
_NOT_OWN = tuple(feature.default for feature in FEATURES[_OWN])


def compute(request: Request, candidates: Sequence[Candidate], index: PrefixIndex) -> npt.NDArray[np.float32]:
    """Feature matrix, float32[n_candidates, n_features], rows as `candidates`, columns as `FEATURES`."""
    rows = np.empty((len(candidates), len(FEATURES)), dtype=np.float32)
    rows[:, :2] = _popularity(request, candidates, index)
    for row, candidate in zip(rows, candidates, strict=True):
        row[_OWN] = _NOT_OWN if candidate.own is None else _own_use(request, candidate.own, candidate.session_rank)
        row[_MATCH] = candidate.match.edits, candidate.match.cost
    return rows


def _popularity(request: Request, candidates: Sequence[Candidate], index: PrefixIndex) -> npt.NDArray[np.float32]:
    ids = [candidate.query_id for candidate in candidates]
    popularity = np.zeros((len(ids), 2), dtype=np.float32)
    known = [row for row, query_id in enumerate(ids) if query_id >= 0]
    ids = [ids[row] for row in known]
    popularity[known, 0] = index.weights(ids, request.locale)
    popularity[known, 1] = index.weights(ids)
    return popularity


def _own_use(request: Request, own: OwnQuery, session_rank: int) -> tuple[float, float, float, float]:
    # A sender's clock may be ahead of the request's: such a search is as new as can be.
    ages = [max(request.now_us - time_us, 0) / DAY_US for time_us in own.times_us]
    decayed = sum(0.5 ** (age / OWN_HALF_LIFE_DAYS) for age in ages)
    return float(len(ages)), decayed, ages[-1], float(session_rank)
