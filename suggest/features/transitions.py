"""How many people went from the session's latest query to each candidate?"""

from __future__ import annotations

from collections.abc import Sequence
from math import log1p

from suggest.candidates import Request
from suggest.features.columns import Column
from suggest.index import Indexes


def transition_features(request: Request, indexes: Indexes, ids: Sequence[int]) -> tuple[Column, Column]:
    """The columns of the group `TRANSITIONS`."""
    none: Column = [0.0] * len(ids)
    if not request.session_keys:
        return none, none
    following = indexes.transitions.after(indexes.prefixes.queries.find(request.session_keys[0]))
    if following is None:
        return none, none
    users: dict[int, int] = dict(zip(following.ids.tolist(), following.users.tolist(), strict=True))
    found = [users.get(query_id, 0) for query_id in ids]
    return [log1p(n) for n in found], [n / following.left for n in found]
