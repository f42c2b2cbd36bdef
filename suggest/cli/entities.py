"""`suggest entities`: what in this comment would one tap?"""

from __future__ import annotations

import argparse

from suggest.cli.answers import open_engine
from suggest.cli.arguments import Subparsers, add_answer_options, add_command
from suggest.cli.output import print_result


def add_to(subparsers: Subparsers) -> None:
    """Adds the command."""
    parser = add_command(
        subparsers,
        "entities",
        run,
        does="what in a comment is worth a search",
        example='suggest entities "that Nivea cream is great" --index index',
    )
    add_answer_options(parser, text="the text of a comment")


def run(arguments: argparse.Namespace) -> None:
    """Prints the first `-k` spans."""
    with open_engine(arguments) as (engine, _):
        spans = engine.comment_entities(arguments.text, user=arguments.user, locale=arguments.locale)
    print_result({"entities": [span._asdict() for span in spans[: arguments.k]]}, as_json=arguments.json)
