"""`suggest entities`: what in this comment would one tap?"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from suggest.cli.answers import Question, answer_with, print_explanation, without_explanation
from suggest.cli.arguments import Subparsers, add_answer_options, add_command, number

if TYPE_CHECKING:
    from suggest.engine import Engine
    from suggest.types import EntitySpan


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
    parser.add_argument("--item", metavar="ITEM", help="what the comment stands under")
    parser.add_argument("--min-score", type=number, metavar="S", help="leave out what scores less (default: nothing)")
    parser.add_argument(
        "--max-per-chars", type=number, metavar="D", help="at most so many spans for each character (default: any)"
    )
    parser.add_argument(
        "--offsets",
        choices=("codepoint", "utf16"),
        default="codepoint",
        help="what places are counted in (default: codepoint)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Prints the best `-k` spans, in the order of the text."""
    from suggest.candidates.arguments import check_k
    from suggest.cli.why import place_in_spans
    from suggest.service.offsets import in_utf16

    check_k(arguments.k)

    def ask(engine: Engine, **changed: Any) -> list[EntitySpan]:
        asked = {
            "item": arguments.item,
            "user": arguments.user,
            "locale": arguments.locale,
            "min_score": arguments.min_score,
            "max_per_chars": arguments.max_per_chars,
            "explain": arguments.explain,
        }
        spans = engine.comment_entities(arguments.text, **{**asked, **changed})
        best = sorted(sorted(spans, key=lambda span: -span.score)[: arguments.k])
        return in_utf16(arguments.text, best) if arguments.offsets == "utf16" else best

    def as_rows(spans: Sequence[EntitySpan]) -> dict[str, Any]:
        shown = [without_explanation(span, explained=arguments.explain) for span in spans]
        return {"text": arguments.text, "entities": shown}

    answer_with(arguments, Question(arguments.text, ask, place_in_spans), as_rows, _print_spans)


def _print_spans(spans: Sequence[EntitySpan]) -> None:
    if not spans:
        print("no entities", file=sys.stderr)
    for span in spans:
        print(f"{span.start}-{span.end}\t{span.surface}\t{span.query}\t{span.kind}\t{span.score:.4g}")
        print_explanation(span.explanation)
