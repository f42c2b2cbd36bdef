"""A log in arrival order through anything that completes: first the answer, then the event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from suggest.evaluation.metrics import rank_of
from suggest.evaluation.protocol import comparison_text, is_test, typed_prefix
from suggest.types import Event, Suggestion, parse_event


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
        prefix: what had been typed, in comparison form.
        target: the query searched for, in comparison form.
        rank: from 1; 0 when the target was not among the first k.
        n_answers: how many suggestions came, at most k.
        new_user: the user has no search before `test_from_us`.
        repeated: the user had searched for the target before, in training or test part.
    """

    user: str
    prefix: str
    target: str
    rank: int
    n_answers: int
    new_user: bool
    repeated: bool


def arrival_order(records: Iterable[Mapping[str, Any]]) -> list[tuple[Event, Mapping[str, Any]]]:
    """Records with their events by the moment they became known; ties as given. About 5 µs each.

    Raises:
        EventError: a record is malformed.
    """
    pairs = [(parse_event(record), record) for record in records]
    pairs.sort(key=lambda pair: pair[0].known_at_us)
    return pairs


def replay(
    completer: Completer,
    log: Sequence[tuple[Event, Mapping[str, Any]]],
    *,
    test_from_us: int = 0,
    k: int = 10,
) -> Iterator[Outcome]:
    """Asks for each test of the prefix protocol, then reveals the event.

    What came before `test_from_us` is the training part, which the completer is expected to know
    already: it is not shown again, and only says which query was a user's previous one.

    Args:
        completer: answers and learns; asked with the event's own time as `now`.
        log: events and their records in arrival order, as `arrival_order` gives them.
        test_from_us: first `known_at` of the test part, in microseconds since 1970-01-01 UTC.
        k: answers asked for.
    """
    searched: dict[str, set[str]] = {}
    previous: dict[str, str] = {}
    trained: set[str] = set()
    for event, record in log:
        in_test = event.known_at_us >= test_from_us
        query = comparison_text(event.query) if event.type == "search" and event.query else None
        if query is not None:
            past = searched.setdefault(event.user, set())
            if in_test and is_test(query, previous.get(event.user)):
                prefix = typed_prefix(record)
                answers = completer.complete(prefix, k=k, user=event.user, now=record["ts"])[:k]
                rank = rank_of(query, [comparison_text(answer.query) for answer in answers])
                yield Outcome(event.user, prefix, query, rank, len(answers), event.user not in trained, query in past)
            past.add(query)
            previous[event.user] = query
            if not in_test:
                trained.add(event.user)
        if in_test:
            completer.observe([record])
