"""Options that several commands share, and what their values mean."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

Subparsers = Any
"""What `add_subparsers` returns; argparse does not name the type publicly."""

STATE_FILE = "state.sqlite"


def add_command(
    subparsers: Subparsers, name: str, run: Callable[[argparse.Namespace], None], *, does: str, example: str
) -> argparse.ArgumentParser:
    """Adds a command with the options that all have: `--help` with an example, and `--json`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        name,
        help=does,
        description=f"{does[0].upper()}{does[1:]}.",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--json", action="store_true", help="print one machine-readable object on stdout")
    parser.set_defaults(run=run)
    return parser


def add_index(parser: argparse.ArgumentParser) -> None:
    """Adds `--index` and `--no-verify`, for commands that open a generation."""
    parser.add_argument("--index", type=Path, required=True, metavar="DIR", help="index directory, made by build")
    parser.add_argument(
        "--no-verify", dest="verify", action="store_false", help="skip reading all files to compare checksums"
    )


def add_state(parser: argparse.ArgumentParser) -> None:
    """Adds `--state` with the command line's default, a file inside the index directory."""
    parser.add_argument(
        "--state",
        metavar="URL",
        help=f"sqlite:///PATH or memory:// (default: {STATE_FILE} inside the index directory)",
    )


def add_lasting_state(parser: argparse.ArgumentParser) -> None:
    """Adds a required `--state`, for commands that change the state and need nothing else."""
    parser.add_argument("--state", type=_lasting, required=True, metavar="URL", help="sqlite:///PATH of the service")


def add_files(parser: argparse.ArgumentParser, option: str, what: str) -> None:
    """Adds an option that takes one or more files, and may be repeated."""
    parser.add_argument(option, type=Path, nargs="+", action="extend", default=[], metavar="FILE", help=what)


def add_answer_options(
    parser: argparse.ArgumentParser, *, text: str, name: str = "text", is_needed: bool = True
) -> None:
    """Adds what the four commands that answer on the terminal share.

    Args:
        parser: of the command.
        text: what the command is asked about.
        name: of that argument.
        is_needed: whether it must be given.
    """
    parser.add_argument(name, metavar=name.upper(), help=text, nargs=None if is_needed else "?")
    add_index(parser)
    add_state(parser)
    parser.add_argument("--user", metavar="U", help="order for this user; without it no answer is personal")
    parser.add_argument("--locale", metavar="L", help="counts of this locale, e.g. en-US (default: all summed)")
    parser.add_argument("--session", metavar="S", help="session id (default: derived by a gap of 30 minutes)")
    parser.add_argument("-k", type=int, default=10, metavar="N", help="how many, 1 to 100 (default: 10)")
    parser.add_argument("--explain", action="store_true", help="say how each suggestion came about")
    parser.add_argument("--why", metavar="QUERY", help="say what is known about one query, shown or not")


def number(text: str) -> float:
    """An option's value as a finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"expected a number, got {text!r}")
    return value


def positive(text: str) -> int:
    """An option's value as a whole number of 1 or more."""
    value = int(text) if text.isdecimal() else 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of 1 or more, got {text!r}")
    return value


def natural(text: str) -> int:
    """An option's value as a whole number of 0 or more."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number of 0 or more, got {text!r}")
    return int(text)


def _lasting(text: str) -> str:
    if text.startswith("memory:"):
        raise argparse.ArgumentTypeError("memory:// ends with this command; give the state of the service")
    return text


def state_url(arguments: argparse.Namespace, index_dir: Path) -> str:
    """The state given, or the file inside the index directory."""
    return arguments.state or f"sqlite:///{index_dir / STATE_FILE}"


def existing_state_url(arguments: argparse.Namespace, index_dir: Path) -> str | None:
    """As `state_url`, but None where nothing was given and there is no file yet.

    For commands that only read: asking must not leave a file behind, nor need the right to write one.
    """
    if arguments.state or (index_dir / STATE_FILE).exists():
        return state_url(arguments, index_dir)
    return None
