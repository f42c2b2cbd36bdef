"""Here is an item: which queries might one search next to it, and what speaks for each?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

import numpy as np

from suggest.candidates.item_names import named_queries
from suggest.candidates.item_neighbours import (
    MOST_NEIGHBOURS,
    NO_RANK,
    Votes,
    by_vector,
    by_viewers,
    by_words,
    votes,
)
from suggest.candidates.item_request import ItemRequest
from suggest.index import Indexes
from suggest.index.items import Floats, Ids, Items
from suggest.index.vectors import VectorIndex

MOST_NEAR = 30
"""Queries near an item's vector that become candidates, and as many whose items lie near it."""

_COMPANY_OF = 20
"""Queries with most votes whose company is looked at."""

_MOST_POPULAR = 30

_RARE_WORD = 20
"""Queries that hold a word, for all of them to become candidates."""


class ItemVectors(NamedTuple):
    """Vectors of a generation; None of what it does not hold.

    Attributes:
        items: by item number.
        queries: by query id.
        centres: by query id, the mean of the items that a query belongs to.
    """

    items: VectorIndex | None
    queries: VectorIndex | None
    centres: VectorIndex | None


class Evidence(NamedTuple):
    """What speaks for queries beside an item.

    Attributes:
        ids: of the queries, int64[n], ascending.
        columns: by name, float32[n]; `DEFAULTS` names all.
    """

    ids: Ids
    columns: Mapping[str, Floats]


_VOTES = ("share", "sharp", "best", "items", "rank")

DEFAULTS: dict[str, float] = {
    **{f"{kind}_{name}": NO_RANK if name == "rank" else 0.0 for kind in ("words", "vector") for name in _VOTES},
    "viewers_share": 0.0,
    "company": 0.0,
    "cosine": 0.0,
    "centre_cosine": 0.0,
    "named_words": 0.0,
    "comments": 0.0,
    "users": 0.0,
    "looks": 0.0,
    "clicks": 0.0,
    "top_words": 0.0,
    "top_vector": 0.0,
}
"""Columns of `Evidence`, and the value where a source says nothing of a query."""

_Found = tuple[Ids, dict[str, Floats]]


class _Place(NamedTuple):
    """What a source looks at."""

    request: ItemRequest
    indexes: Indexes
    items: Items
    vectors: ItemVectors


def gathered(
    request: ItemRequest,
    indexes: Indexes,
    items: Items,
    vectors: ItemVectors,
    without: Collection[str] = (),
) -> Evidence:
    """The candidates of all sources, with what each says of them.

    Cost: with 12,000 items about 1 ms, half of it for the neighbours.

    Args:
        request: the item.
        indexes: of the generation.
        items: likewise.
        vectors: likewise.
        without: names of sources that are not asked, to see what each is worth.
    """
    place = _Place(request, indexes, items, vectors)
    found = {name: ask(place) for name, ask in SOURCES.items() if name not in without}
    voted = [found[name] for name in ("words", "vector") if name in found]
    if "company" not in without:
        found["company"] = _company(items, voted)
    if "meaning" not in without:
        found["meaning"] = _near(place, sum(len(own) for own, _ in voted))
    ids = np.unique(np.concatenate([own for own, _ in found.values()]))
    columns = {name: np.full(len(ids), default, np.float32) for name, default in DEFAULTS.items()}
    for own, said in found.values():
        at = ids.searchsorted(own)
        for name, values in said.items():
            columns[name][at] = values
    if "meaning" not in without:
        _add_cosines(request, vectors, ids, columns)
    for name in ("words", "vector"):
        columns[f"top_{name}"][:] = columns[f"{name}_best"].max(initial=0)
    return Evidence(ids, columns)


def _words(at: _Place) -> _Found:
    return _voted("words", votes(at.items, by_words(at.items, at.request.spoken, at.request.left_out)))


def _vector(at: _Place) -> _Found:
    if at.request.vector is None or at.vectors.items is None:
        return _NOTHING
    # Some of the nearest may be left out.
    k = MOST_NEIGHBOURS + min(len(at.request.left_out), MOST_NEIGHBOURS)
    numbers, similarity = at.vectors.items.nearest(at.request.vector, k)
    return _voted("vector", votes(at.items, by_vector(numbers[0], similarity[0], at.request.left_out)))


