"""The OpenAPI document: what the framework knows of its routes, and the hot route it does not know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from suggest.candidates.arguments import MAX_K
from suggest.service.arguments import PARAMETERS

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
        if "/v1/complete" not in document["paths"]:
            document["paths"] = {"/v1/complete": {"get": _complete()}, **document["paths"]}
            for item in document["paths"].values():
                for operation in item.values():
                    _give_problems(operation)
        return document

    return openapi


def _complete() -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "query", "required": name == "q", "schema": schema, "description": description}
        for name, (schema, description) in _PARAMETERS.items()
    ]
    assert tuple(_PARAMETERS) == PARAMETERS
    arm = {"description": "The arm of the experiment that answered, where there is one.", "schema": _TEXT}
    answer = {
        "description": "Suggestions, best first",
        "headers": {"Suggest-Arm": arm},
        "content": {"application/json": {"schema": _ANSWER}},
    }
    return {
        "summary": "Completions of what is being typed",
        "operationId": "get_complete",
        "parameters": parameters,
        "responses": {"200": answer},
    }


def _give_problems(operation: dict[str, Any]) -> None:
    # The framework describes its own error body for 422, which this service never sends.
    operation["responses"].pop("422", None)
    operation["responses"]["default"] = {
        "description": "A problem document (RFC 9457)",
        "content": {"application/problem+json": {"schema": _PROBLEM}},
    }
