"""`suggest train`: a log teaches each surface its order."""

from __future__ import annotations

import argparse
import os
from contextlib import closing, nullcontext

from suggest.cli.arguments import Subparsers, add_command, add_files, add_index, existing_state_url
from suggest.cli.output import print_result
from suggest.cli.progress import progress


def add_to(subparsers: Subparsers) -> None:
    """Adds the command."""
    parser = add_command(
        subparsers,
        "train",
        run,
        does="train each surface by replaying a log, and switch to what is no worse",
        example="suggest train --index index --events log-2026-03.jsonl.gz",
    )
    add_index(parser)
    add_files(parser, "--events", "what users did (default: what the index was built from)")
    add_files(parser, "--items", "items with title and text (default: what the index was built from)")
    add_files(parser, "--comments", "comments below items (default: likewise)")
    add_files(parser, "--annotations", "texts with their entity spans")
    parser.add_argument(
        "--state",
        metavar="URL",
        help="learn from the events of this state too (default: the file inside --index, if there is one)",
    )
    parser.add_argument("--encoder", action="store_true", help="train the encoder first, and build again with it")
    parser.add_argument(
        "--surface",
        action="append",
        metavar="NAME",
        help="train this one alone: typeahead, related, item or comment; may be given again (default: all)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Trains, then prints what judged each surface, and how."""
    from suggest.pipelines.train import TRAINERS, train
    from suggest.stores import open_state

    n_cores = len(os.sched_getaffinity(0))
    url = existing_state_url(arguments, arguments.index)
    with progress() as report, closing(open_state(url)) if url else nullcontext() as state:
        trained = train(
            arguments.index,
            events=arguments.events,
            items=arguments.items,
            comments=arguments.comments,
            annotations=arguments.annotations,
            surfaces=arguments.surface or tuple(TRAINERS),
            encoder=arguments.encoder,
            state=state,
            n_threads=n_cores,
            processes=n_cores,
            progress=report,
        )
    print_result(trained.to_json(), as_json=arguments.json)
