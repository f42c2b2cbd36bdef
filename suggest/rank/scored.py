"""The candidates of one answer with all that is known of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.candidates import Candidate, Request


class Scored(NamedTuple):
    """Candidates in no order; all columns are of one length.

    Attributes:
        request: what was asked.
        candidates: what may be shown.
        keys: their normalised texts.
        features: float32[n, n_features], columns as `FEATURES`.
        parts: what each part adds to the score, float64[n, len(PARTS)].
        scores: their sums, float64[n].
    """

    request: Request
    candidates: list[Candidate]
    keys: list[str]
    features: npt.NDArray[np.float32]
    parts: npt.NDArray[np.float64]
    scores: npt.NDArray[np.float64]

    def only(self, rows: list[int]) -> Scored:
        """The candidates of these rows."""
        return Scored(
            self.request,
            [self.candidates[row] for row in rows],
            [self.keys[row] for row in rows],
            self.features[rows],
            self.parts[rows],
            self.scores[rows],
        )
