"""`suggest evaluate`: replays a later log and measures the answers."""

from __future__ import annotations

import argparse

from suggest.cli.arguments import Subparsers, add_command, add_files, add_index
from suggest.errors import NotBuiltError


def add_to(subparsers: Subparsers) -> None:
    """Adds the command."""
    parser = add_command(
        subparsers,
        "evaluate",
        run,
        does="replay a later log and measure the answers against the baselines",
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
    """Replays and prints the figures."""
    raise NotBuiltError("not yet")
