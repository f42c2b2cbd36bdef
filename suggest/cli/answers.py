"""What the commands that answer on the terminal have in common: open, ask, print."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from suggest.cli.arguments import existing_state_url
from suggest.cli.output import print_result

if TYPE_CHECKING:
    from suggest.engine import Engine
    from suggest.interfaces import State
    from suggest.types import Suggestion


@contextmanager
def open_engine(arguments: argparse.Namespace) -> Iterator[tuple[Engine, State]]:
    """The engine over `--index` and `--state`, and the state itself."""
    from suggest.engine import Engine
    from suggest.stores import open_state

    with (
        closing(open_state(existing_state_url(arguments, arguments.index))) as state,
        Engine.open(arguments.index, state=state, verify=arguments.verify) as engine,
    ):
        yield engine, state


def answer_with(
    arguments: argparse.Namespace,
    ask: Callable[[Engine], list[Suggestion]],
    ask_again: Callable[..., list[Suggestion]] | None = None,
) -> None:
    """Prints one list of suggestions, and after it what `--why` asks for.

    Args:
        arguments: of the command.
        ask: the engine for them.
        ask_again: the engine for an answer with other arguments, by which `--why` says where a query was lost.
    """
    with open_engine(arguments) as (engine, state):
        suggestions = ask(engine)
        generation = engine.generation
        known = (
            None
            if arguments.why is None
            else _known(arguments, generation, state, ask_again and partial(ask_again, engine))
        )
    if arguments.json:
        shown = [_as_json(suggestion, explained=arguments.explain) for suggestion in suggestions]
        answer = {"query": arguments.text, "suggestions": shown, "generation": generation}
        print_result(answer if known is None else {**answer, "why": known}, as_json=True)
        return
    _print_lines(suggestions)
    if known is not None:
        print_result({"why": known}, as_json=False)


def _known(
    arguments: argparse.Namespace, generation: str, state: State, ask: Callable[..., list[Suggestion]] | None
) -> dict[str, Any]:
    from suggest.artifacts import Generation
    from suggest.cli.why import known_about

    return known_about(arguments.why, Generation.open(arguments.index, generation, verify=False), state, ask)


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
