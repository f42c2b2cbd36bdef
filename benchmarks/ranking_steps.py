"""What each step of the personal order gains, on later searches of two logs.

    python -m benchmarks.ranking_steps [--log web_search|site_search] [--slices]

Most popular, own history, then the engine's candidates with a ranker that is given more in turn: features of
popularity, match and own use; the session; queries that nobody searched, put together of words; time. A ranker is
trained for each step as `suggest train` trains it, on a log cut before the test part; all steps order the same
replayed candidates. Prints aggregates only: the logs are of real people.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.cut_log import CutLog, shown
from benchmarks.machine import print_machine, print_table
from suggest import Engine
from suggest.errors import NotEnoughExamples
from suggest.evaluation import (
    Completer,
    MostPopular,
    Outcome,
    OwnHistoryThenPopular,
    bootstrap_ratio,
    comparison_text,
    replay,
    slices,
)
from suggest.evaluation.examples import SURE_COST, ExampleList, examples_in_processes
from suggest.evaluation.metrics import reciprocal_ranks
from suggest.evaluation.report import diversities
from suggest.features import column
from suggest.features.registry import LANGUAGE, OWN, SESSION, TRANSITIONS
from suggest.pipelines.build import build
from suggest.pipelines.train_typeahead import TRAINING_SHARE, VALIDATION_SHARE
from suggest.pipelines.training_log import LogFiles, cut_log, later_log
from suggest.rank import Ranker, chosen, score_parts
from suggest.rank.examples import Examples
from suggest.rank.fit import fit, fit_again

K = 10
TESTED = {"web_search": 16.0, "site_search": 2.0}
"""Days at the end of each log that are tested on."""

_TIME = {"decayed", "decayed_week", "decayed_day", "trend", "unseen_days", "own_day", "own_hour", "own_weekday"}
_TIME |= {"idle_minutes", "own_word_days"}
_UNSEEN = {feature.name for feature in LANGUAGE} | {feature.name for feature in OWN if "word" in feature.name}
_UNSEEN |= {"own_pairs", "own_pair_uses", "is_generated"}
_SESSION = {feature.name for feature in (*SESSION, *TRANSITIONS)}


class Step(NamedTuple):
    """What a ranker is given.

    Attributes:
        without: features that it is not.
        generated: whether queries that nobody searched are among its candidates.
    """

    without: set[str]
    generated: bool


STEPS = {
    "+ features and LightGBM": Step(_SESSION | _UNSEEN | _TIME, generated=False),
    "+ session": Step(_UNSEEN | _TIME, generated=False),
    "+ queries nobody searched": Step(_TIME, generated=True),
    "+ time": Step(set(), generated=True),
}


def main() -> None:
    """Prints a table for each log."""
    parser = argparse.ArgumentParser(description="What each step of the personal order gains")
    parser.add_argument("--log", choices=tuple(TESTED), action="append")
    parser.add_argument("--slices", action="store_true", help="also by slice")
    options = parser.parse_args()
    print_machine("numpy", "duckdb", "lightgbm")
    for name in options.log or TESTED:
        data = CutLog(name, TESTED[name])
        outcomes = _outcomes(data)
        print(f"\n{name}: {len(data.train):,} events to train on, {len(data.events) - len(data.train):,} later\n")
        _print(outcomes)
        if options.slices:
            _print_slices(outcomes, data)


def _outcomes(data: CutLog) -> dict[str, list[Outcome]]:
    """Of each system on the same tests."""
    baselines: dict[str, Completer] = {
        "most popular": MostPopular(data.train, data.counts),
        "own history, then popular": OwnHistoryThenPopular(data.train, data.counts),
    }
    outcomes = {
        name: list(replay(system, data.events, test_from_us=data.from_us, k=K)) for name, system in baselines.items()
    }
    tests = outcomes["most popular"]
    taught, asked = _replayed(data)
    outcomes["the engine, untrained"] = _ranked(asked, None, tests)
    for step_name, step in STEPS.items():
        ranker = _trained([_seen_by(step, found) for found in taught])
        name = step_name if ranker else f"{step_name}, untrained for lack of examples"
        outcomes[name] = _ranked([_seen_by(step, found) for found in asked], ranker, tests)
    return outcomes


def _replayed(data: CutLog) -> tuple[list[ExampleList], list[ExampleList]]:
    """Candidates of the searches to learn from, and of those to test on."""
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        train = data.write_train(folder / "train.jsonl")
        files = LogFiles([train], None)
        cut = cut_log(files)
        build(folder / "inner", events=[train], queries=data.count_files, as_of_us=cut.from_us - 1)
        build(folder / "whole", events=[train], queries=data.count_files)
        taught = examples_in_processes(partial(Engine.open, folder / "inner"), later_log(files, cut), cut.from_us, 2)
        asked = examples_in_processes(partial(Engine.open, folder / "whole"), data.events, data.from_us, 2)
        return list(taught), list(asked)


def _ranked(lists: Sequence[ExampleList], ranker: Ranker | None, tests: Sequence[Outcome]) -> list[Outcome]:
    """The tests as an order of the candidates answers them."""
    outcomes = []
    for found, test in zip(lists, tests, strict=True):
        assert (found.user, found.prefix, found.target) == (test.user, test.prefix, test.target)
        rows = chosen(found.keys, score_parts(found.features, ranker).sum(axis=1), K, lambda _: True)
        shown = tuple(comparison_text(found.keys[row]) for row in rows)
        wanted = np.flatnonzero(found.labels)[:1].tolist()
        outcomes.append(
            test._replace(shown=shown, rank=rows.index(wanted[0]) + 1 if wanted and wanted[0] in rows else 0)
        )
    return outcomes


def _seen_by(step: Step, found: ExampleList) -> ExampleList:
    features = found.features.copy()
    features[:, [column(name) for name in step.without]] = 0.0
    if step.generated:
        return found._replace(features=features)
    kept = np.flatnonzero(found.features[:, column("is_generated")] == 0)
    keys = [found.keys[row] for row in kept]
    return found._replace(keys=keys, features=features[kept], labels=found.labels[kept])


def _trained(lists: Sequence[ExampleList]) -> Ranker | None:
    first, second = (int(len(lists) * share) for share in (TRAINING_SHARE, TRAINING_SHARE + VALIDATION_SHARE))
    with suppress(NotEnoughExamples):
        ranker = fit(_examples(lists[:first]), _examples(lists[first:second]), n_threads=2)
        return fit_again(ranker, _examples(lists))
    return None


def _examples(lists: Iterable[ExampleList]) -> Examples:
    rows = [found.features[:, column("match_cost")] <= SURE_COST for found in lists]
    kept = [(found, sure) for found, sure in zip(lists, rows, strict=True) if found.labels[sure].any()]
    return Examples(
        np.concatenate([found.features[sure] for found, sure in kept]),
        np.concatenate([found.labels[sure] for found, sure in kept]),
        np.array([sure.sum() for _, sure in kept]),
    )


def _print(outcomes: Mapping[str, Sequence[Outcome]]) -> None:
    figures = {name: _reciprocal(tests) for name, tests in outcomes.items()}
    users = [outcome.user for outcome in outcomes["most popular"]]
    rows = []
    before = None
    for name, values in figures.items():
        over = [bootstrap_ratio(values, figures[base], users) for base in list(figures)[:2]]
        step = "" if before is None else shown(bootstrap_ratio(values, before, users))
        diversity = diversities(outcomes[name], K).mean()
        success = np.mean([0 < outcome.rank <= 1 for outcome in outcomes[name]])
        rows.append(
            (name, f"{values.mean():.3f}", f"{success:.3f}", f"{diversity:.3f}", *map(shown, reversed(over)), step)
        )
        before = values
    print(f"{len(users):,} tests of {len(set(users))} users; 95% bootstrap intervals over users\n")
    print_table(("system", f"MRR@{K}", "S@1", "alpha-nDCG", "÷ own, then popular", "÷ most popular", "÷ above"), rows)


def _print_slices(outcomes: Mapping[str, Sequence[Outcome]], data: CutLog) -> None:
    parts = {name: slices(tests, data.seen) for name, tests in outcomes.items()}
    rows = []
    for part, tests in parts["most popular"].items():
        mrr = (_reciprocal(by_slice[part]).mean() for by_slice in parts.values())
        rows.append((part, f"{len(tests):,}", *(f"{value:.3f}" for value in mrr)))
    print()
    print_table((f"MRR@{K} by slice", "tests", *outcomes), rows)


def _reciprocal(tests: Sequence[Outcome]) -> npt.NDArray[np.float64]:
    return reciprocal_ranks(np.array([outcome.rank for outcome in tests]), K)


if __name__ == "__main__":
    main()
