"""`suggest complete`: what is being typed?"""

from __future__ import annotations

import argparse

from suggest.cli.answers import answer_with
from suggest.cli.arguments import Subparsers, add_answer_options, add_command


def add_to(subparsers: Subparsers) -> None:
    """Adds the command."""
    parser = add_command(
        subparsers,
        "complete",
        run,
        does="complete what is being typed",
        example='suggest complete "niv" --index index --user u1 -k 5',
    )
    add_answer_options(parser, text="what has been typed; a space at the end means that the word is complete")


def run(arguments: argparse.Namespace) -> None:
    """Prints the completions."""
    answer_with(
        arguments,
        lambda engine: engine.complete(
            arguments.text,
            k=arguments.k,
            user=arguments.user,
            locale=arguments.locale,
            session=arguments.session,
            explain=arguments.explain,
        ),
    )
