"""Who may read, write and administer: bearer tokens."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from typing import Literal

from suggest.service.problems import Refusal, problem
from suggest.service.tokens import Tokens

Right = Literal["read", "write", "admin"]

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="suggest"'}


def require(right: Right, tokens: Tokens, headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Lets a request pass that may do what `right` covers.

    Args:
        right: what the request is about to do.
        tokens: the service's tokens.
        headers: the request's ASGI headers.

    Raises:
        Refusal: 401 without the token, 403 where writing is off, 404 where administration is off.
    """
    expected: str | None = getattr(tokens, right)
    if expected is None:
        _require_open(right, tokens)
    elif not _carries(expected, headers):
        raise Refusal(problem("unauthorized", f"this route needs the {right} token as a bearer token", _CHALLENGE))


def _require_open(right: Right, tokens: Tokens) -> None:
    if right == "admin":
        raise Refusal(problem("not-found", "administration is off: no admin token is set"))
    if right == "write" and not tokens.open_to_all:
        raise Refusal(problem("forbidden", "writing is off: a read token is set and no write token"))


def _carries(expected: str, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    for name, value in headers:
        if name == b"authorization":
            scheme, _, given = value.partition(b" ")
            # Constant time: how long a wrong guess takes must not tell how much of it was right.
            return hmac.compare_digest(given.strip(), expected.encode()) and scheme.lower() == b"bearer"
    return False
