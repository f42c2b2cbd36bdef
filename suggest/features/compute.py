"""The one place where features are computed, for serving and for training alike.

One array of float32 is filled group by group, one row a feature: each group has a file of its own, and writes
its rows in the order of the registry.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

from suggest.candidates import Candidate, Request
from suggest.features.clicks import click_features
from suggest.features.language import language_features
from suggest.features.matching import match_features
from suggest.features.own_use import own_features, person_features
from suggest.features.popularity import popularity_features
from suggest.features.registry import FEATURES, GROUPS
from suggest.features.session import session_features
from suggest.features.transitions import transition_features
from suggest.index import Indexes

_STARTS = list(accumulate(map(len, GROUPS), initial=0))


def compute(
    request: Request, candidates: Sequence[Candidate], keys: Sequence[str], indexes: Indexes
) -> npt.NDArray[np.float32]:
    """Feature matrix, float32[n_candidates, n_features], rows as `candidates`, columns as `FEATURES`.

    Args:
        request: what is asked.
        candidates: what may be shown.
        keys: their normalised texts.
        indexes: of the generation.
    """
    rows = np.zeros((len(FEATURES), len(candidates)), dtype=np.float32)
    if candidates:
        popularity, clicks, match, language, own, session, transitions, person = (
            rows[start:end] for start, end in pairwise(_STARTS)
        )
        words = [key.split(" ") for key in keys]
        ids = np.array([candidate.query_id for candidate in candidates])
        popularity_features(request, indexes, ids, popularity)
        click_features(indexes, ids, clicks)
        match_features(request, candidates, words, keys, match)
        language_features(request, candidates, keys, indexes, language)
        own_features(request, candidates, words, own)
        session_features(request, candidates, words, keys, session)
        transition_features(request, indexes, ids, transitions)
        person_features(request, candidates, person)
    return rows.T
