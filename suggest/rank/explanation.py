"""Why a suggestion stands where it stands."""

from __future__ import annotations

from typing import Any

from suggest.features import FEATURES
from suggest.rank.order import PARTS
from suggest.rank.scored import Scored


def explanation(scored: Scored, row: int) -> dict[str, Any]:
    """What `Suggestion.explanation` holds, for one row."""
    match = scored.candidates[row].match
    return {
        "match": match.kind,
        "edits": match.edits,
        "features": dict(zip((feature.name for feature in FEATURES), scored.features[row].tolist(), strict=True)),
        "score_parts": dict(zip(PARTS, scored.parts[row].tolist(), strict=True)),
    }
