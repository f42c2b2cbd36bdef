"""Here is an item: which queries might one search next to it, and what speaks for each?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

import numpy as np

from suggest.candidates.item_names import named_queries
from suggest.candidates.item_neighbours import (
    MOST_NEIGHBOURS,
    NO_NEIGHBOURS,
    NO_RANK,
    Neighbours,
    Votes,
    by_both,
    by_vector,
    by_viewers,
    by_words,
    votes,
)
from suggest.candidates.item_request import ItemRequest
from suggest.index import Indexes
from suggest.index.items import Floats, Ids, Items
from suggest.index.items_expected import ExpectedQueries
from suggest.index.items_said import NOT_SAID, WORDS_READ, Said
from suggest.index.sparse import positions
from suggest.index.vectors import VectorIndex

MOST_NEAR = 30
"""Queries near an item's vector that become candidates, and as many whose items lie near it."""

_COMPANY_OF = 20
"""Queries with most votes whose company is looked at."""

_MOST_SAID = 30
"""Queries that become candidates because single words of the item speak for them."""

_MOST_POPULAR = 30

_RARE_WORD = 20
"""Queries that hold a word, for all of them to become candidates."""


class ItemVectors(NamedTuple):
    """Vectors of a generation; None of what it does not hold.

    Attributes:
        items: by item number.
        queries: by query id.
        centres: by query id, the mean of the items that a query belongs to.
        expected: which queries these make expect beside an item.
    """

    items: VectorIndex | None
    queries: VectorIndex | None
    centres: VectorIndex | None
    expected: ExpectedQueries | None = None


class Evidence(NamedTuple):
    """What speaks for queries beside an item.

    Attributes:
        ids: of the queries, int64[n], ascending.
        rows: float32[len(DEFAULTS), n], one for each of `DEFAULTS`.
        columns: the same by name.
    """

    ids: Ids
    rows: Floats
    columns: Mapping[str, Floats]


KINDS = ("words", "vector", "both")
"""Of neighbours that vote; the last are found among the others."""

_VOTES = ("share", "sharp", "best", "items", "rank")

DEFAULTS: dict[str, float] = {
    **{f"{kind}_{name}": NO_RANK if name == "rank" else 0.0 for kind in KINDS for name in _VOTES},
    "said_any": 0.0,
    "said_best": 0.0,
    "said_lift": 0.0,
    "viewers_share": 0.0,
    "company": 0.0,
    "cosine": 0.0,
    "centre_cosine": 0.0,
    "expected": 0.0,
    "summed": 0.0,
    "named_words": 0.0,
    "comments": 0.0,
    "users": 0.0,
    "looks": 0.0,
    "clicks": 0.0,
    "top_words": 0.0,
    "top_vector": 0.0,
    "top_both": 0.0,
}
"""Columns of `Evidence`, and the value where a source says nothing of a query."""

_DEFAULTS = np.array(list(DEFAULTS.values()), dtype=np.float32)

