"""`suggest related`: what else is like this query?"""

from __future__ import annotations

import argparse
from functools import partial
from typing import TYPE_CHECKING, Any

from suggest.cli.answers import Question, answer_with_suggestions
from suggest.cli.arguments import Subparsers, add_answer_options, add_command, number

if TYPE_CHECKING:
    from suggest.engine import Engine
    from suggest.types import Suggestion


def add_to(subparsers: Subparsers) -> None:
    """Adds the command."""
    parser = add_command(
        subparsers,
        "related",
        run,
        does="queries that are like this one",
        example='suggest related "nivea creme" --index index -k 5',
    )
    add_answer_options(parser, text="a query, searched before or not")
    parser.add_argument(
        "--min-relevance", type=number, metavar="R", help="leave out what is related less (default: nothing)"
    )


def run(arguments: argparse.Namespace) -> None:
    """Prints related queries."""
    from suggest.cli.why import place_in_list

    def ask(engine: Engine, **changed: Any) -> list[Suggestion]:
        asked = {
            "k": arguments.k,
            "user": arguments.user,
            "locale": arguments.locale,
            "min_relevance": arguments.min_relevance,
            "explain": arguments.explain,
        }
        return engine.related(arguments.text, **{**asked, **changed})

    answer_with_suggestions(arguments, Question(arguments.text, ask, partial(place_in_list, gate="min_relevance")))
