"""Typeahead quality on a web search log: the baselines and the engine on the same later slice.

    python -m benchmarks.typeahead_quality [--days 16] [--slices]

Trains on what is before the last days of the log and on the counts of other users, and replays the
rest by the prefix protocol (docs/evaluation.md). Prints aggregates only: the log is of real people.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.cut_log import CutLog, shown
from benchmarks.machine import print_machine, print_table
from suggest import Engine
from suggest.evaluation import (
    Completer,
    MostPopular,
    Outcome,
    OwnHistoryThenPopular,
    mrr_ratio,
    replay,
    slices,
    summarise,
)
from suggest.pipelines.build import build
from suggest.types import Suggestion

K = 10
BASELINE = "own history, then popular"


_ASKED: dict[str, dict[str, Any]] = {
    "prefix alone": {"match": "prefix", "collapse": False},
    "+ words, typos, scripts": {"collapse": False},
    "+ near-duplicates collapsed": {},
}
"""Each step added in turn to what the engine is asked for."""


class Asking(NamedTuple):
    """An engine that is always asked with the same further arguments."""

    engine: Engine
    arguments: Mapping[str, Any]

    def complete(self, prefix: str, k: int = K, *, user: str | None = None, now: object = None) -> list[Suggestion]:
        """As `Engine.complete`."""
        return self.engine.complete(prefix, k=k, user=user, now=now, **self.arguments)

    def observe(self, records: Iterable[Mapping[str, Any]]) -> object:
        """As `Engine.observe`."""
        return self.engine.observe(records)


def main() -> None:
    """Replays each system and prints the tables."""
    parser = argparse.ArgumentParser(description="Typeahead quality on a later slice of a log")
    parser.add_argument("--days", type=int, default=16, help="length of the test part (default: 16)")
    parser.add_argument("--slices", action="store_true", help="also by slice")
    options = parser.parse_args()
    log = CutLog("web_search", options.days)
    print_machine("numpy", "duckdb")
    print(f"data: web_search/, {len(log.train):,} searches and {len(log.counts):,} counts to train on,", end=" ")
    print(f"{len(log.events) - len(log.train):,} in the last {options.days} days\n")
    outcomes = {name: list(_replayed(name, system, log)) for name, system in _baselines(log).items()}
    for built_as, arguments in (
        ("min_users 1, safety off", {"min_users": 1, "safety": "off", "profanity": False}),
        ("min_users 2", {"min_users": 2}),
    ):
        with _index(log, arguments) as index:
            for asked_as, asked in _ASKED.items():
                name = f"engine, {built_as}, {asked_as}"
                # A state of its own for each: what another replay revealed would be known beforehand.
                with Engine.open(index, state=None) as engine:
                    outcomes[name] = list(_replayed(name, Asking(engine, asked), log))
    _print(outcomes)
    if options.slices:
        _print_slices(outcomes, log)


def _baselines(log: CutLog) -> dict[str, Completer]:
    return {
        "most popular": MostPopular(log.train, log.counts),
        BASELINE: OwnHistoryThenPopular(log.train, log.counts),
    }


@contextmanager
def _index(log: CutLog, arguments: Mapping[str, Any]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as directory:
        train = log.write_train(Path(directory) / "train.jsonl")
        build(Path(directory) / "index", events=[train], queries=log.count_files, encoder="none", **arguments)
        yield Path(directory) / "index"


def _replayed(name: str, system: Completer, log: CutLog) -> Iterator[Outcome]:
    print(f"replaying: {name}", file=sys.stderr)
    return replay(system, log.events, test_from_us=log.from_us, k=K)


def _print(outcomes: Mapping[str, Sequence[Outcome]]) -> None:
    rows = []
    for name, tests in outcomes.items():
        scores = summarise(tests, K)
        figures = (scores.mrr, scores.success_at_k, scores.success_at_1)
        ratio = mrr_ratio(tests, outcomes[BASELINE], K)
        assert ratio is not None
        rows.append((name, *map(shown, figures), f"{scores.coverage:.3f}", shown(ratio)))
    scores = summarise(outcomes[BASELINE], K, resamples=2)
    print(f"{scores.n_tests:,} tests of {scores.n_users} users; 95% bootstrap intervals over users\n")
    print_table(("system", f"MRR@{K}", f"S@{K}", "S@1", "coverage", f"MRR@{K} ÷ own history, then popular"), rows)


def _print_slices(outcomes: Mapping[str, Sequence[Outcome]], log: CutLog) -> None:
    parts = {name: slices(tests, log.seen) for name, tests in outcomes.items()}
    rows = []
    for part, tests in parts[BASELINE].items():
        mrr = (summarise(by_slice[part], K, resamples=2).mrr.value for by_slice in parts.values())
        rows.append((part, f"{len(tests):,}", *(f"{value:.3f}" for value in mrr)))
    print()
    print_table((f"MRR@{K} by slice", "tests", *outcomes), rows)


if __name__ == "__main__":
    main()