_Found = tuple[Ids, dict[str, Floats]]
"""Queries, and what a source says of each; where it says nothing, one may stand there several times."""


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

    Cost: with 12,000 items about 2 ms, half of it for the neighbours.

    Args:
        request: the item.
        indexes: of the generation.
        items: likewise.
        vectors: likewise.
        without: names of sources that are not asked, to see what each is worth.
    """
    by_word = NOT_SAID if "single words" in without else _said(request, items)
    found = _found(_Place(request, indexes, items, vectors), by_word, without)
    ids = np.unique(np.concatenate([own for own, _ in found.values()]))
    rows = np.repeat(_DEFAULTS[:, None], len(ids), axis=1)
    columns = dict(zip(DEFAULTS, rows, strict=True))
    for own, said in found.values():
        at = ids.searchsorted(own) if said else own
        for name, values in said.items():
            columns[name][at] = values
    if "meaning" not in without:
        _add_cosines(request, vectors, ids, columns)
    _add_said(by_word, ids, columns)
    for name in KINDS:
        columns[f"top_{name}"][:] = columns[f"{name}_best"].max(initial=0)
    return Evidence(ids, rows, columns)


def _found(at: _Place, by_word: Said, without: Collection[str]) -> dict[str, _Found]:
    """What each source proposes, by its name."""
    found = {name: ask(at) for name, ask in SOURCES.items() if name not in without}
    voted = [_voted(kind, votes(at.items, near)) for kind, near in _neighbours(at, without).items()]
    found |= dict(zip(KINDS, voted, strict=True))
    if "company" not in without:
        found["company"] = _company(at.items, voted[:2])
    if "meaning" not in without:
        found["meaning"] = _near(at, sum(len(own) for own, _ in voted))
    likeliest = np.lexsort((by_word.ids, -by_word.any))[:_MOST_SAID]
    found["single words"] = by_word.ids[likeliest].astype(np.int64), {}
    return found


def _neighbours(at: _Place, without: Collection[str]) -> dict[str, Neighbours]:
    """Of each of `KINDS`, in that order."""
    words = vector = NO_NEIGHBOURS
    if "words" not in without:
        words = by_words(at.items, at.request.words, at.request.left_out)
    if "vector" not in without and at.request.vector is not None and at.vectors.items is not None:
        # Some of the nearest may be left out.
        k = MOST_NEIGHBOURS + min(len(at.request.left_out), MOST_NEIGHBOURS)
        numbers, similarity = at.vectors.items.nearest(at.request.vector, k)
        vector = by_vector(numbers[0], similarity[0], at.request.left_out)
    both = by_both(words, vector, at.request.weight)
    return dict(zip(KINDS, (words, vector, NO_NEIGHBOURS if "both" in without else both), strict=True))


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
    lists = [at.items.words.queries(number) for number in at.request.words]
    rare = [ids.astype(np.int64) for ids in lists if len(ids) <= _RARE_WORD]
    return np.concatenate([np.empty(0, np.int64), *rare]), {}


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
    ids = np.concatenate([np.empty(0, np.int64), *near])
    return ids[ids >= 0], {}


def _trending(at: _Place) -> _Found:
    """What most people search where the person is: it decides only where nothing else speaks."""
    ids = at.indexes.prefixes.top_ids("", _MOST_POPULAR, at.request.locale)
    return np.array(ids, dtype=np.int64), {}


_NOTHING: _Found = (np.empty(0, np.int64), {})

SOURCES: dict[str, Callable[[_Place], _Found]] = {
    "observed": _observed,
    "viewers": _viewers,
    "names": _names,
    "shared words": _words_shared,
    "comments": _comments,
    "trending": _trending,
}
"""What proposes candidates on its own."""

ALL_SOURCES = (*KINDS, *SOURCES, "company", "meaning", "single words")
"""All of them: two of these start from what neighbours vote for, and the last says something of all candidates."""


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


def _said(request: ItemRequest, items: Items) -> Said:
    """What the rarest words of the item speak for, each on its own."""
    rarest = sorted(zip(request.idf, request.words, strict=True), key=lambda word: (-word[0], word[1]))
    return items.said.said([number for _, number in rarest[:WORDS_READ]])


def _add_said(said: Said, ids: Ids, columns: dict[str, Floats]) -> None:
    at = positions(said.ids, ids)
    known = at >= 0
    for name, values in (("said_any", said.any), ("said_best", said.best), ("said_lift", said.lift)):
        columns[name][known] = values[at[known]]


def _add_cosines(request: ItemRequest, vectors: ItemVectors, ids: Ids, columns: dict[str, Floats]) -> None:
    if request.vector is None or not len(ids):
        return
    own = request.vector[0]
    if vectors.queries is not None:
        # Rounded, so that how many candidates there are cannot show in the last bits.
        columns["cosine"][:] = np.round(vectors.queries.rows(ids) @ own, 5)
    if vectors.centres is not None:
        centres = vectors.centres.rows(ids)
        columns["centre_cosine"][:] = np.round(centres @ own, 5)
        if vectors.expected is not None:
            columns["summed"][:] = vectors.expected.lengths(ids)
            columns["expected"][:] = vectors.expected.of(own, centres, columns["summed"])
