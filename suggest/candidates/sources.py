"""Here is a request: which queries might answer it, and from which source?

A source is a function from (request, index) to candidates. `gather` asks each in turn; of a query
that several propose, the first keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from suggest.candidates.candidate import Candidate
from suggest.candidates.request import Request
from suggest.index import ALL, Completions, PrefixIndex

POOL = 32
"""Popular candidates offered to the ranker when more is not asked for: what one stored list holds."""


def own_history(request: Request, index: PrefixIndex) -> Iterator[Candidate]:
    """The person's own queries, those of the running session marked with their rank in it."""
    if request.history is None:
        return
    ranks: dict[str, int] = {}
    if request.match == "any":
        session = request.history.session_keys(request.session, request.now_us)
        ranks = {key: rank for rank, key in enumerate(session, start=1)}
    for own in request.history.starting_with(request.prefix):
        rank = ranks.get(own.key, 0)
        yield Candidate(index.queries.find(own.key), "session" if rank else "history", own, rank)


def popular(request: Request, index: PrefixIndex) -> Iterator[Candidate]:
    """The best completions of the request's locale, then of all locales where those are too few."""
    wanted = max(request.k, POOL)
    found = visible_ids(request, index, wanted, request.locale)
    if request.locale != ALL and len(found) < wanted:
        found += visible_ids(request, index, wanted, ALL)
    return (Candidate(query_id, "prefix") for query_id in found)


def visible_ids(request: Request, index: PrefixIndex, k: int, locale: str) -> list[int]:
    """Ids of the best `k` completions that are not hidden; hidden ones make room for the next best."""
    asked = k
    while True:
        ids = index.top_ids(request.prefix, asked, locale)
        shown = [query_id for query_id in ids if query_id not in request.hidden_ids]
        if len(shown) >= k or len(ids) < asked:
            return shown[:k]
        asked *= 2


def visible(request: Request, index: PrefixIndex, k: int, locale: str) -> Completions:
    """The completions of `visible_ids` with their texts."""
    found = index.top(request.prefix, k, locale)
    if not request.hidden_ids or request.hidden_ids.isdisjoint(found.ids):
        return found
    ids = visible_ids(request, index, k, locale)
    return Completions(ids, [index.queries.text(query_id) for query_id in ids])


SOURCES: tuple[Callable[[Request, PrefixIndex], Iterable[Candidate]], ...] = (own_history, popular)


def gather(request: Request, index: PrefixIndex) -> list[Candidate]:
    """All candidates of a request, each query once, none of them hidden."""
    candidates: list[Candidate] = []
    seen: set[int] = set()
    for source in SOURCES:
        for candidate in source(request, index):
            if _is_hidden(request, candidate):
                continue
            if candidate.query_id < 0:
                candidates.append(candidate)
            elif candidate.query_id not in seen:
                seen.add(candidate.query_id)
                candidates.append(candidate)
    return candidates


def _is_hidden(request: Request, candidate: Candidate) -> bool:
    if candidate.query_id in request.hidden_ids:
        return True
    return candidate.own is not None and candidate.own.key in request.hidden_keys
