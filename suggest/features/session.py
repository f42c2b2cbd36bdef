"""How does each candidate follow on what the person has just searched?"""

from __future__ import annotations

from collections.abc import Sequence
from math import log1p

from suggest.candidates import Candidate, Request
from suggest.features.columns import Column
from suggest.types import MINUTE_US


def session_features(
    request: Request, candidates: Sequence[Candidate], words: Sequence[Sequence[str]], keys: Sequence[str]
) -> tuple[Column, ...]:
    """The columns of the group `SESSION`."""
    n = len(candidates)
    none: Column = [0.0] * n
    if not request.history:
        return none, none, none, none, none, none, [-1.0] * n
    idle = [log1p(max(request.now_us - request.history.latest_us, 0) / MINUTE_US)] * n
    session = request.session_keys
    if not session:
        return none, none, none, none, none, none, idle
    last = session[0]
    last_words, seen = set(last.split(" ")), {word for key in session for word in key.split(" ")}
    follow_ups = request.history.follow_ups
    return (
        [candidate.session_rank for candidate in candidates],
        [len(session)] * n,
        [sum([word in seen for word in parts]) / len(parts) for parts in words],
        [len(last_words.intersection(parts)) / len(last_words.union(parts)) for parts in words],
        [log1p(follow_ups.get((last, key), 0)) for key in keys],
        [key.startswith(last) for key in keys],
        idle,
    )
