"""Here are rows: in which order? And what must not be shown?"""

from suggest.rank.choose import chosen, repetition
from suggest.rank.explanation import explanation
from suggest.rank.hidden import Hidden, HiddenQueries, require_content
from suggest.rank.order import PARTS, REPETITION, popular_scores, score_parts
from suggest.rank.policy import Policy
from suggest.rank.ranker import Ranker
from suggest.rank.scored import Scored

__all__ = [
    "PARTS",
    "REPETITION",
    "Hidden",
    "HiddenQueries",
    "Policy",
    "Ranker",
    "Scored",
    "chosen",
    "explanation",
    "popular_scores",
    "repetition",
    "require_content",
    "score_parts",
]
