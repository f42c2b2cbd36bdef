"""`suggest evaluate --surface`: a later log through related queries or queries beside items; comments people marked."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from suggest.cli.evaluate_inputs import counts_of, read_log
from suggest.cli.evaluate_text import interval, print_table
from suggest.cli.output import print_result
from suggest.cli.progress import progress
from suggest.errors import ArgumentError, InputError, NotBuiltError

if TYPE_CHECKING:
    from suggest.artifacts import Generation
    from suggest.engine import Engine
    from suggest.evaluation import Log
    from suggest.evaluation.surfaces import Lister, ListOutcome, ListTest
    from suggest.index.items import Items, ItemText
    from suggest.pipelines.report import ReadReport

K = 10


def measured_lists(
    arguments: argparse.Namespace, generation: Generation, *, test_from_us: int, reveal_from_us: int
) -> dict[str, Any]:
    """The figures of `related` or `item_queries` and of their baselines, on the later part of a log.

    Args:
        arguments: of the command.
        generation: that serves.
        test_from_us: first `known_at` of the test part, in microseconds since 1970.
        reveal_from_us: first `known_at` that the generation does not know.

    Raises:
        InputError: the log holds nothing to test on.
        NotBuiltError: the generation holds no items.
    """
    from suggest.evaluation import comparison_text
    from suggest.evaluation.surfaces import list_ceiling, list_scores
    from suggest.types import rfc3339

    log = read_log(arguments.events)
    tests = _tests(arguments.surface, log, test_from_us)
    vocabulary = frozenset(comparison_text(query) for query, _ in counts_of(generation))
    with progress() as report, _systems(arguments, generation) as (systems, engine):
        outcomes: dict[str, list[ListOutcome]] = {}
        for number, (name, ask) in enumerate(systems.items()):
            report(f"replaying: {name}", number, len(systems))
            outcomes[name] = _replayed(ask, tests, log, reveal_from_us, engine if name == "engine" else None)
    watermark_us = generation.parameters["watermark_us"]
    return {
        "generation": generation.name,
        "surface": arguments.surface,
        "watermark": None if watermark_us is None else rfc3339(watermark_us),
        "test_from": rfc3339(test_from_us),
        "k": K,
        "vocabulary_ceiling": list_ceiling(list(tests.values()), vocabulary),
        "systems": {name: list_scores(found, K).to_json() for name, found in outcomes.items()},
    }


def measured_comments(arguments: argparse.Namespace, generation: Generation) -> dict[str, Any]:
    """The figures of `comment_entities` on texts whose spans people marked.

    Raises:
        ArgumentError: there are no files of such texts.
        InputError: they hold none.
    """
    from suggest.engine import Engine
    from suggest.evaluation.surfaces_comments import span_scores
    from suggest.pipelines.read_lexicon import read_annotations
    from suggest.pipelines.report import ReadReport

    if not arguments.annotations:
        raise ArgumentError("--annotations", "expected texts whose spans people marked; a log does not say what is one")
    read = ReadReport()
    annotations = list(read_annotations(arguments.annotations, report=read))
    _tell_malformed(read)
    if not annotations:
        raise InputError("expected annotated texts, got none")
    with progress() as report, Engine.open(arguments.index, generation=generation.name, verify=False) as engine:
        report("finding entities", 0, len(annotations))
        found = engine.entities_of_comments([annotation.text for annotation in annotations])
    places = [[(span.start, span.end) for span in spans] for spans in found]
    scores = span_scores(zip(places, (annotation.spans for annotation in annotations), strict=True))
    return {"generation": generation.name, "surface": "comment", **scores.to_json()}


def print_surface(arguments: argparse.Namespace, result: Mapping[str, Any]) -> None:
    """Prints the figures of a surface, as JSON or as a table."""
    if arguments.json:
        print_result(result, as_json=True)
    elif arguments.surface == "comment":
        _print_spans(result)
    else:
        _print_lists(result)


def _tests(surface: str, log: Log, from_us: int) -> dict[int, ListTest]:
    from suggest.evaluation.surfaces import item_tests, related_tests
    from suggest.types import rfc3339

    of_surface, what = {
        "related": (related_tests, "searches that follow another one in their session"),
        "item": (item_tests, "searches with an item, or clicks in lists beside one,"),
    }[surface]
    tests = of_surface(log, from_us)
    if not tests:
        raise InputError(
            f"expected {what} to test on from {rfc3339(from_us)} on, got none among {len(log):,} events; "
            "a generation knows the log up to its watermark, and its ranker what it was trained on"
        )
    return tests


@contextmanager
def _systems(arguments: argparse.Namespace, generation: Generation) -> Iterator[tuple[dict[str, Lister], Engine]]:
    """What is measured, the engine first, which is open meanwhile with an empty state."""
    from suggest.engine import Engine
    from suggest.evaluation.surfaces_baselines import MostPopularQueries, TransitionsAlone

    with Engine.open(arguments.index, generation=generation.name, verify=False) as engine:
        popular: dict[str, Lister] = {"most popular": MostPopularQueries(generation)}
        if arguments.surface == "related":
            systems: dict[str, Lister] = {
                "engine": partial(_related, engine),
                "transitions alone": TransitionsAlone(generation),
            }
        else:
            systems = _item_systems(arguments, generation, engine)
        yield {**systems, **popular}, engine


def _item_systems(arguments: argparse.Namespace, generation: Generation, engine: Engine) -> dict[str, Lister]:
    from suggest.evaluation.surfaces_baselines import Bm25Neighbours
    from suggest.index.items import Items

    items = Items.open(generation)
    if items is None:
        raise NotBuiltError("this generation holds no items; build it with: suggest build --items")
    new = _new_items(arguments)
    beside = partial(_beside, engine, items, new)
    return {"engine": beside, "BM25 neighbours": Bm25Neighbours(generation, items, new)}


def _related(engine: Engine, test: ListTest) -> list[str]:
    found = engine.related(test.about, K, test.user, test.locale, test.now, region=test.region)
    return [suggestion.query for suggestion in found]


def _beside(engine: Engine, items: Items, new: Mapping[str, ItemText], test: ListTest) -> list[str]:
    """Beside an item that the index knows, or one whose text is known; nothing beside others."""
    who = {"user": test.user, "locale": test.locale, "region": test.region, "now": test.now}
    if items.find(test.about) >= 0:
        found = engine.item_queries(test.about, K, **who)
    elif test.about in new:
        title, text, tags = new[test.about]
        found = engine.item_queries(k=K, title=title, text=text, tags=tags, **who)
    else:
        return []
    return [suggestion.query for suggestion in found]


def _new_items(arguments: argparse.Namespace) -> dict[str, ItemText]:
    from suggest.index.items import ItemText
    from suggest.pipelines.read_items import read_items
    from suggest.pipelines.report import ReadReport

    read = ReadReport()
    rows = (row for batch in read_items(arguments.items, report=read) for row in batch.to_pylist())
    new = {row["item"]: ItemText(row["title"], row["text"] or "", tuple(row["tags"] or ())) for row in rows}
    _tell_malformed(read)
    return new


def _replayed(
    ask: Lister, tests: Mapping[int, ListTest], log: Log, reveal_from_us: int, engine: Engine | None
) -> list[ListOutcome]:
    from suggest.evaluation.surfaces import replay_lists_of

    observe: Callable[[Sequence[Mapping[str, Any]]], object] = (lambda _: None) if engine is None else engine.observe
    return list(replay_lists_of(ask, tests, log, observe, reveal_from_us))


def _tell_malformed(read: ReadReport) -> None:
    if read.rejected:
        print(f"{sum(read.rejected.values()):,} malformed rows left out", file=sys.stderr)


def _print_lists(result: Mapping[str, Any]) -> None:
    engine = result["systems"]["engine"]
    print(f"{engine['n_tests']:,} tests of {engine['n_users']:,} users from {result['test_from']} on", end="; ")
    print("95% intervals over users in brackets")
    first = (result["surface"], f"R@{K}", f"MRR@{K}", "S@1", "coverage")
    rows = [
        (name, *(interval(scores[figure]) for figure in ("recall", "mrr", "success_at_1")), f"{scores['coverage']:.4f}")
        for name, scores in result["systems"].items()
    ]
    print_table([first, *rows])
    print(f"vocabulary ceiling: {result['vocabulary_ceiling']:.4f}")


def _print_spans(result: Mapping[str, Any]) -> None:
    print(
        f"{result['n_texts']:,} texts, {result['n_annotated']:,} spans annotated, {result['n_found']:,} found", end="; "
    )
    print("95% intervals over texts in brackets")
    names = ("f1", "precision", "recall", "overlap_precision")
    print_table([(name.replace("_", " "), interval(result[name])) for name in names])
