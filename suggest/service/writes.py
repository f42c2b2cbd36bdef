"""Routes that change the state: events in, people out."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from suggest.service.context import WRITE, Context, Shared
from suggest.service.problems import Refusal, problem
from suggest.types import DAY_US, Observed, now_us
from suggest.types.events import MAX_ID_CHARS

MAX_EVENTS = 1000
"""Most events one request may carry."""

router = APIRouter(dependencies=[WRITE])

_EVENTS_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["events"],
                "properties": {"events": {"type": "array", "items": {"type": "object"}, "maxItems": MAX_EVENTS}},
            },
            "example": {"events": [{"type": "search", "ts": "2026-01-31T12:00:00Z", "user": "u1", "query": "jazz"}]},
        }
    },
}


@router.post("/v1/events", status_code=202, openapi_extra={"requestBody": _EVENTS_BODY})
async def post_events(request: Request, context: Shared) -> Response:
    """Accepts events; they are durable, and seen by the next request on any worker, when this answers.

    Events that are malformed or lie more than a day ahead of the clock are rejected one by one, with their
    index and the reason; the others are accepted.
    """
    events = _events(await request.body())
    engine = context.generations.engine
    observed = await context.writer.run(partial(engine.observe, events, latest_us=now_us() + DAY_US))
    counts = {"accepted": observed.accepted, "duplicate": observed.duplicates, "rejected": len(observed.rejected)}
    for outcome, number in counts.items():
        context.metrics.events.labels(outcome).inc(number)
    _credit(events, observed, context)
    rejected = [{"index": index, "reason": reason} for index, reason in observed.rejected]
    answer = {"accepted": observed.accepted, "duplicates": observed.duplicates, "rejected": rejected}
    return Response(orjson.dumps(answer), 202, media_type="application/json")


@router.delete("/v1/users/{user:path}", status_code=202)
async def delete_user(user: str, context: Shared) -> dict[str, int]:
    """Erases a person from log, history and online state; nothing of them is used after this answers."""
    if not 0 < len(user) <= MAX_ID_CHARS:
        raise Refusal(problem("bad-argument", f"user: expected 1 to {MAX_ID_CHARS} characters", argument="user"))
    return {"forgotten": await context.writer.run(partial(_forget, user, context))}


def _forget(user: str, context: Context) -> int:
    n_events = context.generations.engine.forget(user)
    if context.feature_log is not None and context.state is not None:
        context.feature_log.erase_forgotten(context.state)
    return n_events


def _credit(events: list[Any], observed: Observed, context: Context) -> None:
    experiment = context.settings.experiment
    # Which events of a batch were duplicates is not known: one that was sent again in part counts for nobody.
    if experiment is not None and not observed.duplicates:
        rejected = {index for index, _ in observed.rejected}
        context.metrics.arms.count_events(events, rejected, experiment)


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        # Half an emoji, which browsers write as an escape, is no JSON to orjson. Here it costs its event alone.
        return json.loads(body, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _events(body: bytes) -> list[Any]:
    try:
        document = _parsed(body)
    except ValueError as error:
        raise Refusal(problem("bad-argument", f"body: expected JSON: {error}", argument="body")) from None
    events = document.get("events") if isinstance(document, dict) else None
    if not isinstance(events, list):
        raise Refusal(problem("bad-argument", 'events: expected {"events": [...]}', argument="events"))
    if len(events) > MAX_EVENTS:
        raise Refusal(problem("too-large", f"events: at most {MAX_EVENTS}, got {len(events)}", argument="events"))
    return events
