"""The one place where features are computed, for serving and for training alike.

One array of float32 is filled group by group, one row a feature: each group has a file of its own, and writes
its rows in the order of the registry.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from suggest.candidates import Candidate, Request
from suggest.features.clicks import click_features
from suggest.features.matching import match_features
from suggest.features.own_use import own_features, person_features
from suggest.features.popularity import popularity_features
from suggest.features.registry import CLICKS, FEATURES, MATCH, OWN, POPULARITY, SESSION, TRANSITIONS
from suggest.features.session import session_features
from suggest.features.transitions import transition_features
from suggest.index import Indexes

_POPULARITY = slice(0, len(POPULARITY))
_CLICKS = slice(_POPULARITY.stop, _POPULARITY.stop + len(CLICKS))
_MATCH = slice(_CLICKS.stop, _CLICKS.stop + len(MATCH))
_OWN = slice(_MATCH.stop, _MATCH.stop + len(OWN))
_SESSION = slice(_OWN.stop, _OWN.stop + len(SESSION))
_TRANSITIONS = slice(_SESSION.stop, _SESSION.stop + len(TRANSITIONS))
_PERSON = slice(_TRANSITIONS.stop, len(FEATURES))


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
        words = [key.split(" ") for key in keys]
        ids = np.array([candidate.query_id for candidate in candidates])
        popularity_features(request, indexes, ids, rows[_POPULARITY])
        click_features(indexes, ids, rows[_CLICKS])
        match_features(request, candidates, words, keys, rows[_MATCH])
        own_features(request, candidates, words, rows[_OWN])
        session_features(request, candidates, words, keys, rows[_SESSION])
        transition_features(request, indexes, ids, rows[_TRANSITIONS])
        person_features(request, candidates, rows[_PERSON])
    return rows.T
