"""What callers give, checked: an error names the argument."""

from __future__ import annotations

from suggest.errors import ArgumentError, EventError
from suggest.types import parse_ts
from suggest.types.events import read_id

MAX_K = 100
"""Most suggestions one call returns."""


def check_arguments(text: object, k: object, match: object) -> None:
    """Refuses what `Engine.complete` cannot answer.

    Raises:
        ArgumentError: names the argument.
    """
    check_text("text", text)
    check_k(k)
    if match not in ("any", "prefix"):
        raise ArgumentError("match", f"expected 'any' or 'prefix', got {match!r}")


def check_text(argument: str, text: object) -> None:
    """Refuses what is no text.

    Raises:
        ArgumentError: names the argument.
    """
    if not isinstance(text, str):
        raise ArgumentError(argument, f"expected text, got {type(text).__name__}")


def check_k(k: object) -> None:
    """Refuses a number of suggestions that nobody is given.

    Raises:
        ArgumentError: it is none from 1 to `MAX_K`.
    """
    if not isinstance(k, int) or isinstance(k, bool) or not 1 <= k <= MAX_K:
        raise ArgumentError("k", f"expected a whole number from 1 to {MAX_K}, got {k!r}")


def checked_id(argument: str, value: object) -> str:
    """An opaque name such as a user's.

    Raises:
        ArgumentError: it is no text, empty or too long.
    """
    try:
        return read_id(value, argument)
    except EventError as error:
        raise ArgumentError(argument, str(error).removeprefix(f"{argument}: ")) from None


def checked_moment(now: object) -> int:
    """A moment in microseconds since 1970.

    Raises:
        ArgumentError: it is none.
    """
    try:
        return parse_ts(now)
    except ValueError as error:
        raise ArgumentError("now", str(error)) from None
