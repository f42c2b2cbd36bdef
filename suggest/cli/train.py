"""`suggest train`: rankers and the comment-entity model."""

from __future__ import annotations

import argparse

from suggest.cli.arguments import Subparsers, add_command, add_files, add_index
from suggest.errors import NotBuiltError


def add_to(subparsers: Subparsers) -> None:
    """Adds the command."""
    parser = add_command(
        subparsers,
        "train",
        run,
        does="train rankers by replaying a log (in a later version)",
        example="suggest train --index index --events log-2026-03.jsonl.gz",
    )
    add_index(parser)
    add_files(parser, "--events", "what users did, later than what the index was built from")
    add_files(parser, "--items", "items with title and text")
    add_files(parser, "--comments", "comments below items")
    add_files(parser, "--annotations", "texts with their entity spans")
    parser.add_argument("--encoder", action="store_true", help="fine-tune the encoder too")


def run(_: argparse.Namespace) -> None:
    """Says that training is not part of this version."""
    raise NotBuiltError("training comes in a later version; this one orders by counts and by the user's own history")
