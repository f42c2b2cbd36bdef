"""`suggest item`: what would one search next to this item?"""

from __future__ import annotations

import argparse

from suggest.cli.answers import answer_with
from suggest.cli.arguments import Subparsers, add_answer_options, add_command


def add_to(subparsers: Subparsers) -> None:
    """Adds the command."""
    parser = add_command(
        subparsers,
        "item",
        run,
        does="queries to show beside an item",
        example="suggest item video-17 --index index -k 5",
    )
    add_answer_options(parser, text="id of an indexed item")


def run(arguments: argparse.Namespace) -> None:
    """Prints queries for the item."""
    answer_with(arguments, lambda engine: engine.item_queries(arguments.text, k=arguments.k, user=arguments.user))
