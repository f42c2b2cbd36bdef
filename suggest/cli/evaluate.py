"""`suggest evaluate`: replays a later log and measures the answers beside the baselines."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from suggest.cli.arguments import Subparsers, add_command, add_files, add_index, positive
from suggest.cli.evaluate_inputs import Training, counts_in, counts_of, read_log, training_part
from suggest.cli.evaluate_surfaces import measured_comments, measured_lists, print_surface
from suggest.cli.evaluate_text import print_evaluation
from suggest.cli.output import print_result
from suggest.cli.progress import progress
from suggest.errors import ArgumentError, InputError, SuggestError

if TYPE_CHECKING:
    from suggest.artifacts import Generation
    from suggest.engine import Engine
    from suggest.evaluation import Log, Outcome
    from suggest.evaluation.parallel import Opener

ENGINE, UNTRAINED, AGAINST = "engine", "engine, untrained order", "engine, against"
POPULAR, OWN = "most popular", "own history, then popular"

SERIES_TESTS = 1000
"""Tests that are asked after every character, about: enough for an interval of 0.02 either way."""

MAX_DIFFERENCES = 20
"""Answers unlike those of a golden trace that are listed; all are counted."""

TESTS_PER_PROCESS = 2000
"""A process more pays where it has at least these to answer: it takes a second to begin."""


def add_to(subparsers: Subparsers) -> None:
    """Adds the command."""
    parser = add_command(
        subparsers,
        "evaluate",
        run,
        does="replay a later log and measure the answers beside the baselines",
        example="suggest evaluate --index index --events log-2026-03.jsonl.gz",
    )
    add_index(parser)
    add_files(parser, "--events", "what users did; what is later than what the index was built from is the test")
    add_files(parser, "--queries", "query counts the index was built from, for the baselines")
    add_files(parser, "--items", "with --surface item: titles of items that the index was not built with")
    add_files(parser, "--annotations", "with --surface comment: texts whose spans people marked")
    parser.add_argument("--against", metavar="GENERATION", help="a second generation to interleave with")
    parser.add_argument(
        "--processes", type=positive, metavar="N", help="replay on N processes (default: as many as pay off)"
    )
    parser.add_argument(
        "--golden",
        type=Path,
        metavar="FILE",
        help="compare the first 1,000 answers with those in this file; it is written where there is none",
    )
    parser.add_argument(
        "--surface",
        choices=("typeahead", "related", "item", "comment"),
        default="typeahead",
        help="which answers to measure (default: typeahead); the others take no option but the files",
    )


def run(arguments: argparse.Namespace) -> None:
    """Replays the log once for each system and prints the figures."""
    if arguments.surface != "typeahead":
        _require_unset(arguments)
    if arguments.surface == "comment":
        print_surface(arguments, measured_comments(arguments, _served(arguments)))
        return
    if not arguments.events:
        raise ArgumentError("--events", "nothing to replay")
    if arguments.surface != "typeahead":
        served = _trained(_served(arguments))
        known_us = served.known_until_us
        result = measured_lists(arguments, served.generation, test_from_us=served.test_from_us, reveal_from_us=known_us)
        print_surface(arguments, result)
        return
    engines = _engines(arguments)
    task = _task(arguments, engines)
    with progress() as report:
        outcomes = {}
        for number, (name, replayed) in enumerate(_replays(task, engines).items()):
            report(f"replaying: {name}", number, 2 + len(engines))
            outcomes[name] = replayed()
        result = _result(task, engines, outcomes)
        if arguments.golden is not None:
            result["golden"] = _golden(arguments.golden, task, engines[ENGINE])
    if arguments.json:
        print_result(result, as_json=True)
    else:
        print_evaluation(result)
        print_result({"golden": result["golden"]} if "golden" in result else {}, as_json=False)
    if result.get("golden", {}).get("n_different"):
        raise SuggestError(f"{result['golden']['n_different']:,} answers differ from {arguments.golden}")


def _require_unset(arguments: argparse.Namespace) -> None:
    """Refuses what would be passed over."""
    for name in ("queries", "against", "processes", "golden"):
        if getattr(arguments, name):
            raise ArgumentError(f"--{name}", f"goes with --surface typeahead, not {arguments.surface}")


def _golden(path: Path, task: _Task, engine: _Engine) -> dict[str, Any]:
    """Writes a trace of the answers, or compares them with the one that is there."""
    from suggest.evaluation.golden import differences, golden_trace, read_trace, write_trace

    known = read_trace(path) if path.exists() else None
    with engine.opener()() as opened:
        # The opener of an evaluation promises no more than a completer.
        trace = golden_trace(
            cast("Engine", opened), task.log, test_from_us=task.test_from_us, reveal_from_us=engine.known_until_us
        )
        steps = list(trace)
    if known is None:
        write_trace(path, steps)
        return {"file": str(path), "n_written": len(steps)}
    found = differences(known, steps)
    shown = found[:MAX_DIFFERENCES]
    return {"file": str(path), "n_compared": len(known), "n_different": len(found), "differences": shown}


class _Task(NamedTuple):
    """One evaluation.

    Attributes:
        log: what is replayed.
        test_from_us: where the test part begins.
        series_share: share of tests that are asked after every character.
        processes: how many replay.
        training: what lies before the test part.
        vocabulary: comparison texts of the served generation.
    """

    log: Log
    test_from_us: int
    series_share: float
    processes: int
    training: Training
    vocabulary: frozenset[str]


class _Engine(NamedTuple):
    """One generation, and whose order it answers in.

    Attributes:
        generation: what answers.
        ranker: as for `Engine.open`.
        trained_before_us: the first moment that its order was not learned from.
    """

    generation: Generation
    ranker: str = "default"
    trained_before_us: int = 0

    @property
    def known_until_us(self) -> int:
        """The first moment that it does not know."""
        watermark_us: int | None = self.generation.parameters["watermark_us"]
        return 0 if watermark_us is None else watermark_us + 1

    @property
    def test_from_us(self) -> int:
        """The first moment that neither its index nor its order was made from."""
        return max(self.known_until_us, self.trained_before_us)

    def opener(self) -> Opener:
        """Opens it with an empty state."""
        from suggest.engine import Engine

        generation = self.generation
        return partial(
            Engine.open, generation.directory.parent, generation=generation.name, ranker=self.ranker, verify=False
        )


def _engines(arguments: argparse.Namespace) -> dict[str, _Engine]:
    """The generation that serves, without what it was trained to, and the one it is compared with, by system."""
    from suggest.artifacts import Generation
    from suggest.rank import Ranker

    served = _served(arguments)
    engines = {ENGINE: _trained(served)}
    if Ranker.open(served) is not None:
        engines[UNTRAINED] = _Engine(served, "none")
    if arguments.against is not None:
        if arguments.against == served.name:
            raise ArgumentError("--against", f"{served.name} is the generation that serves; name another one")
        engines[AGAINST] = _trained(Generation.open(arguments.index, arguments.against, verify=arguments.verify))
    return engines


def _served(arguments: argparse.Namespace) -> Generation:
    from suggest.artifacts import Generation

    return Generation.open(arguments.index, verify=arguments.verify)


def _trained(generation: Generation) -> _Engine:
    """With the moment after all that any of its orders learned from."""
    from suggest.rank import Ranker
    from suggest.rank.item_order import NAME as ITEM_ORDER
    from suggest.rank.related import LEARNED_ORDER

    ranker = Ranker.open(generation)
    learned = [ranker.training] if ranker else []
    orders = (name for name in (LEARNED_ORDER, ITEM_ORDER) if generation.holds(f"{name}.json"))
    learned += [generation.json(name)["training"] for name in orders]
    return _Engine(
        generation, trained_before_us=max(((facts.get("until_us") or -1) + 1 for facts in learned), default=0)
    )


def _task(arguments: argparse.Namespace, engines: Mapping[str, _Engine]) -> _Task:
    from suggest.evaluation import comparison_text, test_rows
    from suggest.types import rfc3339

    log = read_log(arguments.events)
    # What any of the generations knows or was trained on is no test of it; the files may hold it too.
    test_from_us = max(engine.test_from_us for engine in engines.values())
    served = engines[ENGINE].generation
    n_tests = len(test_rows(log, test_from_us))
    if not n_tests:
        raise InputError(
            f"expected searches to test on from {rfc3339(test_from_us)} on, got none among {len(log):,} events; "
            "a generation knows the log up to its watermark, and its ranker what it was trained on"
        )
    texts = counts_of(served)
    return _Task(
        log,
        test_from_us,
        min(1.0, SERIES_TESTS / n_tests),
        arguments.processes or min(len(os.sched_getaffinity(0)), 1 + n_tests // TESTS_PER_PROCESS),
        training_part(served, log, test_from_us, texts, counts_in(arguments.queries)),
        frozenset(comparison_text(query) for query, _ in texts),
    )


def _replays(task: _Task, engines: Mapping[str, _Engine]) -> dict[str, Callable[[], list[Outcome]]]:
    """What replays each system; the baselines in this process, as they answer faster than they could be sent."""
    from suggest.evaluation import replay, replay_in_processes

    options: dict[str, Any] = {"test_from_us": task.test_from_us, "series_share": task.series_share}
    replays: dict[str, Callable[[], list[Outcome]]] = {
        POPULAR: lambda: list(replay(task.training.most_popular(), task.log, **options)),
        OWN: lambda: list(replay(task.training.own_then_popular(), task.log, **options)),
    }
    for name, engine in engines.items():
        replays[name] = partial(
            replay_in_processes,
            engine.opener(),
            task.log,
            processes=task.processes,
            reveal_from_us=engine.known_until_us,
            **options,
        )
    return replays


def _result(task: _Task, engines: Mapping[str, _Engine], outcomes: Mapping[str, Sequence[Outcome]]) -> dict[str, Any]:
    from suggest.evaluation import interleaved
    from suggest.types import rfc3339

    served = engines[ENGINE].generation
    watermark_us = served.parameters["watermark_us"]
    against = engines[AGAINST].generation.name if AGAINST in engines else None
    return {
        "generation": served.name,
        "against": against,
        "watermark": None if watermark_us is None else rfc3339(watermark_us),
        "test_from": rfc3339(task.test_from_us),
        "baselines_from": task.training.known_from,
        "systems": {name: _system(task, name, outcomes) for name in outcomes},
        "interleaving": interleaved(outcomes[ENGINE], outcomes[AGAINST]).to_json() if against else None,
        "counterfactual": _counterfactual(task, engines[ENGINE]),
    }


def _system(task: _Task, name: str, outcomes: Mapping[str, Sequence[Outcome]]) -> dict[str, Any]:
    from suggest.evaluation import mrr_ratio, report_on

    baseline = None if name == OWN else outcomes[OWN]
    report = report_on(outcomes[name], task.training.seen, vocabulary=task.vocabulary, baseline=baseline).to_json()
    over_popular = None if name == POPULAR else mrr_ratio(outcomes[name], outcomes[POPULAR], report["k"])
    return {**report, "mrr_over_most_popular": over_popular and list(over_popular)}


def _counterfactual(task: _Task, engine: _Engine) -> dict[str, Any] | None:
    """What the engine's order would have been clicked, where the log holds lists drawn at random."""
    from suggest.evaluation import carries_propensities, decisions_of, estimate, replay_lists

    if not carries_propensities(task.log, task.test_from_us):
        return None
    with engine.opener()() as completer:
        lists = list(
            replay_lists(completer, task.log, test_from_us=task.test_from_us, reveal_from_us=engine.known_until_us)
        )
    return estimate(decisions_of(lists)).to_json()
