"""The one place where features are computed, for serving and for training alike.

Each group has a file of its own, and gives its columns in the order of the registry: lists of numbers, which become
one array of float32 at the end. A request has twenty candidates; a step of numpy costs as much as twenty steps
of Python, and the groups would be some hundred of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from struct import pack

import numpy as np
import numpy.typing as npt

from suggest.candidates import Candidate, Request
from suggest.features.clicks import click_features
from suggest.features.language import language_features
from suggest.features.matching import match_features
from suggest.features.own_use import own_features, person_features
from suggest.features.popularity import popularity_features
from suggest.features.registry import FEATURES
from suggest.features.session import session_features
from suggest.features.transitions import transition_features
from suggest.index import Indexes


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
    if not candidates:
        return np.zeros((0, len(FEATURES)), dtype=np.float32)
    words = [key.split(" ") for key in keys]
    ids = [candidate.query_id for candidate in candidates]
    columns = (
        *popularity_features(request, indexes, ids),
        *click_features(indexes, ids),
        *match_features(request, candidates, words, keys),
        *language_features(request, candidates, ids, keys, indexes),
        *own_features(request, candidates, words),
        *session_features(request, candidates, words, keys),
        *transition_features(request, indexes, ids),
        *person_features(request, candidates),
    )
    # A fifth of the time of `np.array`, which looks at the type of each number.
    packed = pack(f"{len(columns) * len(ids)}f", *chain.from_iterable(columns))
    return np.frombuffer(packed, dtype=np.float32).reshape(len(columns), len(ids)).T
