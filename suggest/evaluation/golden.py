"""Golden traces: what a replay answered, kept in a file, so that a later version can be held against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from typing import Any

import orjson

from suggest.engine import Engine
from suggest.errors import InputError
from suggest.evaluation.protocol import typed_prefix
from suggest.evaluation.replay import Log, test_rows
from suggest.types import rfc3339

MAX_STEPS = 1000
"""Answers of a trace: enough to meet every stage of a request, few enough to be looked through."""

K = 10

_FIELDS = ("input", "queries", "features")

Step = dict[str, Any]
"""One answer: `input` (user, moment, prefix), `queries` in order, `features` (SHA-256 of their bytes)."""


def golden_trace(
    engine: Engine, log: Log, *, test_from_us: int = 0, reveal_from_us: int | None = None, n_steps: int = MAX_STEPS
) -> Iterator[Step]:
    """The answers to the first tests of a log; the event is revealed after each. Equal for equal code and input.

    Args:
        engine: knows what lies before `reveal_from_us`.
        log: in arrival order.
        test_from_us: as in `replay`.
        reveal_from_us: as in `replay`.
        n_steps: at most this many.
    """
    reveal_from_us = test_from_us if reveal_from_us is None else reveal_from_us
    rows = test_rows(log, test_from_us)[:n_steps]
    asked = set(rows)
    for row, (event, record) in enumerate(log[: rows[-1] + 1] if rows else ()):
        if row in asked:
            now, prefix = rfc3339(event.ts_us), typed_prefix(record)
            answer = engine.answer(prefix, K, event.user, now=now, features=True)
            queries = [suggestion.query for suggestion in answer.suggestions]
            features = b"" if answer.features is None else answer.features.tobytes()
            yield {
                "input": [event.user, now, prefix],
                "queries": queries,
                "features": sha256(features).hexdigest(),
            }
        if event.known_at_us >= reveal_from_us:
            engine.observe([record])


def write_trace(path: Path, trace: Sequence[Step]) -> None:
    """Writes a trace as JSON Lines. It holds what people searched: keep it like the log."""
    path.write_bytes(b"".join(orjson.dumps(step) + b"\n" for step in trace))


def read_trace(path: Path) -> list[Step]:
    """Reads what `write_trace` wrote.

    Raises:
        InputError: it is no golden trace.
    """
    try:
        trace = [orjson.loads(line) for line in path.read_bytes().splitlines()]
        if all(set(_FIELDS) == step.keys() for step in trace):
            return trace
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(f"{path} cannot be read as a golden trace: {error}") from error
    raise InputError(f"{path}: expected the fields {', '.join(_FIELDS)} in each line; it is no golden trace")


def differences(golden: Sequence[Step], trace: Sequence[Step]) -> list[dict[str, Any]]:
    """Steps that differ, from 1, by the first field that does: another input, other queries, other features."""
    found = []
    for number, (old, new) in enumerate(zip_longest(golden, trace, fillvalue=dict.fromkeys(_FIELDS)), start=1):
        field = next((field for field in _FIELDS if old[field] != new[field]), None)
        if field is not None:
            found.append({"step": number, "differs": field, "golden": old[field], "now": new[field]})
    return found
