"""One evaluation: the figures of a replay, whole and by slice."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from suggest.evaluation.intents import WantedIntents, intent
from suggest.evaluation.intervals import Interval, bootstrap_mean, bootstrap_ratio
from suggest.evaluation.metrics import (
    PerTest,
    alpha_ndcg,
    answered,
    in_vocabulary,
    reciprocal_examination,
    reciprocal_ranks,
    saved,
    successes,
)
from suggest.evaluation.replay import Completer, Outcome, arrival_order, replay
from suggest.evaluation.slices import slices


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures of one set of tests; intervals by bootstrap over users.

    Attributes:
        n_tests: how many.
        n_users: by how many people.
        mrr: MRR@k.
        success_at_1: S@1.
        success_at_k: S@k.
        coverage: share of tests with any suggestion.
        mrr_ratio: MRR@k over the baseline's on the same tests and draws; None without a baseline, or where the
            baseline's is 0.
    """

    n_tests: int
    n_users: int
    mrr: Interval
    success_at_1: Interval
    success_at_k: Interval
    coverage: float
    mrr_ratio: Interval | None = None


@dataclass(frozen=True, slots=True)
class Savings:
    """What typing the answers spare, over the tests that were asked after every character.

    Attributes:
        n_tests: how many were.
        p_saved: probability that a suggestion is used while the query is typed.
        e_saved: expected share of its characters that this spares.
    """

    n_tests: int
    p_saved: Interval
    e_saved: Interval


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What an evaluation found.

    Attributes:
        k: answers asked for.
        overall: over all tests.
        vocabulary_ceiling: share of targets in the index; None when its vocabulary was not given.
        alpha_ndcg: alpha-nDCG@k with alpha 0.5 over intents as `intent` tells them.
        savings: pSaved and eSaved; None when no test was asked after every character.
        slices: scores by slice name; a slice without tests is absent.
    """

    k: int
    overall: Scores
    vocabulary_ceiling: float | None
    alpha_ndcg: Interval
    savings: Savings | None
    slices: Mapping[str, Scores]

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries, lists and numbers; an interval is `[value, low, high]`."""
        return {
            "k": self.k,
            "overall": _plain(self.overall),
            "vocabulary_ceiling": self.vocabulary_ceiling,
            "alpha_ndcg": list(self.alpha_ndcg),
            "savings": None if self.savings is None else _plain(self.savings),
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
    baseline: Sequence[Outcome] | None = None,
    series_share: float = 0.0,
    resamples: int = 1000,
    seed: int = 0,
) -> EvaluationReport:
    """Replays a log and reports MRR@k, S@1, S@k, coverage, the vocabulary ceiling, diversity and savings.

    Args:
        completer: knows what lies before `test_from_us`; sees the rest event by event.
        events: records of the event format, training part included (it decides which searches
            repeat a user's previous one, and the slices); any order.
        test_from_us: where the test part begins, in microseconds since 1970-01-01 UTC.
        k: answers asked for.
        counted: queries of counts files, which belong to the training part.
        vocabulary: comparison texts that the completer's index holds.
        baseline: another completer's replay of the same tests, to compare with.
        series_share: share of tests that are asked after every character, for pSaved and eSaved.
        resamples: bootstrap draws.
        seed: of the bootstrap.

    Raises:
        EventError: a record is malformed.
        ValueError: the test part holds no test, or `baseline` is of other tests.
    """
    log = arrival_order(events)
    outcomes = list(replay(completer, log, test_from_us=test_from_us, k=k, series_share=series_share))
    if not outcomes:
        raise ValueError(f"expected searches to test on from {test_from_us} µs on, got none among {len(log)} events")
    before = (event for event, _ in log if event.known_at_us < test_from_us)
    seen = [event.query for event in before if event.type == "search" and event.query]
    return report_on(
        outcomes,
        [*seen, *counted],
        k=k,
        vocabulary=vocabulary,
        baseline=baseline,
        resamples=resamples,
        seed=seed,
    )


