"""`suggest related`: what else is like this query?"""

from __future__ import annotations

import argparse

from suggest.cli.answers import answer_with
from suggest.cli.arguments import Subparsers, add_answer_options, add_command


def add_to(subparsers: Subparsers) -> None:
    """Adds the command."""
    parser = add_command(
        subparsers,
        "related",
        run,
        does="queries that are like this one",
        example='suggest related "nivea creme" --index index -k 5',
    )
    add_answer_options(parser, text="a query")


def run(arguments: argparse.Namespace) -> None:
    """Prints related queries."""
    answer_with(
        arguments,
        lambda engine: engine.related(arguments.text, k=arguments.k, user=arguments.user, locale=arguments.locale),
    )
