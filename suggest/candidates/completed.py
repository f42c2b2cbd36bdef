"""The completions for nobody in particular, straight from the index: what most requests are answered with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from suggest.candidates.collapse import kept_forms
from suggest.candidates.request import Request
from suggest.candidates.sources import visible
from suggest.index import ALL, Indexes

SPARE = 2
"""Completions looked at beyond those wanted: some are near-duplicates of others."""


class Completed(NamedTuple):
    """Completions, best first; lists of one length.

    Attributes:
        ids: query ids.
        texts: their display forms.
        weights: their popularity, in the locale for those of the locale.
        n_local: how many of them, at the beginning, are of the request's locale.
    """

    ids: list[int]
    texts: list[str]
    weights: list[float]
    n_local: int


def completed(request: Request, indexes: Indexes) -> Completed:
    """The best `request.k` completions that may be shown, near-duplicates collapsed if so asked. About 10 µs."""
    k = request.k
    asked = k + SPARE if request.collapse else k
    while True:
        found = _completed(request, indexes, asked)
        kept = kept_forms(found.ids, request, indexes)
        if len(kept) >= k or len(found.ids) < asked:
            return _chosen(found, kept[:k])
        asked *= 2


def _completed(request: Request, indexes: Indexes, k: int) -> Completed:
    """The best `k` of the request's locale, then of all locales where those are too few."""
    ids, texts = visible(request, indexes, k, request.locale)
    weights = indexes.prefixes.weights(ids, request.locale)
    n_local = len(ids)
    if request.locale != ALL and n_local < k:
        known = set(ids)
        other_ids, other_texts = visible(request, indexes, k, ALL)
        new = [row for row, query_id in enumerate(other_ids) if query_id not in known][: k - n_local]
        ids = ids + [other_ids[row] for row in new]
        texts = texts + [other_texts[row] for row in new]
        weights += indexes.prefixes.weights(ids[n_local:])
    return Completed(ids, texts, weights, n_local)


def _chosen(found: Completed, kept: Sequence[int]) -> Completed:
    ids, texts, weights, n_local = found
    if len(kept) == len(ids):
        return found
    if kept == range(len(kept)):  # none of the first was dropped, as in most answers
        return Completed(ids[: len(kept)], texts[: len(kept)], weights[: len(kept)], min(n_local, len(kept)))
    return Completed(
        [ids[row] for row in kept],
        [texts[row] for row in kept],
        [weights[row] for row in kept],
        sum(row < n_local for row in kept),
    )
