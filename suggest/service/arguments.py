"""The query strings of routes that answer with suggestions, parsed by hand.

A framework's parser costs more than the whole answer; this one takes about 2 µs for two parameters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NoReturn
from urllib.parse import unquote_to_bytes

import orjson

from suggest.candidates.arguments import MAX_K
from suggest.errors import ArgumentError
from suggest.service.problems import Refusal, problem

MAX_Q_BYTES = 1024
"""Longest `q`, in bytes of UTF-8: far beyond any query that may be suggested."""

MAX_QUERY_STRING_BYTES = 16_384
"""Longest query string: a full `q` percent-encoded, and room for a `where` expression."""

MAX_WHERE_BYTES = 4096
"""Longest `where`, in bytes of JSON."""

MAX_WHERE_DEPTH = 32
"""Deepest nesting of `where`; every level is a call when it is compiled and evaluated."""

DEFAULT_K = 10
"""How many suggestions are given to a request that does not say."""

PARAMETERS = ("q", "k", "user", "locale", "region", "session", "match", "where", "explain")
"""Parameters of `GET /v1/complete`, as in its OpenAPI description; others are ignored."""

RELATED_PARAMETERS = ("q", "k", "user", "locale", "region", "session", "min_relevance", "explain")
"""Parameters of `GET /v1/related`."""

ITEM_PARAMETERS = ("k", "user", "locale", "region", "session", "min_score", "explain")
"""Parameters of `GET /v1/items/{item}/queries`."""

NO_GATE = "none"
"""What `min_score` and `min_relevance` are to leave out nothing, where the service has a default."""

_KNOWN, _OF_RELATED, _OF_ITEM = (
    {name.encode(): name for name in names} for names in (PARAMETERS, RELATED_PARAMETERS, ITEM_PARAMETERS)
)
_BOOLEANS = {"true": True, "false": False}


def complete_arguments(query_string: bytes) -> dict[str, Any]:
    """Keyword arguments of `Engine.complete`, from a raw query string.

    `+` is a space; a malformed percent sign stands for itself, as in browsers; an empty parameter other
    than `q` counts as absent. Lengths of ids and the meaning of `where` are the engine's to check.

    Raises:
        ArgumentError: a parameter is malformed, given twice, or `q` is missing.
        Refusal: 413, the query string, `q` or `where` is too long.
    """
    arguments = _parameters(query_string, _KNOWN)
    text = arguments.pop("q", None)
    if text is None:
        raise ArgumentError("q", "expected the text typed so far (it may be empty), got none")
    arguments["text"] = _short(text)
    return arguments


def related_arguments(query_string: bytes) -> dict[str, Any]:
    """Keyword arguments of `Engine.related`, and `session`; errors and rules as of `complete_arguments`."""
    arguments = _parameters(query_string, _OF_RELATED)
    query = arguments.pop("q", None)
    if not query:
        raise ArgumentError("q", "expected a query, got none")
    arguments["query"] = _short(query)
    return arguments


def item_arguments(query_string: bytes) -> dict[str, Any]:
    """Keyword arguments of `Engine.item_queries`, and `session`; errors and rules as of `complete_arguments`."""
    return _parameters(query_string, _OF_ITEM)


def _parameters(query_string: bytes, known: Mapping[bytes, str]) -> dict[str, Any]:
    if len(query_string) > MAX_QUERY_STRING_BYTES:
        _too_large("query string", MAX_QUERY_STRING_BYTES)
    given: dict[str, Any] = {}
    for pair in query_string.split(b"&"):
        raw_name, _, raw_value = pair.partition(b"=")
        name = known.get(unquote_to_bytes(raw_name) if b"%" in raw_name else raw_name)
        if name is None or not (raw_value or name == "q"):
            continue
        if name in given:
            raise ArgumentError(name, "given twice; send it once")
        given[name] = _decoded(name, raw_value)
    for name, read in _READERS.items():
        if name in given:
            given[name] = read(given[name])
    return given


def _short(text: str) -> str:
    # A code point takes at most four bytes: short text need not be encoded to be measured.
    if len(text) * 4 > MAX_Q_BYTES and len(text.encode()) > MAX_Q_BYTES:
        _too_large("q", MAX_Q_BYTES)
    return text


def _decoded(name: str, value: bytes) -> str:
    if b"+" in value:
        value = value.replace(b"+", b" ")
    if b"%" in value:
        value = unquote_to_bytes(value)
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise ArgumentError(name, "expected percent-encoded UTF-8, got other bytes") from None


def _whole_number(value: str) -> int:
    k = int(value) if value.isascii() and value.isdigit() and len(value) <= len(str(MAX_K)) else 0
    if not 1 <= k <= MAX_K:
        raise ArgumentError("k", f"expected a whole number from 1 to {MAX_K}, got {value[:20]!r}")
    return k


def _boolean(value: str) -> bool:
    if value not in _BOOLEANS:
        raise ArgumentError("explain", f"expected true or false, got {value[:20]!r}")
    return _BOOLEANS[value]


def _gate(name: str, value: str) -> float | None:
    if value == NO_GATE:
        return None
    try:
        gate = float(value)
    except ValueError:
        gate = math.nan
    if not math.isfinite(gate):
        raise ArgumentError(name, f"expected a number or {NO_GATE}, got {value[:20]!r}")
    return gate


def _expression(value: str) -> Any:
    if len(value.encode()) > MAX_WHERE_BYTES:
        _too_large("where", MAX_WHERE_BYTES)
    if value.count("{") + value.count("[") > MAX_WHERE_DEPTH and _depth(value) > MAX_WHERE_DEPTH:
        raise ArgumentError("where", f"nested deeper than {MAX_WHERE_DEPTH} levels")
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise ArgumentError("where", f"expected a JSON expression: {error}") from None


def _depth(value: str) -> int:
    # Brackets inside strings count too: rejecting a strange value is better than a parser here.
    depth = deepest = 0
    for char in value:
        if char in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "}]":
            depth -= 1
    return deepest


def _too_large(name: str, limit: int) -> NoReturn:
    raise Refusal(problem("too-large", f"{name}: at most {limit} bytes", argument=name))


_READERS: Mapping[str, Callable[[str], Any]] = {
    "k": _whole_number,
    "where": _expression,
    "explain": _boolean,
    "min_score": partial(_gate, "min_score"),
    "min_relevance": partial(_gate, "min_relevance"),
}
