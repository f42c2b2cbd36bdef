"""`suggest item`: what would one search next to this item?"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from suggest.cli.answers import Question, answer_with_suggestions
from suggest.cli.arguments import Subparsers, add_answer_options, add_command, number
from suggest.errors import ArgumentError

if TYPE_CHECKING:
    from suggest.engine import Engine
    from suggest.types import Suggestion


def add_to(subparsers: Subparsers) -> None:
    """Adds the command."""
    parser = add_command(
        subparsers,
        "item",
        run,
        does="queries to show beside an item",
        example="suggest item video-17 --index index -k 5",
    )
    add_answer_options(parser, name="item", text="id of an indexed item; none with --title", is_needed=False)
    parser.add_argument("--title", metavar="T", help="title of an item that the index does not know")
    parser.add_argument("--text", metavar="T", help="what else is written on it")
    parser.add_argument("--tags", type=_tags, default=[], metavar="A,B", help="its tags, separated by commas")
    parser.add_argument("--min-score", type=number, metavar="S", help="leave out what scores less (default: nothing)")
    parser.add_argument("--collapse", action="store_true", help="show the best of near-duplicates alone")


def run(arguments: argparse.Namespace) -> None:
    """Prints queries for the item."""
    from suggest.cli.why import place_beside_item

    if (arguments.item is None) == (arguments.title is None):
        raise ArgumentError("ITEM", "expected either the id of an indexed item, or the --title of another one")

    def ask(engine: Engine, **changed: Any) -> list[Suggestion]:
        asked = {
            "k": arguments.k,
            "user": arguments.user,
            "locale": arguments.locale,
            "title": arguments.title,
            "text": arguments.text,
            "tags": arguments.tags,
            "min_score": arguments.min_score,
            "collapse": arguments.collapse,
            "explain": arguments.explain,
        }
        return engine.item_queries(arguments.item, **{**asked, **changed})

    about = arguments.title if arguments.item is None else arguments.item
    answer_with_suggestions(arguments, Question(about, ask, place_beside_item))


def _tags(text: str) -> list[str]:
    return [tag for tag in map(str.strip, text.split(",")) if tag]
