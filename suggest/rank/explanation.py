"""Why a suggestion stands where it stands."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from suggest.candidates import Match
from suggest.features import FEATURES
from suggest.rank.order import PARTS


def explanation(match: Match, features: npt.NDArray[np.float32], parts: npt.NDArray[np.float64]) -> dict[str, Any]:
    """What `Suggestion.explanation` holds.

    Args:
        match: how the query meets what was typed.
        features: its row, float32[n_features].
        parts: its row of `score_parts`, float64[len(PARTS)].
    """
    return {
        "match": match.kind,
        "edits": match.edits,
        "features": dict(zip((feature.name for feature in FEATURES), features.tolist(), strict=True)),
        "score_parts": dict(zip(PARTS, parts.tolist(), strict=True)),
    }
