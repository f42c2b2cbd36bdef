"""What the commands that answer on the terminal have in common: open, ask, print."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from suggest.cli.arguments import existing_state_url
from suggest.cli.output import print_result

if TYPE_CHECKING:
    from suggest.engine import Engine
    from suggest.types import Suggestion


def open_engine(arguments: argparse.Namespace) -> Engine:
    """The engine over `--index` and `--state`."""
    from suggest.engine import Engine

    state = existing_state_url(arguments, arguments.index)
    return Engine.open(arguments.index, state=state, verify=arguments.verify)


def answer_with(arguments: argparse.Namespace, ask: Callable[[Engine], list[Suggestion]]) -> None:
    """Prints one list of suggestions, and after it what `--why` asks for."""
    with open_engine(arguments) as engine:
        suggestions = ask(engine)
        known = None if arguments.why is None else engine.why(arguments.why)
        generation = engine.generation
    if arguments.json:
        shown = [_as_json(suggestion, explained=arguments.explain) for suggestion in suggestions]
        answer = {"query": arguments.text, "suggestions": shown, "generation": generation}
        print_result(answer if known is None else {**answer, "why": known}, as_json=True)
        return
    _print_lines(suggestions)
    if known is not None:
        print_result({"why": known}, as_json=False)


def _as_json(suggestion: Suggestion, *, explained: bool) -> dict[str, Any]:
    fields = suggestion._asdict()
    if not explained:
        del fields["explanation"]
    return fields


def _print_lines(suggestions: list[Suggestion]) -> None:
    if not suggestions:
        print("no suggestions", file=sys.stderr)
    for suggestion in suggestions:
        print(f"{suggestion.query}\t{suggestion.source}\t{suggestion.score:.4g}")
        if suggestion.explanation is not None:
            print("".join(f"\t{name}: {value}\n" for name, value in suggestion.explanation.items()), end="")
