"""A log in arrival order through anything that completes: first the answer, then the event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from sys import intern
from typing import Any, NamedTuple, Protocol

from suggest.evaluation.metrics import rank_of
from suggest.evaluation.protocol import comparison_text, is_sampled, is_test, typed_prefix
from suggest.types import Event, Suggestion, parse_event

Log = Sequence[tuple[Event, Mapping[str, Any]]]
"""Events with their records, which the protocol needs as they are spelled, in arrival order."""

MAX_SERIES_CHARS = 100
"""Longest query whose every beginning is asked for: one of 4,096 characters would cost as many answers."""


class Completer(Protocol):
    """What can be replayed: the engine, a baseline, another system behind these two calls."""

    def complete(
        self, prefix: str, /, k: int = 10, *, user: str | None = None, now: str | None = None
    ) -> Sequence[Suggestion]:
        """The best k completions of a prefix, best first, as this user would get them at `now`."""
        ...

    def observe(self, events: Sequence[Mapping[str, Any]], /) -> object:
        """Takes in event records; the very next call sees them."""
        ...


class Outcome(NamedTuple):
    """What one test came to.

    Attributes:
        user: who searched.
        ts_us: when, in microseconds since 1970-01-01 UTC.
        locale: as the event names it, or None.
        prefix: what had been typed, in comparison form.
        target: the query searched for, in comparison form.
        shown: the answers in comparison form, best first, at most k.
        rank: the target's, from 1; 0 when it was not among the answers.
        new_user: the user has no search before `test_from_us`.
        repeated: the user had searched for the target before, in training or test part.
        series: where this test was sampled for it, the target's rank after 1, 2, ... typed characters, all but
            the last of the target's; else empty.
    """

    user: str
    ts_us: int
    locale: str | None
    prefix: str
    target: str
    shown: tuple[str, ...]
    rank: int
    new_user: bool
    repeated: bool
    series: tuple[int, ...] = ()

    @property
    def n_answers(self) -> int:
        """How many suggestions came."""
        return len(self.shown)


class Pasts:
    """Who searched what so far: which search is a test, and which are repeated or by new users."""

    def __init__(self, test_from_us: int) -> None:
        """Knows nothing; the test part begins at `test_from_us`."""
        self._test_from_us = test_from_us
        self._searched: dict[str, set[str]] = {}
        self._previous: dict[str, str] = {}
        self._trained: set[str] = set()

    def is_test(self, event: Event) -> bool:
        """Whether this search is to be answered before it is taken in."""
        if event.type != "search" or event.query is None or event.known_at_us < self._test_from_us:
            return False
        return is_test(comparison_text(event.query), self._previous.get(event.user))

    def is_new(self, user: str) -> bool:
        """Whether the user has no search in the training part."""
        return user not in self._trained

    def has_searched(self, user: str, query: str) -> bool:
        """Whether the user searched for this comparison text before."""
        return query in self._searched.get(user, ())

    def take(self, event: Event) -> None:
        """Adds an event."""
        if event.type != "search" or event.query is None:
            return
        query = intern(comparison_text(event.query))
        self._searched.setdefault(event.user, set()).add(query)
        self._previous[event.user] = query
        if event.known_at_us < self._test_from_us:
            self._trained.add(event.user)


def arrival_order(records: Iterable[Mapping[str, Any]]) -> list[tuple[Event, Mapping[str, Any]]]:
    """Records with their events by the moment they became known; ties as given. About 5 µs each.

    Raises:
        EventError: a record is malformed.
    """
    pairs = [(parse_event(record), record) for record in records]
    pairs.sort(key=lambda pair: pair[0].known_at_us)
    return pairs


def test_rows(log: Log, test_from_us: int) -> list[int]:
    """Indices of the log's tests. About 1 µs an event."""
    pasts = Pasts(test_from_us)
    rows = []
    for index, (event, _) in enumerate(log):
        if pasts.is_test(event):
            rows.append(index)
        pasts.take(event)
    return rows


def replay(
    completer: Completer,
    log: Log,
    *,
    test_from_us: int = 0,
    reveal_from_us: int | None = None,
    k: int = 10,
    series_share: float = 0.0,
    start: int = 0,
) -> Iterator[Outcome]:
    """Asks for each test of the prefix protocol, then reveals the event.

    What came before `test_from_us` is the training part, which the completer is expected to know
    already: it is not shown again, and only says which query was a user's previous one.

    Args:
        completer: answers and learns; asked with the event's own time as `now`.
        log: events and their records in arrival order, as `arrival_order` gives them.
        test_from_us: first `known_at` of the test part, in microseconds since 1970-01-01 UTC.
        reveal_from_us: first `known_at` that the completer does not know yet, where that lies before
            the test part; events in between are revealed and not tested. Default `test_from_us`.
        k: answers asked for.
        series_share: share of tests, chosen by a hash, for which the answers after every number of typed
            characters are asked as well (`Outcome.series`): as many more answers as the query has
            characters. Queries longer than `MAX_SERIES_CHARS` are left out of it.
        start: index into `log` of the first event whose tests are answered; those before are revealed
            alone. The outcomes are the last ones of the whole replay, for a completer whose answers
            depend on what it observed and not on what it was asked.
    """
    reveal_from_us = test_from_us if reveal_from_us is None else reveal_from_us
    pasts = Pasts(test_from_us)
    completer.observe([record for event, record in log[:start] if event.known_at_us >= reveal_from_us])
    for event, _ in log[:start]:
        pasts.take(event)
    for event, record in log[start:]:
        if pasts.is_test(event):
            yield _outcome(completer, event, record, pasts, k, series_share)
        pasts.take(event)
        if event.known_at_us >= reveal_from_us:
            completer.observe([record])


def _outcome(
    completer: Completer, event: Event, record: Mapping[str, Any], pasts: Pasts, k: int, series_share: float
) -> Outcome:
    target, prefix = intern(comparison_text(str(record["query"]))), typed_prefix(record)
    shown = _shown(completer, prefix, event.user, record["ts"], k)
    series: tuple[int, ...] = ()
    if len(target) <= MAX_SERIES_CHARS and is_sampled(record, series_share):
        beginnings = (target[:length] for length in range(1, len(target)))
        answers = (_shown(completer, beginning, event.user, record["ts"], k) for beginning in beginnings)
        series = tuple(rank_of(target, answer) for answer in answers)
    return Outcome(
        event.user,
        event.ts_us,
        event.locale,
        prefix,
        target,
        shown,
        rank_of(target, shown),
        pasts.is_new(event.user),
        pasts.has_searched(event.user, target),
        series,
    )


def _shown(completer: Completer, prefix: str, user: str, now: Any, k: int) -> tuple[str, ...]:
    # Interned: the same few suggestions come up again and again, and outcomes are many.
    answers = completer.complete(prefix, k=k, user=user, now=now)[:k]
    return tuple(intern(comparison_text(answer.query)) for answer in answers)