def _viewers(at: _Place) -> _Found:
    found = votes(at.items, by_viewers(at.items, at.request.number, at.request.left_out))
    return found.ids, {"viewers_share": found.share}


def _observed(at: _Place) -> _Found:
    if at.request.number < 0:
        return _NOTHING
    pairs = at.items.pairs(np.array([at.request.number]))
    return pairs.ids, {"users": pairs.users, "looks": pairs.looks, "clicks": pairs.clicks}


def _names(at: _Place) -> _Found:
    found = named_queries(at.request.text.parts(), at.indexes.prefixes.queries)
    return found.ids, {"named_words": found.n_words}


def _words_shared(at: _Place) -> _Found:
    """Queries with a word of the item that few queries have."""
    words = at.items.words
    lists = [words.queries(number) for number in words.numbers(at.request.spoken)]
    rare = [ids.astype(np.int64) for ids in lists if len(ids) <= _RARE_WORD]
    return np.unique(np.concatenate([np.empty(0, np.int64), *rare])), {}


def _comments(at: _Place) -> _Found:
    if at.request.number < 0:
        return _NOTHING
    ids, comments = at.items.mentions(at.request.number)
    ids, counts = np.unique(ids[~np.isin(comments, at.request.hidden_comments)], return_counts=True)
    return ids, {"comments": counts.astype(np.float32)}


def _near(at: _Place, n_voted: int) -> _Found:
    """Queries whose items lie near the item, and where few items vote for any, queries that themselves do."""
    if at.request.vector is None:
        return _NOTHING
    # Beside captions with neighbours the nearest queries add nothing that is shown, and 1 ms.
    indexes = (at.vectors.centres, at.vectors.queries if n_voted < MOST_NEAR else None)
    near = [index.nearest(at.request.vector, MOST_NEAR)[0][0] for index in indexes if index is not None]
    ids = np.unique(np.concatenate([np.empty(0, np.int64), *near]))
    return ids[ids >= 0], {}


def _trending(at: _Place) -> _Found:
    """What most people search where the person is: it decides only where nothing else speaks."""
    ids = at.indexes.prefixes.top_ids("", _MOST_POPULAR, at.request.locale)
    return np.unique(np.array(ids, dtype=np.int64)), {}


_NOTHING: _Found = (np.empty(0, np.int64), {})

SOURCES: dict[str, Callable[[_Place], _Found]] = {
    "observed": _observed,
    "words": _words,
    "vector": _vector,
    "viewers": _viewers,
    "names": _names,
    "shared words": _words_shared,
    "comments": _comments,
    "trending": _trending,
}
"""What proposes candidates on its own."""

ALL_SOURCES = (*SOURCES, "company", "meaning")
"""All of them: these two start from what neighbours vote for."""


def _voted(kind: str, found: Votes) -> _Found:
    values = (found.share, found.sharp, found.best, found.n_items, found.rank)
    return found.ids, {f"{kind}_{name}": column for name, column in zip(_VOTES, values, strict=True)}


def _company(items: Items, voted: list[_Found]) -> _Found:
    """Queries that belong to the same items as those with most votes."""
    shares: dict[int, float] = {}
    for ids, said in voted:
        share = next((column for name, column in said.items() if name.endswith("_sharp")), None)
        if share is None:
            continue
        best = np.lexsort((ids, -share))[:_COMPANY_OF]
        for query_id, own in zip(ids[best].tolist(), share[best].tolist(), strict=True):
            shares[query_id] = shares.get(query_id, 0.0) + own / 2
    keepers = np.array(sorted(shares), dtype=np.int64)
    ids, strength, at = items.company(keepers)
    if not len(ids):
        return _NOTHING
    weight = np.array([shares[query_id] for query_id in keepers.tolist()])
    unique, place = np.unique(ids, return_inverse=True)
    return unique, {"company": np.bincount(place, weight[at] * strength).astype(np.float32)}


def _add_cosines(request: ItemRequest, vectors: ItemVectors, ids: Ids, columns: dict[str, Floats]) -> None:
    if request.vector is None or not len(ids):
        return
    for name, index in (("cosine", vectors.queries), ("centre_cosine", vectors.centres)):
        if index is not None:
            # Rounded, so that how many candidates there are cannot show in the last bits.
            columns[name][:] = np.round(index.rows(ids) @ request.vector[0], 5)
