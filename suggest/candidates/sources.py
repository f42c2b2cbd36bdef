"""Here is a request: which of the person's own queries and which popular ones start with what was typed?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from suggest.candidates.candidate import Candidate
from suggest.candidates.request import Request
from suggest.index import ALL, Budget, Completions, Indexes, filtered_top, filtered_top_ids

MAX_FOLLOW_UPS = 8
"""Next queries of the session's latest one that are proposed."""

FILTER_NODES = 4_000_000
"""Queries looked at for one filtered prefix: block minima make it thousands, of the largest index a few millions."""


def own_history(request: Request, indexes: Indexes) -> Iterator[Candidate]:
    """The person's own queries, those of the running session marked with their rank in it."""
    if request.history is None:
        return
    ranks = {key: rank for rank, key in enumerate(request.session_keys, start=1)}
    for own in request.history.starting_with(request.prefix):
        rank = ranks.get(own.key, 0)
        yield Candidate(indexes.prefixes.queries.find(own.key), "session" if rank else "history", own, rank)


def follow_ups(request: Request, indexes: Indexes) -> Iterator[Candidate]:
    """What most people searched right after the session's latest query. About 30 µs where many did."""
    if not request.session_keys:
        return
    queries = indexes.prefixes.queries
    following = indexes.transitions.after(queries.find(request.session_keys[0]))
    if following is None:
        return
    shown = (query_id for query_id in following.ids.tolist() if query_id not in request.hidden_ids)
    starting = (query_id for query_id in shown if queries.key(query_id).startswith(request.prefix))
    for query_id in islice(starting, MAX_FOLLOW_UPS):
        yield Candidate(query_id, "session")


def popular(request: Request, indexes: Indexes, wanted: int) -> Iterator[Candidate]:
    """The best completions of the request's locale, then of all locales where those are too few."""
    found = visible_ids(request, indexes, wanted, request.locale)
    if request.locale != ALL and len(found) < wanted:
        found += visible_ids(request, indexes, wanted, ALL)
    return (Candidate(query_id, "prefix") for query_id in found)


def visible_ids(request: Request, indexes: Indexes, k: int, locale: str) -> list[int]:
    """Ids of the best `k` completions that may be shown; hidden ones make room for the next best."""
    asked = k
    while True:
        ids = _top_ids(request, indexes, asked, locale)
        shown = [query_id for query_id in ids if query_id not in request.hidden_ids]
        if len(shown) >= k or len(ids) < asked:
            return shown[:k]
        asked *= 2


def visible(request: Request, indexes: Indexes, k: int, locale: str) -> Completions:
    """The completions of `visible_ids` with their texts."""
    found = _top(request, indexes, k, locale)
    if not request.hidden_ids or request.hidden_ids.isdisjoint(found[0]):
        return found
    ids = visible_ids(request, indexes, k, locale)
    return ids, [indexes.prefixes.queries.text(query_id) for query_id in ids]


def _top(request: Request, indexes: Indexes, k: int, locale: str) -> Completions:
    if request.allowed is None:
        return indexes.prefixes.top(request.prefix, k, locale)
    return filtered_top(indexes.prefixes, request.prefix, k, locale, request.allowed, Budget(FILTER_NODES))


def _top_ids(request: Request, indexes: Indexes, k: int, locale: str) -> list[int]:
    if request.allowed is None:
        return indexes.prefixes.top_ids(request.prefix, k, locale)
    return filtered_top_ids(indexes.prefixes, request.prefix, k, locale, request.allowed, Budget(FILTER_NODES))
