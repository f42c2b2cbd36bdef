"""How does each candidate follow on what the person has just searched?"""

from __future__ import annotations

from collections.abc import Sequence
from math import log1p

import numpy as np
import numpy.typing as npt

from suggest.candidates import Candidate, Request
from suggest.types import MINUTE_US


def session_features(
    request: Request,
    candidates: Sequence[Candidate],
    words: Sequence[Sequence[str]],
    keys: Sequence[str],
    rows: npt.NDArray[np.float32],
) -> None:
    """Writes the group `SESSION`, float32[7, n_candidates], over zeros."""
    rows[6] = -1.0
    if not request.history:
        return
    rows[6] = log1p(max(request.now_us - request.history.latest_us, 0) / MINUTE_US)
    session = request.session_keys
    if not session:
        return
    rows[0] = [candidate.session_rank for candidate in candidates]
    rows[1] = len(session)
    last = session[0]
    last_words, seen = set(last.split(" ")), {word for key in session for word in key.split(" ")}
    rows[2] = [sum(word in seen for word in parts) / len(parts) for parts in words]
    rows[3] = [len(last_words.intersection(parts)) / len(last_words.union(parts)) for parts in words]
    follow_ups = request.history.follow_ups
    rows[4] = [log1p(follow_ups.get((last, key), 0)) for key in keys]
    rows[5] = [key.startswith(last) for key in keys]
