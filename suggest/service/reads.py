"""Routes that answer besides the hot one: related queries, items, comments, and OpenSearch."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from functools import partial
from itertools import accumulate
from typing import Annotated, Any, Literal
from xml.sax.saxutils import escape

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from suggest.candidates.arguments import MAX_K
from suggest.engine import Engine
from suggest.service.answers import answer_body
from suggest.service.arguments import MAX_Q_BYTES, complete_arguments
from suggest.service.context import READ, Context, Shared
from suggest.service.hot import FALLBACK_DEADLINE_S
from suggest.types import EntitySpan, Suggestion

router = APIRouter(dependencies=[READ])
description_router = APIRouter()

MAX_COMMENTS = 100
"""Most comments of one batch."""

_OPENSEARCH_K = 10
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")

K = Annotated[int, Query(ge=1, le=MAX_K)]
Text = Annotated[str, Field(max_length=10_000)]
Id = Annotated[str, Field(max_length=256)]


class NewItem(BaseModel):
    """An item that the index need not know."""

    model_config = ConfigDict(extra="ignore")

    title: Text
    text: Text = ""
    tags: Annotated[list[Id], Field(max_length=100)] = []
    locale: Id | None = None
    k: Annotated[int, Field(ge=1, le=MAX_K)] = 10
    user: Id | None = None


class Comment(BaseModel):
    """One comment and who reads it."""

    model_config = ConfigDict(extra="ignore")

    text: Text
    item: Id | None = None
    user: Id | None = None
    locale: Id | None = None
    offsets: Literal["codepoint", "utf16"] = "codepoint"


class Comments(BaseModel):
    """A batch of comments."""

    model_config = ConfigDict(extra="ignore")

    comments: Annotated[list[Comment], Field(max_length=MAX_COMMENTS)]


def _kind(body: Any) -> str:
    return "Comments" if isinstance(body, dict) and "comments" in body else "Comment"


# Told apart by their shape, so that an error names a field of what was meant.
CommentOrBatch = Annotated[
    Annotated[Comment, Tag("Comment")] | Annotated[Comments, Tag("Comments")], Discriminator(_kind)
]


@router.get("/v1/related")
async def get_related(
    context: Shared,
    q: Annotated[str, Query(min_length=1, max_length=MAX_Q_BYTES)],
    k: K = 10,
    user: str | None = None,
    locale: str | None = None,
) -> Response:
    """Queries like this one."""
    return await _answer(context, q, lambda engine: engine.related(q, k=k, user=user, locale=locale))


@router.get("/v1/items/{item:path}/queries")
async def get_item_queries(context: Shared, item: str, k: K = 10, user: str | None = None) -> Response:
    """Queries that one would search next to an indexed item."""
    return await _answer(context, item, lambda engine: engine.item_queries(item, k=k, user=user))


@router.post("/v1/items:queries")
async def post_item_queries(context: Shared, item: NewItem) -> Response:
    """Queries that one would search next to an item never seen before."""
    return await _answer(context, item.title, lambda engine: engine.item_queries(**item.model_dump()))


@router.post("/v1/comments:entities")
async def post_comment_entities(context: Shared, body: CommentOrBatch) -> dict[str, Any]:
    """Spans of a comment, or of each comment of a batch, that one would tap."""
    if isinstance(body, Comment):
        return await _entities(context, body)
    return {"comments": [await _entities(context, comment) for comment in body.comments]}


@router.get("/v1/opensearch")
async def get_opensearch(request: Request, context: Shared, q: str) -> Response:
    """Completions in the OpenSearch Suggestions format, for the search box of a browser."""
    engine = context.generations.engine
    q = complete_arguments(request.scope["query_string"])["text"]
    answer = engine.answer(q, k=_OPENSEARCH_K, deadline_s=FALLBACK_DEADLINE_S)
    context.metrics.count(answer)
    queries = [suggestion.query for suggestion in answer.suggestions]
    return Response(orjson.dumps([q, queries, [], []]), media_type="application/x-suggestions+json")


@description_router.get("/opensearch.xml")
async def get_opensearch_description(request: Request, context: Shared) -> Response:
    """The OpenSearch description by which a browser finds the suggestions."""
    base = escape(context.settings.public_url or _base_url(request), {'"': "&quot;"})
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">'
        "<ShortName>suggest</ShortName><Description>Query suggestions</Description>"
        "<InputEncoding>UTF-8</InputEncoding>"
        f'<Url type="text/html" template="{base}/?q={{searchTerms}}"/>'
        f'<Url type="application/x-suggestions+json" template="{base}/v1/opensearch?q={{searchTerms}}"/>'
        "</OpenSearchDescription>\n"
    )
    return Response(text, media_type="application/opensearchdescription+xml")


async def _answer(context: Context, query: str, ask: Callable[[Engine], list[Suggestion]]) -> Response:
    engine = context.generations.engine
    suggestions = await asyncio.to_thread(ask, engine)
    return Response(answer_body(engine, query, suggestions), media_type="application/json")


async def _entities(context: Context, comment: Comment) -> dict[str, Any]:
    ask = partial(
        context.generations.engine.comment_entities,
        comment.text,
        item=comment.item,
        user=comment.user,
        locale=comment.locale,
    )
    spans: list[EntitySpan] = await asyncio.to_thread(ask)
    place = _utf16_places(comment.text) if comment.offsets == "utf16" else None
    return {"entities": [_entity(span, place) for span in spans]}


def _entity(span: EntitySpan, place: list[int] | None) -> dict[str, Any]:
    if place is not None:
        span = span._replace(start=place[span.start], end=place[span.end])
    return span._asdict()


def _utf16_places(text: str) -> list[int]:
    """UTF-16 code units before each code point of `text`, and in all of it."""
    return list(accumulate((1 + (char > "\uffff") for char in text), initial=0))


def _base_url(request: Request) -> str:
    # The Host header is the client's word: anything but a plain host and port is not repeated.
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        name, port = request.scope.get("server") or ("127.0.0.1", None)
        host = f"{name}:{port}" if port else name
    return f"{request.scope['scheme']}://{host}"
