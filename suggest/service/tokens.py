"""The secrets of the service, from the environment. Light to import: the parent of the workers reads them too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from suggest.errors import ArgumentError


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
