"""The OpenAPI document: what the framework knows of its routes, and the routes it does not know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI

from suggest.candidates.arguments import MAX_K
from suggest.service.arguments import ITEM_PARAMETERS, NO_GATE, PARAMETERS, RELATED_PARAMETERS
from suggest.service.direct import ITEM_PATH, RELATED_PATH
from suggest.service.hot import COMPLETE_PATH

_TEXT: dict[str, Any] = {"type": "string"}
_PARAMETERS: dict[str, tuple[dict[str, Any], str]] = {
    "q": (_TEXT, "What has been typed so far; may be empty. A space at its end says that the word is complete."),
    "k": ({"type": "integer", "minimum": 1, "maximum": MAX_K, "default": 10}, "Most suggestions to answer."),
    "user": (_TEXT, "Opaque id of who is typing; without it the answer is not personal."),
    "locale": (_TEXT, "BCP 47 tag; without it all locales are summed."),
    "region": (_TEXT, "Region the answer is for."),
    "session": (_TEXT, "Id of the session; without it, searches less than 30 minutes apart are one session."),
    "match": (
        {"type": "string", "enum": ["any", "prefix"], "default": "any"},
        "prefix: only the plain prefix index and own history.",
    ),
    "where": (_TEXT, 'JSON expression over locale, region, kind and tags, e.g. {"kind": "music"}.'),
    "explain": ({"type": "boolean", "default": False}, "Say for each suggestion why it is there."),
}
_SESSION = (_TEXT, "Id of the session; chooses the arm of an experiment for who names no user.")
_OF_RELATED: dict[str, tuple[dict[str, Any], str]] = {
    "q": (_TEXT, "A query, searched before or not."),
    "user": (_TEXT, "Opaque id of who asks; without it the answer is not personal."),
    "session": _SESSION,
    "min_relevance": (
        _TEXT,
        f"Leave out what is related less; {NO_GATE} leaves out nothing. Default: the service's own.",
    ),
}
_OF_ITEM: dict[str, tuple[dict[str, Any], str]] = {
    "user": _OF_RELATED["user"],
    "session": _SESSION,
    "min_score": (_TEXT, f"Leave out what scores less; {NO_GATE} leaves out nothing. Default: the service's own."),
}
_SUGGESTION = {
    "type": "object",
    "required": ["query", "score", "source", "highlights"],
    "properties": {
        "query": _TEXT,
        "score": {"type": "number", "description": "Higher is better; comparable within one answer only."},
        "source": _TEXT,
        "highlights": {
            "type": "array",
            "description": "[start, end] pairs of code points into query that match what was typed.",
            "items": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
        },
        "explanation": {"type": "object"},
    },
}
_ANSWER = {
    "type": "object",
    "required": ["request_id", "query", "suggestions", "generation", "watermark", "degraded"],
    "properties": {
        "request_id": _TEXT,
        "query": _TEXT,
        "suggestions": {"type": "array", "items": _SUGGESTION},
        "generation": _TEXT,
        "watermark": {"type": ["string", "null"], "description": "Latest event that the answer knows of."},
        "degraded": {"type": "boolean", "description": "Less than it could be: no state, or no time."},
    },
}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT, "argument": _TEXT},
}


def describe(api: FastAPI) -> Callable[[], dict[str, Any]]:
    """The function that makes the OpenAPI document of `api` once and keeps it."""
    of_framework = api.openapi

    def openapi() -> dict[str, Any]:
        document = of_framework()
        if COMPLETE_PATH not in document["paths"]:
            document["paths"] = {**_past_framework(), **document["paths"]}
            for item in document["paths"].values():
                for operation in item.values():
                    _give_problems(operation)
        return document

    return openapi


def _past_framework() -> dict[str, Any]:
    complete = _operation("Completions of what is being typed", "get_complete", PARAMETERS, {})
    related = _operation("Queries like this one", "get_related", RELATED_PARAMETERS, _OF_RELATED)
    item = _operation("Queries to search next to an indexed item", "get_item_queries", ITEM_PARAMETERS, _OF_ITEM)
    item["parameters"].insert(0, {"name": "item", "in": "path", "required": True, "schema": _TEXT})
    return {COMPLETE_PATH: {"get": complete}, RELATED_PATH: {"get": related}, ITEM_PATH: {"get": item}}


def _operation(
    summary: str, operation_id: str, parameters: Sequence[str], meanings: dict[str, tuple[dict[str, Any], str]]
) -> dict[str, Any]:
    """A GET route; its parameters mean what those of completions do, but for `meanings`."""
    known = _PARAMETERS | meanings
    arm = {"description": "The arm of the experiment that answered, where there is one.", "schema": _TEXT}
    answer = {
        "description": "Suggestions, best first",
        "headers": {"Suggest-Arm": arm},
        "content": {"application/json": {"schema": _ANSWER}},
    }
    described = [
        {"name": name, "in": "query", "required": name == "q", "schema": known[name][0], "description": known[name][1]}
        for name in parameters
    ]
    return {"summary": summary, "operationId": operation_id, "parameters": described, "responses": {"200": answer}}


def _give_problems(operation: dict[str, Any]) -> None:
    # The framework describes its own error body for 422, which this service never sends.
    operation["responses"].pop("422", None)
    operation["responses"]["default"] = {
        "description": "A problem document (RFC 9457)",
        "content": {"application/problem+json": {"schema": _PROBLEM}},
    }
