"""`suggest complete`: what is being typed?"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from suggest.cli.answers import Question, answer_with_suggestions
from suggest.cli.arguments import Subparsers, add_answer_options, add_command

if TYPE_CHECKING:
    from suggest.engine import Engine
    from suggest.types import Suggestion


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
    parser.add_argument(
        "--where",
        type=_expression,
        metavar="JSON",
        help="""only queries with these attributes, e.g. '{"kind": "music"}'""",
    )
    parser.add_argument(
        "--match",
        choices=("any", "prefix"),
        default="any",
        help="prefix: only what starts with TEXT; any: other words' order, typos and scripts too (default: any)",
    )
    parser.add_argument("--no-collapse", action="store_true", help="show every form of near-duplicates")


def run(arguments: argparse.Namespace) -> None:
    """Prints the completions."""
    from suggest.cli.why import place_in_completions

    def ask(engine: Engine, **changed: Any) -> list[Suggestion]:
        asked = {
            "k": arguments.k,
            "user": arguments.user,
            "locale": arguments.locale,
            "session": arguments.session,
            "where": arguments.where,
            "match": arguments.match,
            "collapse": not arguments.no_collapse,
            "explain": arguments.explain,
        }
        return engine.complete(arguments.text, **{**asked, **changed})

    answer_with_suggestions(arguments, Question(arguments.text, ask, place_in_completions))


def _expression(text: str) -> Any:
    import orjson

    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise argparse.ArgumentTypeError(f"expected a JSON expression: {error}") from None
