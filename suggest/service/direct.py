"""`GET /v1/related` and `GET /v1/items/{item}/queries` as plain ASGI callables.

As for completions, a framework's route would cost more than an answer made at build. Any other takes some
milliseconds, and is found in a thread: the event loop, where completions are answered, must not wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from starlette.types import Receive, Scope, Send

from suggest.engine import Engine
from suggest.errors import ArgumentError
from suggest.service.arguments import DEFAULT_K, item_arguments, related_arguments
from suggest.service.authorization import require
from suggest.service.context import Context
from suggest.service.hot import ARM_HEADER, HEADERS
from suggest.service.problems import Refusal, problem, response_to
from suggest.service.surfaces import Answered, Asker, Surface, answer_suggestions, count_answered, gates_of
from suggest.types import Suggestion

RELATED_PATH = "/v1/related"
ITEM_PATH = "/v1/items/{item}/queries"
"""Where these routes answer."""

_ITEM_START, _ITEM_END = ITEM_PATH.split("{item}")


class Asked(NamedTuple):
    """One request, understood.

    Attributes:
        answer: finds the answer; may be called in a thread.
        is_ready: whether that is a look-up of what was made at build.
    """

    answer: Callable[[], Answered]
    is_ready: bool = False


class Direct:
    """A route past the framework."""

    def __init__(self, context: Context, path: str, surface: Surface, read: Callable[[Context, Scope], Asked]) -> None:
        self._context = context
        self._path = path
        self._surface = surface
        self._read = read

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one GET or HEAD request."""
        metrics, tokens = self._context.metrics, self._context.settings.tokens
        try:
            if tokens.read is not None:
                require("read", tokens, scope["headers"])
            asked = self._read(self._context, scope)
            answered = asked.answer() if asked.is_ready else await asyncio.to_thread(asked.answer)
        except Exception as error:  # noqa: BLE001 - nothing but a problem document leaves the process
            response = response_to(error)
            metrics.requests.labels(self._path, str(response.status_code)).inc()
            await response(scope, receive, send)
            return
        metrics.requests.labels(self._path, "200").inc()
        count_answered(self._context, self._surface, answered)
        headers = [*HEADERS, (b"content-length", b"%d" % len(answered.body))]
        if answered.arm is not None:
            headers.append((ARM_HEADER, answered.arm.encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answered.body})


def related_route(context: Context) -> Direct:
    """`GET /v1/related`."""
    return Direct(context, RELATED_PATH, "related", _related)


def item_route(context: Context) -> Direct:
    """`GET /v1/items/{item}/queries`, of paths that `names_item` takes."""
    return Direct(context, ITEM_PATH, "item", _item)


def names_item(path: str) -> bool:
    """Whether a path is `/v1/items/{item}/queries`; the item's id may hold slashes."""
    return path.startswith(_ITEM_START) and path.endswith(_ITEM_END) and len(path) > len(_ITEM_START) + len(_ITEM_END)


def _related(context: Context, scope: Scope) -> Asked:
    arguments = related_arguments(scope["query_string"])
    asker = _asker(arguments)
    query = arguments.pop("query")
    min_relevance = arguments.pop("min_relevance", gates_of(context).related_min_relevance)

    def ask(engine: Engine, user: str | None, least: float | None = min_relevance) -> list[Suggestion]:
        return engine.related(query, asker.k, user, min_relevance=least, explain=asker.explain, **arguments)

    ungated = None if min_relevance is None else partial(ask, least=None)
    # Of an experiment's orders only one may have lists.
    is_plain = asker.user is None and not asker.explain and not arguments and context.settings.experiment is None
    is_ready = is_plain and context.generations.engine.has_related_list(query, asker.k, min_relevance)
    return Asked(partial(answer_suggestions, context, query, ask, asker, ungated), is_ready)


def _item(context: Context, scope: Scope) -> Asked:
    arguments = item_arguments(scope["query_string"])
    asker = _asker(arguments)
    min_score = arguments.pop("min_score", gates_of(context).item_min_score)
    item = scope["path"][len(_ITEM_START) : -len(_ITEM_END)]

    def ask(engine: Engine, user: str | None, least: float | None = min_score) -> list[Suggestion]:
        return engine.item_queries(
            item, asker.k, user, min_score=least, collapse=True, explain=asker.explain, **arguments
        )

    def answer() -> Answered:
        try:
            return answer_suggestions(context, item, ask, asker, partial(ask, least=None) if min_score else None)
        except ArgumentError as error:
            if error.argument != "item":
                raise
            # In a path an item that is not known is a page that is not there.
            raise Refusal(problem("not-found", str(error), argument="item")) from None

    return Asked(answer)


def _asker(arguments: dict[str, Any]) -> Asker:
    """Takes out of the arguments what says who asks."""
    return Asker(
        arguments.pop("user", None),
        arguments.pop("session", None),
        arguments.pop("k", DEFAULT_K),
        arguments.pop("explain", False),
    )
