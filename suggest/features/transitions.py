"""How many people went from the session's latest query to each candidate?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from suggest.candidates import Request
from suggest.index import Indexes


def transition_features(
    request: Request, indexes: Indexes, ids: npt.NDArray[np.int64], rows: npt.NDArray[np.float32]
) -> None:
    """Writes the group `TRANSITIONS`, float32[2, n_candidates], over zeros."""
    if not request.session_keys:
        return
    following = indexes.transitions.after(indexes.prefixes.queries.find(request.session_keys[0]))
    if following is None:
        return
    # 64 candidates and 32 next queries: comparing all with all is one step.
    met, which = np.nonzero(ids[:, None] == following.ids)
    users = following.users[which].astype(np.float32)
    rows[0, met] = np.log1p(users)
    rows[1, met] = users / following.left
