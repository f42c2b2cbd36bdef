"""How much is each candidate searched, by everybody?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from suggest.candidates import Candidate, Request
from suggest.index import Indexes
from suggest.types import DAY_US

UNKNOWN_DAYS = -1.0


def popularity_features(
    request: Request, candidates: Sequence[Candidate], indexes: Indexes, rows: npt.NDArray[np.float32]
) -> None:
    """Writes the group `POPULARITY`, float32[7, n_candidates], over zeros."""
    ids = np.array([candidate.query_id for candidate in candidates])
    known = ids >= 0
    prefixes, queries = indexes.prefixes, indexes.prefixes.queries
    # What no index holds reads the last query's, times 0.
    everywhere = np.asarray(queries.weight).take(ids, mode="wrap") * known
    local = prefixes.in_locale(request.locale)
    decayed = np.asarray(queries.decayed).take(ids, mode="wrap") * known
    rows[0] = everywhere if local is None else local.of(ids) * known
    rows[1] = everywhere
    logs = np.log1p(everywhere)
    rows[2] = logs - logs.max()
    rows[3] = everywhere / (everywhere.sum() or 1.0)
    rows[4] = decayed
    rows[5] = np.log1p(decayed) - logs
    days = np.asarray(queries.last_seen_day).take(ids, mode="wrap") * known
    rows[6] = request.now_us // DAY_US - days.astype(np.int64)
    rows[6, days == 0] = UNKNOWN_DAYS