def report_on(
    outcomes: Sequence[Outcome],
    seen: Iterable[str],
    *,
    k: int = 10,
    vocabulary: Container[str] | None = None,
    baseline: Sequence[Outcome] | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> EvaluationReport:
    """The report on a replay that has been made.

    Args:
        outcomes: of one replay, at least one.
        seen: queries of the training part, as spelled there.
        k: answers that count.
        vocabulary: as in `evaluate`.
        baseline: as in `evaluate`.
        resamples: bootstrap draws.
        seed: of the bootstrap.

    Raises:
        ValueError: there are no outcomes, or `baseline` is of other tests.
    """
    if baseline is not None and [_test(outcome) for outcome in outcomes] != [_test(outcome) for outcome in baseline]:
        raise ValueError("expected a baseline replayed on the same tests; replay both with one log and test_from_us")
    known = set(seen)
    groups = {"": list(outcomes), **slices(outcomes, known)}
    baselines = {"": baseline, **slices(baseline, known)} if baseline is not None else {}
    scores = {
        name: summarise(group, k, baseline=baselines.get(name), resamples=resamples, seed=seed)
        for name, group in groups.items()
    }
    overall = scores.pop("")
    ceiling = None
    if vocabulary is not None:
        ceiling = float(in_vocabulary([outcome.target for outcome in outcomes], vocabulary).mean())
    users = [outcome.user for outcome in outcomes]
    diversity = bootstrap_mean(diversities(outcomes, k), users, resamples=resamples, seed=seed)
    savings = savings_of(outcomes, resamples=resamples, seed=seed)
    return EvaluationReport(k, overall, ceiling, diversity, savings, scores)


def summarise(
    outcomes: Sequence[Outcome],
    k: int,
    *,
    baseline: Sequence[Outcome] | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> Scores:
    """The scores of one set of outcomes; `baseline` holds another system's on the same tests.

    Raises:
        ValueError: there are none.
    """
    users = [outcome.user for outcome in outcomes]
    ranks = np.array([outcome.rank for outcome in outcomes], dtype=np.int64)
    n_answers = np.array([outcome.n_answers for outcome in outcomes], dtype=np.int64)
    figures = (reciprocal_ranks(ranks, k), successes(ranks, 1), successes(ranks, k))
    mrr, at_1, at_k = (bootstrap_mean(values, users, resamples=resamples, seed=seed) for values in figures)
    ratio = None if baseline is None else mrr_ratio(outcomes, baseline, k, resamples=resamples, seed=seed)
    return Scores(len(outcomes), len(set(users)), mrr, at_1, at_k, float(answered(n_answers).mean()), ratio)


def mrr_ratio(
    outcomes: Sequence[Outcome], baseline: Sequence[Outcome], k: int, *, resamples: int = 1000, seed: int = 0
) -> Interval | None:
    """MRR@k over another system's on the same tests, each draw of people the same for both; None over 0."""
    users = [outcome.user for outcome in outcomes]
    mine, theirs = (
        reciprocal_ranks(np.array([outcome.rank for outcome in part], dtype=np.int64), k)
        for part in (outcomes, baseline)
    )
    return bootstrap_ratio(mine, theirs, users, resamples=resamples, seed=seed) if theirs.any() else None


def diversities(outcomes: Sequence[Outcome], k: int) -> PerTest:
    """alpha-nDCG@k of each answer, shape (n_tests,), for the intents of all targets that begin with its prefix."""
    wanted = WantedIntents(outcome.target for outcome in outcomes)
    return np.array(
        [
            alpha_ndcg([intent(query, test.prefix) for query in test.shown], wanted.of(test.prefix), k)
            for test in outcomes
        ]
    )


def savings_of(
    outcomes: Sequence[Outcome],
    examination: Callable[[int], float] = reciprocal_examination,
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> Savings | None:
    """The pSaved and eSaved of the outcomes with a series; None when there is none."""
    sampled = [outcome for outcome in outcomes if outcome.series]
    if not sampled:
        return None
    users = [outcome.user for outcome in sampled]
    both = np.array([saved(outcome.series, len(outcome.target), examination) for outcome in sampled])
    p_saved, e_saved = (bootstrap_mean(values, users, resamples=resamples, seed=seed) for values in both.T)
    return Savings(len(sampled), p_saved, e_saved)


def _test(outcome: Outcome) -> tuple[str, int, str]:
    return outcome.user, outcome.ts_us, outcome.target


def _plain(scores: Scores | Savings) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(scores).items()}
