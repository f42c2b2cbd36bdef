"""`suggest train`: a log teaches the order."""

from __future__ import annotations

import argparse

from suggest.cli.arguments import Subparsers, add_command, add_files, add_index
from suggest.cli.output import print_result
from suggest.cli.progress import progress
from suggest.errors import NotBuiltError


def add_to(subparsers: Subparsers) -> None:
    """Adds the command."""
    parser = add_command(
        subparsers,
        "train",
        run,
        does="train the ranker by replaying a log, and switch to it if it is no worse",
        example="suggest train --index index --events log-2026-03.jsonl.gz",
    )
    add_index(parser)
    add_files(parser, "--events", "what users did (default: what the index was built from)")
    add_files(parser, "--items", "items with title and text")
    add_files(parser, "--comments", "comments below items")
    add_files(parser, "--annotations", "texts with their entity spans")
    parser.add_argument("--encoder", action="store_true", help="fine-tune the encoder too")


def run(arguments: argparse.Namespace) -> None:
    """Trains, then prints the figures of the slice that judged."""
    for name in ("items", "comments", "annotations", "encoder"):
        if getattr(arguments, name):
            raise NotBuiltError(f"--{name}: this version trains the typeahead ranker alone; leave it out")
    from suggest.pipelines.train import train

    with progress() as report:
        trained = train(arguments.index, events=arguments.events, progress=report)
    print_result(trained.to_json(), as_json=arguments.json)
