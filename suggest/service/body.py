"""Request bodies: read whole before a route sees them, within a size and a time."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive, Scope

from suggest.service.problems import Refusal, problem

MAX_BODY_BYTES = 1024 * 1024
"""Largest request body."""


async def buffered(scope: Scope, receive: Receive, timeout_s: float) -> Receive:
    """Reads the whole body and returns a `receive` that gives it as one message.

    Raises:
        Refusal: 413 too large, 415 not JSON, 408 too slow.
    """
    headers = dict(scope["headers"])
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > MAX_BODY_BYTES:
        raise _too_large()
    try:
        async with asyncio.timeout(timeout_s):
            body = await _read(receive)
    except TimeoutError:
        raise Refusal(problem("body-timeout", f"the body must arrive within {timeout_s:g} s")) from None
    if body:
        _require_json(headers.get(b"content-type", b""))
    return _replaying(body, receive)


def _require_json(content_type: bytes) -> None:
    # Also keeps pages of other sites out: a browser sends this type across origins only after asking.
    if content_type.partition(b";")[0].strip().lower() != b"application/json":
        raise Refusal(problem("unsupported-media-type", "expected Content-Type: application/json"))


async def _read(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(problem("bad-request", "the connection closed before the body was complete"))
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise _too_large()
        if not message.get("more_body", False):
            return bytes(body)


def _replaying(body: bytes, receive: Receive) -> Receive:
    whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return whole.pop() if whole else await receive()

    return replay


def _too_large() -> Refusal:
    return Refusal(problem("too-large", f"body: at most {MAX_BODY_BYTES} bytes"))
