"""How good is it, in the field's metrics, on a later slice of a log, with intervals?"""

from suggest.evaluation.baselines import MostPopular, OwnHistoryThenPopular
from suggest.evaluation.interleaving import Choice, InterleavingReport, Team, interleaved, team_draft, who_wins
from suggest.evaluation.intervals import Interval, bootstrap_mean, bootstrap_ratio
from suggest.evaluation.parallel import replay_in_processes
from suggest.evaluation.protocol import comparison_text, cut_length
from suggest.evaluation.replay import Completer, Outcome, arrival_order, replay
from suggest.evaluation.report import EvaluationReport, Savings, Scores, evaluate, report_on, summarise
from suggest.evaluation.slices import slices

__all__ = [
    "Choice",
    "Completer",
    "EvaluationReport",
    "InterleavingReport",
    "Interval",
    "MostPopular",
    "Outcome",
    "OwnHistoryThenPopular",
    "Savings",
    "Scores",
    "Team",
    "arrival_order",
    "bootstrap_mean",
    "bootstrap_ratio",
    "comparison_text",
    "cut_length",
    "evaluate",
    "interleaved",
    "replay",
    "replay_in_processes",
    "report_on",
    "slices",
    "summarise",
    "team_draft",
    "who_wins",
]
