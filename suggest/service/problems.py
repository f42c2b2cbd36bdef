"""Every error the service answers with, as problem documents (RFC 9457)."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from typing import Any

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from suggest.errors import ArgumentError, InputError, NotBuiltError, StateError, SuggestError

logger = logging.getLogger("suggest.service")

KINDS: dict[str, tuple[int, str]] = {
    "bad-request": (400, "Bad request"),
    "unauthorized": (401, "Token required"),
    "forbidden": (403, "Not allowed"),
    "not-found": (404, "Not found"),
    "not-built": (404, "Not built"),
    "method-not-allowed": (405, "Method not allowed"),
    "body-timeout": (408, "The request took too long to arrive"),
    "generation-refused": (409, "The generation cannot be served"),
    "too-large": (413, "Too large"),
    "unsupported-media-type": (415, "Unsupported media type"),
    "bad-argument": (422, "Bad argument"),
    "internal-error": (500, "Internal error"),
    "busy": (503, "Too busy"),
    "state-unavailable": (503, "The state is unavailable"),
    "not-ready": (503, "Not ready"),
}
"""Kind of problem to its status and title; the last part of its `type`."""

_BY_STATUS = {status: kind for kind, (status, _) in reversed(KINDS.items())}
_TOO_LARGE = ("string_too_long", "too_long")
"""How the framework names a text or a list beyond its limit."""

_RETRY_AFTER_S = {"busy": 1, "not-ready": 1, "state-unavailable": 5}


class Refusal(Exception):
    """Ends a request early with a response that is ready to send."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


def problem(kind: str, detail: str, headers: Mapping[str, str] | None = None, **members: Any) -> Response:
    """A problem document.

    Args:
        kind: one of `KINDS`.
        detail: what happened and what to do, for this occurrence.
        headers: sent with it; `Retry-After` comes by itself where waiting helps.
        members: extension members, e.g. `argument`.
    """
    status, title = KINDS[kind]
    document = {"type": f"urn:suggest:problem:{kind}", "title": title, "status": status, "detail": detail, **members}
    sent = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **(headers or {})}
    if kind in _RETRY_AFTER_S:
        sent["Retry-After"] = str(_RETRY_AFTER_S[kind])
    return Response(orjson.dumps(document), status, sent, media_type="application/problem+json")


def response_to(error: Exception) -> Response:
    """The problem document of any error: the one place where errors become HTTP."""
    if isinstance(error, Refusal):
        return error.response
    if isinstance(error, SuggestError):
        return _of_suggest_error(error)
    if isinstance(error, RequestValidationError):
        return _of_validation_error(error)
    if isinstance(error, HTTPException):
        kind = _BY_STATUS.get(error.status_code, "bad-request")
        return problem(kind, str(error.detail), error.headers)
    return _of_unforeseen_error(error)


def _of_suggest_error(error: SuggestError) -> Response:
    if isinstance(error, ArgumentError):
        return problem("bad-argument", str(error), argument=error.argument)
    if isinstance(error, InputError):
        return problem("bad-argument", str(error))
    if isinstance(error, NotBuiltError):
        return problem("not-built", str(error))
    if isinstance(error, StateError):
        return problem("state-unavailable", str(error))
    return problem("not-ready", str(error))


def _of_validation_error(error: RequestValidationError) -> Response:
    first = error.errors()[0]
    # The first part says where the value stood (query, path, body); capitals are a model's name, not a field's.
    name = ".".join(str(part) for part in first["loc"][1:] if not str(part)[:1].isupper()) or str(first["loc"][0])
    if first["type"] == "json_invalid":
        name = "body"  # its place is an offset, not a field
    kind = "too-large" if first["type"] in _TOO_LARGE else "bad-argument"
    return problem(kind, f"{name}: {first['msg']}", argument=name)


def _of_unforeseen_error(error: Exception) -> Response:
    # The trace goes to the log, the client gets the id to ask for it.
    incident = secrets.token_hex(6)
    logger.error("Incident %s", incident, exc_info=error)
    return problem("internal-error", f"the reason is in the log of the service under {incident}", incident=incident)
