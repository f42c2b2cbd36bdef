"""`suggest forget`: erase a person from log, profile and online state."""

from __future__ import annotations

import argparse

from suggest.cli.arguments import Subparsers, add_command, add_lasting_state
from suggest.cli.output import print_result
from suggest.errors import ArgumentError


def add_to(subparsers: Subparsers) -> None:
    """Adds the command."""
    parser = add_command(
        subparsers,
        "forget",
        run,
        does="erase a person from log, profile and online state",
        example="suggest forget --user u1 --state sqlite:///index/state.sqlite",
    )
    parser.add_argument("--user", required=True, metavar="U", help="the user's id")
    add_lasting_state(parser)


def run(arguments: argparse.Namespace) -> None:
    """Erases; services that share the state use nothing of the user from the next request on."""
    from contextlib import closing

    from suggest.stores import open_state
    from suggest.types import now_us
    from suggest.types.events import MAX_ID_CHARS

    if not 0 < len(arguments.user) <= MAX_ID_CHARS:
        raise ArgumentError("--user", f"expected an id of 1 to {MAX_ID_CHARS} characters")
    with closing(open_state(arguments.state)) as state:
        n_events = state.forget(arguments.user, now_us())
    print_result({"user": arguments.user, "events_erased": n_events}, as_json=arguments.json)
