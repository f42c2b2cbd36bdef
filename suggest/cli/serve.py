"""`suggest serve`: the HTTP service and its pages."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from suggest.cli.arguments import Subparsers, add_command, add_index, add_state, number, positive, state_url
from suggest.cli.output import print_result

if TYPE_CHECKING:
    from suggest.service.settings import Gates

_LAST_PORT = 65_535
_GATES = {
    "related_min_relevance": "least relevance of a related query",
    "item_min_score": "least score of a query beside an item",
    "comment_min_score": "least score of a span of a comment",
    "comment_max_per_chars": "most spans for each character of a comment",
}
"""By attribute of `Gates`."""


def add_to(subparsers: Subparsers) -> None:
    """Adds the command."""
    parser = add_command(
        subparsers,
        "serve",
        run,
        does="serve an index over HTTP, with a page to try it",
        example="suggest serve --index index --port 8000 --workers 2",
    )
    add_index(parser)
    add_state(parser)
    parser.add_argument("--host", default="127.0.0.1", help="address to bind to (default: 127.0.0.1)")
    parser.add_argument("--port", type=_port, default=8000, help="port to bind to (default: 8000)")
    parser.add_argument(
        "--workers", type=positive, default=1, metavar="N", help="processes that share the index's memory (default: 1)"
    )
    parser.add_argument(
        "--experiment", type=Path, metavar="FILE", help="TOML file of orders to compare, and who gets which"
    )
    parser.add_argument("--feature-log", type=Path, metavar="DIR", help="log the features of personal answers there")
    parser.add_argument(
        "--feature-log-mib",
        type=positive,
        default=1024,
        metavar="N",
        help="remove its oldest files beyond N MiB (default: 1024)",
    )
    parser.add_argument(
        "--demo",
        type=Path,
        metavar="DIR",
        help="show the videos of DIR/items.jsonl and comments.jsonl (or .gz) on pages to try the surfaces on",
    )
    for gate, of_what in _GATES.items():
        option = f"--{gate.replace('_', '-')}"
        meaning = f"{of_what}, or none (default: that of the surface)"
        # Not there when not given: none is a value of its own.
        parser.add_argument(option, type=_gate, default=argparse.SUPPRESS, metavar="X", help=meaning)


def run(arguments: argparse.Namespace) -> None:
    """Says what it will serve, then serves until it is stopped."""
    from suggest.service.server import serve

    url = state_url(arguments, arguments.index)
    if arguments.json:
        about = {"url": f"http://{arguments.host}:{arguments.port}/", "index": str(arguments.index), "state": url}
        print_result(about, as_json=True)
    serve(
        arguments.index,
        url,
        arguments.host,
        arguments.port,
        arguments.workers,
        verify=arguments.verify,
        experiment=arguments.experiment,
        feature_log=arguments.feature_log,
        feature_log_bytes=arguments.feature_log_mib << 20,
        demo=arguments.demo,
        gates=_gates(arguments),
    )


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to {_LAST_PORT}, got {text!r}")
    return int(text)


def _gate(text: str) -> float | None:
    return None if text == "none" else number(text)


def _gates(arguments: argparse.Namespace) -> Gates | None:
    """The defaults of the surfaces with what was given in their place; None where nothing was."""
    given = {gate: getattr(arguments, gate) for gate in _GATES if hasattr(arguments, gate)}
    if not given:
        return None
    from suggest.service.surfaces import DEFAULT_GATES

    return DEFAULT_GATES._replace(**given)
