"""Lists as they were really seen, with the chance each query had, what was clicked, and what another order shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import count
from typing import NamedTuple

import numpy as np

from suggest.candidates.arguments import MAX_K
from suggest.evaluation.counterfactual import Decisions
from suggest.evaluation.protocol import comparison_text
from suggest.evaluation.replay import Completer, Log
from suggest.types import Event

N_FOLDS = 2
PRIOR_CLICKS = 5.0
"""Expected clicks from which on a query's own click rate counts more than that of all at its position."""


class LoggedList(NamedTuple):
    """One list that was seen.

    Attributes:
        user: by whom.
        shown: its queries in comparison form, by position.
        propensities: the probability with which each was put there.
        clicked: the positions clicked.
        instead: the evaluated order's list for the same request, in comparison form, at most as long.
    """

    user: str
    shown: tuple[str, ...]
    propensities: tuple[float, ...]
    clicked: frozenset[int]
    instead: tuple[str, ...]


def replay_lists(
    completer: Completer, log: Log, *, test_from_us: int = 0, reveal_from_us: int | None = None
) -> Iterator[LoggedList]:
    """The typeahead lists of a log's test part that carry propensities, with the completer's answers in their place.

    Lists and clicks are joined by `request_id`, whatever came first. The completer is asked for as many as were
    shown, and at most `MAX_K`, at the list's own time, before the list is revealed.

    Args:
        completer: answers and learns, as in `replay`.
        log: as in `replay`.
        test_from_us: as in `replay`.
        reveal_from_us: as in `replay`.
    """
    reveal_from_us = test_from_us if reveal_from_us is None else reveal_from_us
    clicks: dict[str, list[Event]] = {}
    for event, _ in log:
        if event.type == "click" and event.request_id is not None:
            clicks.setdefault(event.request_id, []).append(event)
    for event, record in log:
        if event.known_at_us >= test_from_us and event.surface == "typeahead" and event.propensities:
            shown = tuple(map(comparison_text, event.shown or ()))
            k = min(len(shown), MAX_K)
            answers = completer.complete(event.input or "", k=k, user=event.user, now=record["ts"])
            instead = tuple(comparison_text(answer.query) for answer in answers)
            yield LoggedList(
                event.user,
                shown,
                event.propensities,
                frozenset(_clicked(shown, clicks.get(event.request_id or "", ()))),
                instead[: len(shown)],
            )
        if event.known_at_us >= reveal_from_us:
            completer.observe([record])


def carries_propensities(log: Log, test_from_us: int) -> bool:
    """Whether `replay_lists` would find any list."""
    return any(
        event.propensities is not None and event.surface == "typeahead" and event.known_at_us >= test_from_us
        for event, _ in log
    )


def decisions_of(lists: Sequence[LoggedList]) -> Decisions:
    """Decisions of lists, their rewards the clicks; expected ones come from the lists of other people.

    The model is fitted twice, each time on the people of one half, and predicts for the others: one that had seen
    the very clicks it is to correct would hide its errors.

    Source: Chernozhukov et al., "Double/Debiased Machine Learning for Treatment and Structural Parameters", 2018.
    """
    models = [_ClickModel([each for each in lists if _fold(each.user) != fold]) for fold in range(N_FOLDS)]
    users, rows = [], []
    for number, each in enumerate(lists):
        model = models[_fold(each.user)]
        instead: list[str | None] = [*each.instead, *[None] * (len(each.shown) - len(each.instead))]
        for position, query, propensity, other in zip(count(), each.shown, each.propensities, instead, strict=False):
            users.append(each.user)
            rows.append(
                (
                    number,
                    position in each.clicked,
                    propensity,
                    query == other,
                    other is not None,
                    model.expected(query, position),
                    0.0 if other is None else model.expected(other, position),
                )
            )
    columns = np.array(rows, dtype=np.float64).reshape(-1, 7).T
    return Decisions(users, columns[0].astype(np.int64), *columns[1:])


class _ClickModel:
    """Clicks expected of a query at a position: the position's rate times how the query does beside others there.

    Source: Zhang and Jones, "Comparing Click Logs and Editorial Labels for Training Query Rewriting", 2007 (clicks
    over expected clicks), with a prior.
    """

    def __init__(self, lists: Sequence[LoggedList]) -> None:
        shown: Counter[int] = Counter()
        clicked: Counter[int] = Counter()
        for each in lists:
            shown.update(range(len(each.shown)))
            clicked.update(each.clicked)
        self._rates = {position: clicked[position] / n_shown for position, n_shown in shown.items()}
        self._clicks: Counter[str] = Counter()
        self._expected: dict[str, float] = {}
        for each in lists:
            self._clicks.update(each.shown[position] for position in each.clicked)
            for position, query in enumerate(each.shown):
                self._expected[query] = self._expected.get(query, 0.0) + self._rates[position]

    def expected(self, query: str, position: int) -> float:
        rate = self._rates.get(position, 0.0)
        beside = (self._clicks[query] + PRIOR_CLICKS) / (self._expected.get(query, 0.0) + PRIOR_CLICKS)
        return min(1.0, rate * beside)


def _clicked(shown: Sequence[str], clicks: Sequence[Event]) -> Iterator[int]:
    """The positions clicked; where a list moved under the finger, the query says more than its position."""
    for click in clicks:
        query = comparison_text(click.query or "")
        if click.position is not None and shown[click.position : click.position + 1] == (query,):
            yield click.position
        elif query in shown:
            yield shown.index(query)


def _fold(user: str) -> int:
    return blake2b(user.encode(), digest_size=1).digest()[0] % N_FOLDS
