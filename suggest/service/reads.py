"""Routes that the framework answers: items never seen before, comments, and OpenSearch."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from time import perf_counter
from xml.sax.saxutils import escape

import orjson
from fastapi import APIRouter, Request, Response

from suggest.engine import Engine
from suggest.service.arguments import complete_arguments
from suggest.service.bodies import Comment, CommentOrBatch, NewItem
from suggest.service.context import READ, Shared
from suggest.service.hot import ARM_HEADER, FALLBACK_DEADLINE_S
from suggest.service.surfaces import Asker, answer_comments, answer_suggestions, count_answered, gates_of
from suggest.types import Suggestion

router = APIRouter(dependencies=[READ])
description_router = APIRouter()

_OPENSEARCH_K = 10
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")


@router.post("/v1/items:queries")
async def post_item_queries(context: Shared, item: NewItem) -> Response:
    """Queries that one would search next to an item never seen before."""
    asker = Asker(item.user, item.session, item.k, item.explain)
    min_score = item.given("min_score", gates_of(context).item_min_score)

    def ask(engine: Engine, user: str | None, least: float | None = min_score) -> list[Suggestion]:
        return engine.item_queries(
            k=item.k,
            user=user,
            title=item.title,
            text=item.text,
            tags=item.tags,
            locale=item.locale,
            region=item.region,
            min_score=least,
            collapse=True,
            explain=item.explain,
        )

    ungated = partial(ask, least=None) if min_score else None
    answered = await asyncio.to_thread(answer_suggestions, context, item.title, ask, asker, ungated)
    count_answered(context, "item", answered)
    arm = {} if answered.arm is None else {ARM_HEADER.decode(): answered.arm}
    return _json(answered.body, **arm)


@router.post("/v1/comments:entities")
async def post_comment_entities(context: Shared, body: CommentOrBatch) -> Response:
    """Spans of a comment, or of each comment of a batch, that one would tap."""
    comments = [body] if isinstance(body, Comment) else body.comments
    begin = perf_counter()
    answers = await asyncio.to_thread(answer_comments, context, comments)
    n_spans = [len(answer["entities"]) for answer in answers]
    context.metrics.surfaces.count("comment", perf_counter() - begin, n_spans)
    return _json(orjson.dumps(answers[0] if isinstance(body, Comment) else {"comments": answers}))


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


def _json(body: bytes, **headers: str) -> Response:
    return Response(body, headers={"cache-control": "no-store", **headers}, media_type="application/json")


def _base_url(request: Request) -> str:
    # The Host header is the client's word: anything but a plain host and port is not repeated.
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        name, port = request.scope.get("server") or ("127.0.0.1", None)
        host = f"{name}:{port}" if port else name
    return f"{request.scope['scheme']}://{host}"
