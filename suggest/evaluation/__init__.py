"""How good is it, in the field's metrics, on a later slice of a log, with intervals?"""

from suggest.evaluation.baselines import MostPopular, OwnHistoryThenPopular
from suggest.evaluation.counterfactual import Decisions, Estimates, estimate
from suggest.evaluation.interleaving import Choice, InterleavingReport, Team, interleaved, team_draft, who_wins
from suggest.evaluation.intervals import Interval, bootstrap_mean, bootstrap_ratio
from suggest.evaluation.logged_lists import LoggedList, carries_propensities, decisions_of, replay_lists
from suggest.evaluation.parallel import replay_in_processes
from suggest.evaluation.protocol import comparison_text, cut_length
from suggest.evaluation.replay import Completer, Log, Outcome, arrival_order, replay, test_rows
from suggest.evaluation.report import EvaluationReport, Savings, Scores, evaluate, mrr_ratio, report_on, summarise
from suggest.evaluation.slices import slices

__all__ = [
    "Choice",
    "Completer",
    "Decisions",
    "Estimates",
    "EvaluationReport",
    "InterleavingReport",
    "Interval",
    "Log",
    "LoggedList",
    "MostPopular",
    "Outcome",
    "OwnHistoryThenPopular",
    "Savings",
    "Scores",
    "Team",
    "arrival_order",
    "bootstrap_mean",
    "bootstrap_ratio",
    "carries_propensities",
    "comparison_text",
    "cut_length",
    "decisions_of",
    "estimate",
    "evaluate",
    "interleaved",
    "mrr_ratio",
    "replay",
    "replay_in_processes",
    "replay_lists",
    "report_on",
    "slices",
    "summarise",
    "team_draft",
    "test_rows",
    "who_wins",
]
