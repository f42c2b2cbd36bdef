"""`suggest evaluate`: replays a later log and measures the answers beside the baselines."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suggest.cli.arguments import Subparsers, add_command, add_files, add_index
from suggest.cli.output import print_result
from suggest.cli.progress import progress
from suggest.errors import ArgumentError, EventError, InputError, NotBuiltError

if TYPE_CHECKING:
    from suggest.artifacts import Generation
    from suggest.evaluation import Completer, EvaluationReport


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
    add_files(parser, "--events", "what users did, later than what the index was built from")
    parser.add_argument(
        "--surface",
        choices=("typeahead", "related", "item", "comment"),
        default="typeahead",
        help="which answers to measure (default: typeahead)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Replays the log once for each system and prints the figures."""
    if not arguments.events:
        raise ArgumentError("--events", "nothing to replay")
    if arguments.surface != "typeahead":
        raise NotBuiltError(f"this version answers on typeahead alone, there is no {arguments.surface} to measure yet")
    from suggest.artifacts import Generation
    from suggest.engine import Engine
    from suggest.types import parse_ts

    records = list(_records(arguments.events))
    with Engine.open(arguments.index, verify=arguments.verify) as engine:
        generation = Generation.open(arguments.index, engine.generation, verify=False)
        # What the generation knows is the training part; the files may hold it too.
        test_from_us = 0 if engine.watermark is None else parse_ts(engine.watermark) + 1
        reports = _reports(engine, generation, records, test_from_us)
    if arguments.json:
        systems = {name: report.to_json() for name, report in reports.items()}
        print_result({"generation": generation.name, "watermark": engine.watermark, "systems": systems}, as_json=True)
    else:
        _print_table(reports)


def _records(paths: Iterable[Path]) -> Iterable[Mapping[str, Any]]:
    """The well-formed records; the protocol needs them as they are spelled in the file."""
    from suggest.pipelines.sources import read_blocks
    from suggest.types import parse_event

    n_malformed = 0
    for path in paths:
        for block in read_blocks(path, frozenset({"type", "ts", "user"})):
            for row in block:
                try:
                    parse_event(row.record)
                except EventError:
                    n_malformed += 1
                else:
                    yield row.record  # type: ignore[misc]  # an event can only be parsed from a mapping
    if n_malformed:
        print(f"{n_malformed:,} malformed rows left out", file=sys.stderr)


def _reports(
    engine: Completer, generation: Generation, records: list[Mapping[str, Any]], test_from_us: int
) -> dict[str, EvaluationReport]:
    from suggest.evaluation import MostPopular, OwnHistoryThenPopular, comparison_text, evaluate
    from suggest.index import QueryTable

    queries = QueryTable(generation)
    counts = [(queries.text(number), queries.count[number]) for number in range(len(queries))]
    own = OwnHistoryThenPopular((), counts)
    own.observe(_past_searches(generation, {str(record["user"]) for record in records}))
    systems: dict[str, Completer] = {
        "most popular": MostPopular((), counts),
        "own history, then popular": own,
        "engine": engine,
    }
    vocabulary = {comparison_text(query) for query, _ in counts}
    reports = {}
    with progress() as report:
        for number, (name, system) in enumerate(systems.items()):
            report(f"replaying: {name}", number, len(systems))
            try:
                reports[name] = evaluate(system, records, test_from_us=test_from_us, vocabulary=vocabulary)
            except ValueError as error:
                raise InputError(f"{error}; the generation knows the log up to its watermark") from None
    return reports


def _past_searches(generation: Generation, users: Iterable[str]) -> Iterable[Mapping[str, Any]]:
    from suggest.index import ProfileTable

    profiles = ProfileTable(generation)
    for user in sorted(users):
        for search in profiles.history(user):
            yield {"type": "search", "user": user, "query": search.query}


def _print_table(reports: Mapping[str, EvaluationReport]) -> None:
    scores = next(iter(reports.values())).overall
    print(f"{scores.n_tests:,} tests of {scores.n_users:,} users; 95% intervals over users in brackets")
    print(f"{'':28}{'MRR@10':24}{'S@1':24}{'S@10':24}coverage")
    for name, report in reports.items():
        figures = (report.overall.mrr, report.overall.success_at_1, report.overall.success_at_k)
        cells = "".join(f"{f'{value:.4f} [{low:.4f}, {high:.4f}]':24}" for value, low, high in figures)
        print(f"{name:28}{cells}{report.overall.coverage:.4f}")
    print(f"vocabulary ceiling: {next(iter(reports.values())).vocabulary_ceiling:.4f}")
