"""One evaluation: the figures of a replay, whole and by slice."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from suggest.evaluation.intervals import Interval, bootstrap_mean
from suggest.evaluation.metrics import answered, in_vocabulary, reciprocal_ranks, successes
from suggest.evaluation.protocol import comparison_text
from suggest.evaluation.replay import Completer, Outcome, arrival_order, replay


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures of one set of tests; intervals by bootstrap over users."""

    n_tests: int
    n_users: int
    mrr: Interval
    success_at_1: Interval
    success_at_k: Interval
    coverage: float


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What an evaluation found.

    Attributes:
        k: answers asked for.
        overall: over all tests.
        vocabulary_ceiling: share of targets in the index; None when its vocabulary was not given.
        slices: scores by slice name; a slice without tests is absent.
    """

    k: int
    overall: Scores
    vocabulary_ceiling: float | None
    slices: Mapping[str, Scores]

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries, lists and numbers; an interval is `[value, low, high]`."""
        return {
            "k": self.k,
            "overall": _plain(self.overall),
            "vocabulary_ceiling": self.vocabulary_ceiling,
            "slices": {name: _plain(scores) for name, scores in self.slices.items()},
        }


def evaluate(
    completer: Completer,
    events: Iterable[Mapping[str, Any]],
    *,
    test_from_us: int = 0,
    k: int = 10,
    counted: Iterable[str] = (),
    vocabulary: Container[str] | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> EvaluationReport:
    """Replays a log and reports MRR@k, S@1, S@k, coverage and the vocabulary ceiling.

    Args:
        completer: knows what lies before `test_from_us`; sees the rest event by event.
        events: records of the event format, training part included (it decides which searches
            repeat a user's previous one, and the slices); any order.
        test_from_us: where the test part begins, in microseconds since 1970-01-01 UTC.
        k: answers asked for.
        counted: queries of counts files, which belong to the training part.
        vocabulary: comparison texts that the completer's index holds.
        resamples: bootstrap draws.
        seed: of the bootstrap.

    Raises:
        EventError: a record is malformed.
        ValueError: the test part holds no test.
    """
    log = arrival_order(events)
    outcomes = list(replay(completer, log, test_from_us=test_from_us, k=k))
    if not outcomes:
        raise ValueError(f"expected searches to test on from {test_from_us} µs on, got none among {len(log)} events")
    before = (event for event, _ in log if event.known_at_us < test_from_us)
    seen = [event.query for event in before if event.type == "search" and event.query]
    ceiling = None
    if vocabulary is not None:
        ceiling = float(in_vocabulary([outcome.target for outcome in outcomes], vocabulary).mean())
    groups = slices(outcomes, [*seen, *counted])
    return EvaluationReport(
        k=k,
        overall=summarise(outcomes, k, resamples=resamples, seed=seed),
        vocabulary_ceiling=ceiling,
        slices={name: summarise(group, k, resamples=resamples, seed=seed) for name, group in groups.items()},
    )


def summarise(outcomes: Sequence[Outcome], k: int, *, resamples: int = 1000, seed: int = 0) -> Scores:
    """The scores of one set of outcomes.

    Raises:
        ValueError: there are none.
    """
    users = [outcome.user for outcome in outcomes]
    ranks = np.array([outcome.rank for outcome in outcomes], dtype=np.int64)
    n_answers = np.array([outcome.n_answers for outcome in outcomes], dtype=np.int64)
    figures = (reciprocal_ranks(ranks, k), successes(ranks, 1), successes(ranks, k))
    mrr, at_1, at_k = (bootstrap_mean(values, users, resamples=resamples, seed=seed) for values in figures)
    return Scores(len(outcomes), len(set(users)), mrr, at_1, at_k, float(answered(n_answers).mean()))


def slices(outcomes: Iterable[Outcome], seen: Iterable[str]) -> dict[str, list[Outcome]]:
    """Outcomes by slice: prefix length, target seen or not, repeated or not, user new or not.

    Args:
        outcomes: of one replay.
        seen: queries of the training part, as spelled there.
    """
    known = {comparison_text(query) for query in seen}
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        for name in (
            _length_slice(len(outcome.prefix)),
            "target: seen in training" if outcome.target in known else "target: unseen in training",
            "target: searched before by this user" if outcome.repeated else "target: new to this user",
            "user: new" if outcome.new_user else "user: known",
        ):
            groups.setdefault(name, []).append(outcome)
    return dict(sorted(groups.items()))


def _length_slice(length: int) -> str:
    for low, high in ((1, 1), (2, 3), (4, 6), (7, 10)):
        if low <= length <= high:
            return f"prefix: {low:02}-{high:02} characters"
    return "prefix: 11 or more characters"


def _plain(scores: Scores) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(scores).items()}
