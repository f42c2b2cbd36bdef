"""How does each candidate meet what was typed?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from suggest.candidates import Candidate, Request


def match_features(
    request: Request,
    candidates: Sequence[Candidate],
    words: Sequence[Sequence[str]],
    keys: Sequence[str],
    rows: npt.NDArray[np.float32],
) -> None:
    """Writes the group `MATCH`, float32[9, n_candidates], over zeros."""
    prefix = request.prefix
    n_typed = prefix.count(" ")
    for number, candidate in enumerate(candidates):
        if candidate.match.cost or candidate.match.edits:
            rows[0, number], rows[1, number] = candidate.match.edits, candidate.match.cost
    rows[2] = [candidate.source == "generated" for candidate in candidates]
    rows[3] = len(prefix)
    rows[4] = n_typed
    rows[5] = len(prefix) - prefix.rfind(" ") - 1
    rows[6] = [len(key) for key in keys]
    rows[6] -= len(prefix)
    rows[8] = [len(parts) for parts in words]
    rows[7] = rows[8] - (n_typed + 1)
