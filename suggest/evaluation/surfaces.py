"""A later log through the lists of the other surfaces: what was searched next, and what was searched beside an item."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from suggest.evaluation.intervals import Interval, bootstrap_mean
from suggest.evaluation.metrics import answered, in_vocabulary, recall, reciprocal_ranks, successes
from suggest.evaluation.protocol import MIN_TEST_CHARS, comparison_text
from suggest.evaluation.replay import Log
from suggest.types import MINUTE_US, Event

SESSION_GAP_US = 30 * MINUTE_US
"""Searches of one person further apart belong to two sessions, where the client names none."""


class ListTest(NamedTuple):
    """One list to ask for.

    Attributes:
        user: who would be shown it.
        now: the moment, as the record spells it.
        locale: as the event names it, or None.
        region: likewise.
        about: the query or the item that is asked about.
        truths: what was searched then, in comparison form, each once; at least one.
    """

    user: str
    now: Any
    locale: str | None
    region: str | None
    about: str
    truths: tuple[str, ...]


class ListOutcome(NamedTuple):
    """What one test came to.

    Attributes:
        test: that was asked.
        shown: the answer in comparison form, best first.
    """

    test: ListTest
    shown: tuple[str, ...]

    @property
    def rank(self) -> int:
        """Of the first true query, from 1; 0 when none was shown."""
        return next((rank for rank, query in enumerate(self.shown, start=1) if query in self.test.truths), 0)


Lister = Callable[[ListTest], Sequence[str]]
"""Answers a test with queries, best first."""


def related_tests(log: Log, test_from_us: int) -> dict[int, ListTest]:
    """Searches that follow another one in a person's session, by index into the log.

    Asked about is the query before; true is the one that was searched. A query of fewer than 2 characters, or the
    same as the one before, is no test. A session is the client's; where neither names one, searches at most 30 minutes
    apart.

    Args:
        log: in arrival order.
        test_from_us: first `known_at` of the test part, in microseconds since 1970.
    """
    latest: dict[str, Event] = {}
    tests = {}
    for index, (event, record) in enumerate(log):
        if event.type != "search" or event.query is None:
            continue
        before = latest.get(event.user)
        latest[event.user] = event
        target = comparison_text(event.query)
        if event.known_at_us < test_from_us or before is None or before.query is None:
            continue
        is_other = len(target) >= MIN_TEST_CHARS and target != comparison_text(before.query)
        if is_other and _one_session(before, event):
            tests[index] = _test(event, record, before.query, (target,))
    return tests


def item_tests(log: Log, test_from_us: int) -> dict[int, ListTest]:
    """The first time that a person searched beside an item, by index into the log.

    True is all that this person searched beside the item in the test part, from there or by a click in its list; a
    click counts for the item of the impression that it refers to.

    Args:
        log: in arrival order.
        test_from_us: first `known_at` of the test part, in microseconds since 1970.
    """
    items = {
        event.request_id: event.item or event.input
        for event, _ in log
        if event.type == "impression" and event.surface == "item"
    }
    first: dict[tuple[str, str], int] = {}
    truths: dict[tuple[str, str], dict[str, None]] = {}
    for index, (event, _) in enumerate(log):
        item = event.item if event.type == "search" else items.get(event.request_id) if event.type == "click" else None
        if item is None or event.query is None or event.known_at_us < test_from_us:
            continue
        first.setdefault((event.user, item), index)
        truths.setdefault((event.user, item), {})[comparison_text(event.query)] = None
    return {index: _test(*log[index], item, tuple(truths[user, item])) for (user, item), index in first.items()}


def replay_lists_of(
    ask: Lister,
    tests: Mapping[int, ListTest],
    log: Log,
    observe: Callable[[Sequence[Mapping[str, Any]]], object],
    reveal_from_us: int,
) -> Iterator[ListOutcome]:
    """Asks for each test before its event is revealed.

    Args:
        ask: answers a test.
        tests: by index into the log.
        log: in arrival order.
        observe: takes in records of events that the answers do not know yet.
        reveal_from_us: first `known_at` of these.
    """
    for index, (event, record) in enumerate(log):
        if index in tests:
            shown = tuple(dict.fromkeys(map(comparison_text, ask(tests[index]))))
            yield ListOutcome(tests[index], shown)
        if event.known_at_us >= reveal_from_us:
            observe([record])


@dataclass(frozen=True, slots=True)
class ListScores:
    """The figures of one system; intervals by bootstrap over users.

    Attributes:
        n_tests: how many.
        n_users: by how many people.
        recall: R@k.
        mrr: MRR@k of the first true query.
        success_at_1: S@1.
        coverage: share of tests with any suggestion.
    """

    n_tests: int
    n_users: int
    recall: Interval
    mrr: Interval
    success_at_1: Interval
    coverage: float

    def to_json(self) -> dict[str, Any]:
        """Plain numbers and lists; an interval is `[value, low, high]`."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def list_scores(outcomes: Sequence[ListOutcome], k: int = 10, *, resamples: int = 1000, seed: int = 0) -> ListScores:
    """The figures of one replay.

    Raises:
        ValueError: there are no outcomes.
    """
    users = [outcome.test.user for outcome in outcomes]
    ranks = np.array([outcome.rank for outcome in outcomes], dtype=np.int64)
    recalls = np.array([recall(outcome.shown, set(outcome.test.truths), k) for outcome in outcomes])
    columns = (recalls, reciprocal_ranks(ranks, k), successes(ranks, 1))
    found, mrr, at_1 = (bootstrap_mean(values, users, resamples=resamples, seed=seed) for values in columns)
    n_shown = np.array([len(outcome.shown) for outcome in outcomes], dtype=np.int64)
    coverage = float(answered(n_shown).mean())
    return ListScores(len(outcomes), len(set(users)), found, mrr, at_1, coverage)


def list_ceiling(tests: Sequence[ListTest], vocabulary: Container[str]) -> float:
    """Share of the true queries that the index holds.

    Raises:
        ValueError: there are no tests.
    """
    truths = [truth for test in tests for truth in test.truths]
    if not truths:
        raise ValueError("expected at least one test, got none")
    return float(in_vocabulary(truths, vocabulary).mean())


def _one_session(before: Event, event: Event) -> bool:
    if before.session is not None or event.session is not None:
        return before.session == event.session
    return 0 <= event.ts_us - before.ts_us <= SESSION_GAP_US


def _test(event: Event, record: Mapping[str, Any], about: str, truths: tuple[str, ...]) -> ListTest:
    return ListTest(event.user, record["ts"], event.locale, event.region, about, truths)
