"""Here are rows: in which order? And what must not be shown?"""

from suggest.rank.explanation import explanation
from suggest.rank.hidden import Hidden, HiddenQueries, require_content
from suggest.rank.order import PARTS, popular_scores, score_parts
from suggest.rank.policy import Policy

__all__ = [
    "PARTS",
    "Hidden",
    "HiddenQueries",
    "Policy",
    "explanation",
    "popular_scores",
    "require_content",
    "score_parts",
]
