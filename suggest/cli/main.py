"""The `suggest` command: finds the subcommand, and turns what goes wrong into an exit code and one line."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from suggest import __version__
from suggest.cli import (
    block,
    build,
    complete,
    entities,
    evaluate,
    experiment,
    forget,
    inspect,
    item,
    related,
    serve,
    simulate,
    train,
)
from suggest.errors import ArgumentError, SuggestError

DONE, FAILED, WRONG_USAGE = 0, 1, 2
# As shells report a process that the signal ended: 128 + SIGINT, 128 + SIGPIPE.
INTERRUPTED, PIPE_CLOSED = 130, 141

_COMMANDS = (
    build,
    train,
    serve,
    complete,
    related,
    item,
    entities,
    evaluate,
    experiment,
    simulate,
    inspect,
    block,
    forget,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line and returns its exit code: 0 done, 1 failed, 2 wrong usage.

    Args:
        argv: arguments without the program's name; None takes the process's own.
    """
    # What cannot be encoded (bytes that were no text on the command line) is shown escaped, not a crash.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    arguments = make_parser().parse_args(argv)
    try:
        arguments.run(arguments)
        sys.stdout.flush()
    except ArgumentError as error:
        return _say(arguments, error, WRONG_USAGE)
    except BrokenPipeError:
        # The reader has left; the interpreter's own flush at exit must not complain about it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except (SuggestError, OSError) as error:
        return _say(arguments, error, FAILED)
    except (KeyboardInterrupt, RuntimeError) as error:
        # Interrupted within a query, DuckDB raises an error of its own.
        if isinstance(error, RuntimeError) and not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        return _say(arguments, "interrupted", INTERRUPTED)
    return DONE


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands; each sets `run` to the function that takes the parsed arguments."""
    parser = argparse.ArgumentParser(
        prog="suggest",
        description="Query suggestions that learn from your own log.",
        epilog="`suggest COMMAND --help` shows a command's options with an example.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_to(subparsers)
    return parser


def _say(arguments: argparse.Namespace, reason: object, code: int) -> int:
    one_line = " ".join(str(reason).split())
    print(f"suggest {arguments.command}: {one_line}", file=sys.stderr)
    return code
