"""A log replayed through the serving engine yields what a ranker learns from: candidates, features, and what was meant.

The answer comes first and the event after, so that nothing later than a search is in its features; and the features
are those of serving, because the engine that serves computes them.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from suggest.engine import Engine
from suggest.evaluation.parallel import read_in_processes, stretches
from suggest.evaluation.protocol import comparison_text, typed_prefix
from suggest.evaluation.replay import Log, test_rows
from suggest.rank import Scored
from suggest.text import normalise, normalise_prefix
from suggest.types import Event, rfc3339

SURE_COST = 0.5
"""Candidates that cost more do not match as typed: their likelihood is known, and is added to a trained score."""


SURFACE = "typeahead"
"""Whose lists with a click teach."""


class ExampleList(NamedTuple):
    """The candidates of one request, and which of them was wanted.

    Attributes:
        user: who asked.
        prefix: what had been typed, in comparison form.
        locale: as the event names it, or None.
        target: what was searched for in the end, in comparison form; empty for an impression.
        keys: the candidates, normalised.
        features: float32[n, n_features].
        labels: int8[n], 1 for what was wanted.
        positions: int32[n], where each was shown, from 1; 0 where nothing was shown.
        is_known: whether the person had searched before.
    """

    user: str
    prefix: str
    locale: str | None
    target: str
    keys: list[str]
    features: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int8]
    positions: npt.NDArray[np.int32]
    is_known: bool


def example_lists(
    engine: Engine, log: Log, from_us: int = 0, start: int = 0, end: int | None = None
) -> Iterator[ExampleList]:
    """One list for each test of the prefix protocol, and one for each impression with a click.

    A search that began in a list shown (it names the request of an impression) is learned from that list alone.

    Args:
        engine: knows what lies before `from_us`; observes the rest.
        log: in arrival order.
        from_us: first `known_at` that is replayed, in µs.
        start: index of the first event that gives a list; those before are observed alone.
        end: index after the last one.
    """
    rows = set(example_rows(log, from_us))
    clicks = _clicked(log)
    engine.observe([record for event, record in log[:start] if event.known_at_us >= from_us])
    for row, (event, record) in enumerate(log[start:end], start):
        if row in rows:
            found = _search(engine, event, record) if event.type == "search" else _impression(engine, event, clicks)
            if found is not None:
                yield found
        if event.known_at_us >= from_us:
            engine.observe([record])


def example_rows(log: Log, from_us: int = 0) -> list[int]:
    """Indices of the events that may give a list."""
    clicked = {event.request_id for event, _ in log if event.type == "click" and event.query}
    shown = {event.request_id for event, _ in log if event.type == "impression"}
    searches = [row for row in test_rows(log, from_us) if log[row][0].request_id not in shown]
    lists = [row for row, (event, _) in enumerate(log) if event.known_at_us >= from_us and _is_list(event, clicked)]
    return sorted(searches + lists)


def examples_in_processes(
    opener: Callable[[], AbstractContextManager[Engine]], log: Log, from_us: int = 0, processes: int = 1
) -> Iterator[ExampleList]:
    """`example_lists` with the same lists in the same order; `processes` as for `read_in_processes`."""
    parts = stretches(example_rows(log, from_us), len(log), processes)
    readings = [partial(example_lists, log=log, from_us=from_us, start=start, end=end) for start, end in parts]
    return read_in_processes(opener, readings)


def _is_list(event: Event, clicked: Container[str | None]) -> bool:
    is_typeahead = event.type == "impression" and event.surface == SURFACE
    return is_typeahead and event.request_id in clicked and bool(event.input and event.shown)


def _clicked(log: Log) -> dict[str, set[str]]:
    """What was clicked, by request."""
    clicks: dict[str, set[str]] = {}
    for event, _ in log:
        if event.type == "click" and event.request_id and event.query:
            clicks.setdefault(event.request_id, set()).add(normalise(event.query))
    return clicks


def _search(engine: Engine, event: Event, record: Mapping[str, Any]) -> ExampleList:
    prefix, target = typed_prefix(record), comparison_text(str(record["query"]))
    scored = _scored(engine, event, prefix)
    wanted = normalise(target)
    labels = np.array([key == wanted for key in scored.keys], dtype=np.int8)
    return _list(event, prefix, target, scored, labels, np.zeros(len(labels), np.int32))


def _impression(engine: Engine, event: Event, clicks: Mapping[str, set[str]]) -> ExampleList | None:
    """What was shown, as far as the engine knows it as a candidate; None unless it knows what was clicked."""
    prefix, shown, clicked = str(event.input), event.shown or (), clicks[str(event.request_id)]
    scored = _scored(engine, event, normalise_prefix(prefix))
    places = {normalise(query): place for place, query in reversed(list(enumerate(shown, start=1)))}
    rows = [row for row, key in enumerate(scored.keys) if key in places]
    kept = scored.only(rows)
    labels = np.array([key in clicked for key in kept.keys], dtype=np.int8)
    if not labels.any():
        return None
    return _list(event, prefix, "", kept, labels, np.array([places[key] for key in kept.keys], dtype=np.int32))


def _scored(engine: Engine, event: Event, prefix: str) -> Scored:
    # Callers name where somebody is or not: learned from both, in halves.
    is_named = crc32(event.event_id.encode()) % 2
    locale, region = (event.locale, event.region) if is_named else (None, None)
    moment = rfc3339(event.ts_us)
    return engine.scored(prefix, event.user, moment, session=event.session, locale=locale, region=region)


def _list(
    event: Event,
    prefix: str,
    target: str,
    scored: Scored,
    labels: npt.NDArray[np.int8],
    positions: npt.NDArray[np.int32],
) -> ExampleList:
    is_known = scored.request.history is not None
    return ExampleList(
        event.user, prefix, event.locale, target, scored.keys, scored.features, labels, positions, is_known
    )
