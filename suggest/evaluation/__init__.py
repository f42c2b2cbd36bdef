"""How good is it, in the field's metrics, on a later slice of a log, with intervals?"""

from suggest.evaluation.baselines import MostPopular, OwnHistoryThenPopular
from suggest.evaluation.intervals import Interval, bootstrap_mean, bootstrap_ratio
from suggest.evaluation.protocol import comparison_text, cut_length
from suggest.evaluation.replay import Completer, Outcome, replay
from suggest.evaluation.report import EvaluationReport, Scores, evaluate, summarise

__all__ = [
    "Completer",
    "EvaluationReport",
    "Interval",
    "MostPopular",
    "Outcome",
    "OwnHistoryThenPopular",
    "Scores",
    "bootstrap_mean",
    "bootstrap_ratio",
    "comparison_text",
    "cut_length",
    "evaluate",
    "replay",
    "summarise",
]
