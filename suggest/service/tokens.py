"""Who may read, write and administer: bearer tokens from the environment."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from suggest.errors import ArgumentError
from suggest.service.problems import Refusal, problem

Right = Literal["read", "write", "admin"]

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="suggest"'}


@dataclass(frozen=True, slots=True)
class Tokens:
    """One secret per right; None where none is set. None of them shows in a repr or a log.

    Attributes:
        read: asked for answers; without it they are open to everyone who reaches the port.
        write: asked for events and deletions; without it they are open only while `read` is unset too.
        admin: asked under `/v1/admin/`; without it these routes do not exist.
    """

    read: str | None = field(default=None, repr=False)
    write: str | None = field(default=None, repr=False)
    admin: str | None = field(default=None, repr=False)

    @property
    def open_to_all(self) -> bool:
        """Neither reading nor writing asks for a token; such a service binds to loopback only."""
        return self.read is None and self.write is None


def tokens_from(environ: Mapping[str, str]) -> Tokens:
    """Tokens as `SUGGEST_<RIGHT>_TOKEN`, or in the file that `SUGGEST_<RIGHT>_TOKEN_FILE` names.

    Raises:
        ArgumentError: a token is empty or not visible ASCII, is given both ways, or its file cannot be read.
    """
    return Tokens(
        read=_token(environ, "SUGGEST_READ_TOKEN"),
        write=_token(environ, "SUGGEST_WRITE_TOKEN"),
        admin=_token(environ, "SUGGEST_ADMIN_TOKEN"),
    )


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


def _token(environ: Mapping[str, str], name: str) -> str | None:
    token, path = environ.get(name), environ.get(f"{name}_FILE")
    if token is not None and path is not None:
        raise ArgumentError(name, f"set it or {name}_FILE, not both")
    if path is not None:
        try:
            token = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ArgumentError(f"{name}_FILE", f"{path} cannot be read: {error}") from error
    if token is not None and not (token and token.isascii() and token.isprintable() and " " not in token):
        raise ArgumentError(name, "expected a token of visible ASCII characters, got none or others")
    return token
