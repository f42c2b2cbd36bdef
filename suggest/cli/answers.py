"""What the commands that answer on the terminal have in common: open, ask, print."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from suggest.cli.arguments import existing_state_url
from suggest.cli.output import print_result

if TYPE_CHECKING:
    from suggest.cli.why import Sought
    from suggest.engine import Engine
    from suggest.interfaces import State
    from suggest.types import EntitySpan, Suggestion


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


class Question(NamedTuple):
    """What a command asks, and how `--why` finds a query in its answer.

    Attributes:
        about: the text or id that it is asked about, as the answer repeats it.
        ask: a surface of the engine; takes arguments in place of those of the command.
        place: finds a query in what `ask` gives.
    """

    about: str
    ask: Callable[..., list[Any]]
    place: Callable[[Sought, Callable[..., list[Any]]], str]


def answer_with(
    arguments: argparse.Namespace,
    question: Question,
    as_rows: Callable[[Sequence[Any]], dict[str, Any]],
    print_lines: Callable[[Sequence[Any]], None],
) -> None:
    """Prints one answer, and after it what `--why` asks for.

    Args:
        arguments: of the command.
        question: what is asked; `ask` takes the engine first.
        as_rows: the answer as members of a JSON object.
        print_lines: the answer for people.
    """
    with open_engine(arguments) as (engine, state):
        ask = partial(question.ask, engine)
        found, generation = ask(), engine.generation
        known = {} if arguments.why is None else {"why": _known(arguments, generation, state, ask, question)}
    if arguments.json:
        print_result({**as_rows(found), "generation": generation, **known}, as_json=True)
        return
    print_lines(found)
    if known:
        print_result(known, as_json=False)


def answer_with_suggestions(arguments: argparse.Namespace, question: Question) -> None:
    """Prints one list of suggestions, and after it what `--why` asks for."""

    def as_rows(suggestions: Sequence[Suggestion]) -> dict[str, Any]:
        shown = [without_explanation(suggestion, explained=arguments.explain) for suggestion in suggestions]
        return {"query": question.about, "suggestions": shown}

    answer_with(arguments, question, as_rows, _print_suggestions)


def without_explanation(found: Suggestion | EntitySpan, *, explained: bool) -> dict[str, Any]:
    """The fields of what was found, the explanation only where it was asked for."""
    fields = found._asdict()
    if not explained:
        del fields["explanation"]
    return fields


def print_explanation(explanation: Mapping[str, Any] | None) -> None:
    """Prints one line for each part, indented; none where there is no explanation."""
    for name, value in (explanation or {}).items():
        print(f"\t{name}: {value}")


def _known(
    arguments: argparse.Namespace, generation: str, state: State, ask: Callable[..., list[Any]], question: Question
) -> dict[str, Any]:
    from suggest.artifacts import Generation
    from suggest.cli.why import known_about

    opened = Generation.open(arguments.index, generation, verify=False)
    return known_about(arguments.why, opened, state, lambda sought: question.place(sought, ask))


def _print_suggestions(suggestions: Sequence[Suggestion]) -> None:
    if not suggestions:
        print("no suggestions", file=sys.stderr)
    for suggestion in suggestions:
        print(f"{suggestion.query}\t{suggestion.source}\t{suggestion.score:.4g}")
        print_explanation(suggestion.explanation)
