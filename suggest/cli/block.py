"""`suggest block`: never suggest these queries again, from now."""

from __future__ import annotations

import argparse

from suggest.cli.arguments import Subparsers, add_command, add_lasting_state
from suggest.cli.output import print_result


def add_to(subparsers: Subparsers) -> None:
    """Adds the command."""
    parser = add_command(
        subparsers,
        "block",
        run,
        does="never suggest these queries again, from now",
        example='suggest block "some query" "another one" --state sqlite:///index/state.sqlite',
    )
    parser.add_argument("queries", nargs="+", metavar="QUERY", help="a query, in any spelling that folds to the same")
    add_lasting_state(parser)


def run(arguments: argparse.Namespace) -> None:
    """Writes the tombstones; services that share the state see them at the next request."""
    from contextlib import closing

    from suggest.rank import require_content
    from suggest.stores import open_state
    from suggest.types import now_us

    require_content(arguments.queries)
    with closing(open_state(arguments.state)) as state:
        state.block(arguments.queries, now_us())
    print_result({"blocked": arguments.queries}, as_json=arguments.json)
