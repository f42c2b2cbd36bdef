"""Here is a query: which others may be related to it, and how were they found?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.candidates.own import OwnHistory
from suggest.index import Indexes
from suggest.index.budget import Budget
from suggest.index.forward import Condition
from suggest.index.related import RelatedIndex
from suggest.index.related_crowd import led
from suggest.text import unaccented, words
from suggest.text.initials import initials
from suggest.text.unspaced import character_pairs

SOURCES = ("next", "later", "items", "meaning", "sequel", "words", "initials", "own")
"""In the order of their bits: searched right after; later in the session; for the same item; near in meaning; near to
what people ask after such a query; sharing words; standing for each other by their initials; the person's own."""

NODES = 40_000
"""Postings that may be looked at for one query: about half a millisecond."""

MOST_NEAR, MOST_FOLLOWING = 60, 100
"""Neighbours by meaning, and of what is usually asked after such a query."""

_MOST_WITH_WORD = 60
_MOST_WITH_ALL = 60
_MOST_WORDS = 5
_MOST_INITIALS = 16
_MOST_OWN = 24
_MOST_OWN_LOOKED_AT = 200


class AskedQuery(NamedTuple):
    """The query that related ones are asked for.

    Attributes:
        key: normalised.
        query_id: in the index, or -1.
        words: of the key, unaccented, in order.
        vector: float32[d] of unit length; None where nothing makes vectors or nothing of the text is left.
        sequel: float32[d], likewise: where what people ask next lies; None without a map.
    """

    key: str
    query_id: int
    words: list[str]
    vector: npt.NDArray[np.float32] | None = None
    sequel: npt.NDArray[np.float32] | None = None


class Related(NamedTuple):
    """Candidates, ascending in id.

    Attributes:
        ids: int64[n], of queries of the index, each once, without the one asked for.
        sources: int64[n], which of `SOURCES` found each: bit i for source i.
    """

    ids: npt.NDArray[np.int64]
    sources: npt.NDArray[np.int64]


def asked_query(
    key: str, indexes: Indexes, related: RelatedIndex, vector: npt.NDArray[np.float32] | None
) -> AskedQuery:
    """A normalised query with all that it is looked up by; about 5 µs, and 20 µs for the map of a vector."""
    query_id = indexes.prefixes.queries.find(key)
    asked = AskedQuery(key, query_id, words(unaccented(key)))
    if vector is None or not vector.any():
        return asked
    if related.sequel is None or related.middle is None:
        return asked._replace(vector=vector)
    return asked._replace(vector=vector, sequel=led(vector[None], related.middle, related.sequel)[0])


def related_candidates(
    asked: AskedQuery,
    indexes: Indexes,
    related: RelatedIndex,
    history: OwnHistory | None = None,
    without: frozenset[str] = frozenset(),
) -> Related:
    """All candidates of a query: some two hundred, in about 1 ms with vectors.

    Args:
        asked: from `asked_query`.
        indexes: of the generation.
        related: likewise.
        history: the person's, cut to the moment of the request; None for nobody's.
        without: names of `SOURCES` that are not asked: what each of them adds is measured so.
    """
    found: dict[str, npt.ArrayLike] = {
        "next": _next(asked, indexes),
        "later": related.later.of(asked.query_id)[0],
        "items": related.items.of(asked.query_id)[0],
        **dict(zip(("meaning", "sequel"), _near(asked, indexes), strict=True)),
        "words": _sharing_words(asked, indexes),
        "initials": _abbreviated(asked, indexes, related),
        "own": _own(asked, indexes, history),
    }
    parts = [np.asarray(found[name] if name not in without else [], dtype=np.int64) for name in SOURCES]
    ids = np.concatenate(parts)
    bits = np.repeat(1 << np.arange(len(SOURCES)), [len(part) for part in parts])
    known, where = np.unique(ids, return_inverse=True)
    sources = np.zeros(len(known), dtype=np.int64)
    np.bitwise_or.at(sources, where, bits)
    kept = (known != asked.query_id) & (known >= 0)
    return Related(known[kept], sources[kept])


def _next(asked: AskedQuery, indexes: Indexes) -> npt.ArrayLike:
    after = indexes.transitions.after(asked.query_id)
    return [] if after is None else after.ids


def _near(asked: AskedQuery, indexes: Indexes) -> tuple[npt.ArrayLike, npt.ArrayLike]:
    """Neighbours by meaning, and of what is asked next: both in one pass over the vectors."""
    if asked.vector is None or indexes.vectors is None:
        return (), ()
    if asked.sequel is None:
        return indexes.vectors.nearest(asked.vector[None], MOST_NEAR)[0][0], ()
    near, following = indexes.vectors.nearest(np.stack([asked.vector, asked.sequel]), MOST_FOLLOWING)[0]
    return near[:MOST_NEAR], following


def _sharing_words(asked: AskedQuery, indexes: Indexes) -> npt.ArrayLike:
    """Queries that hold all of the words, all but one of them, or one of the rarest; the most popular of each."""
    budget = Budget(NODES)
    numbers = _numbers(asked, indexes)
    held = [Condition(number, number + 1) for number in numbers]
    searches = [(held, _MOST_WITH_ALL)] if len(held) > 1 else []
    if len(held) > 2:  # noqa: PLR2004 - of two words, all but one is one
        searches += [([*held[:at], *held[at + 1 :]], _MOST_WITH_ALL // 2) for at in range(len(held))]
    searches += [([condition], _MOST_WITH_WORD) for condition in held[:3]]
    searches += [([Condition(*span)], _MOST_WITH_WORD // 2) for span in _joined(asked, indexes)]
    ranks = [rank for conditions, k in searches for rank in indexes.words.matching(conditions, k, budget)]
    return indexes.prefixes.queries.id_of_rank[np.array(ranks, dtype=np.int64)]


def _numbers(asked: AskedQuery, indexes: Indexes) -> list[int]:
    """Of its words, the rarest first; where scripts without spaces make them, of pairs of characters too."""
    spoken = asked.words if asked.key.isascii() else [*asked.words, *character_pairs(unaccented(asked.key))]
    numbers = {indexes.words.find(word) for word in spoken} - {-1}
    weight = indexes.words.weight
    return sorted(numbers, key=lambda number: (weight[number] or np.inf, number))[:_MOST_WORDS]


def _joined(asked: AskedQuery, indexes: Indexes) -> list[tuple[int, int]]:
    """Words that begin as neighbours of the query without the space between, or as its longest word."""
    texts = [left + right for left, right in zip(asked.words, asked.words[1:], strict=False)]
    longest = max(asked.words, key=len, default="")
    if len(longest) > 4:  # noqa: PLR2004 - shorter ones begin too many words
        texts.append(longest)
    spans = [indexes.words.interval(text) for text in texts]
    return [span for span in spans if span[1] > span[0]]


def _abbreviated(asked: AskedQuery, indexes: Indexes, related: RelatedIndex) -> npt.ArrayLike:
    """Queries that a word of this one stands for by its letters, and those that hold the initials of this one."""
    budget = Budget(NODES)
    ranks: list[int] = []
    for word in asked.words:
        if 2 <= len(word) <= 8:  # noqa: PLR2004 - as `initials` makes them
            ranks += related.initials.exact(word, _MOST_INITIALS, budget)
    for letters in initials(asked.words):
        number = indexes.words.find(letters)
        if number >= 0:
            ranks += indexes.words.search([number], None, _MOST_INITIALS, budget)
    return indexes.prefixes.queries.id_of_rank[np.array(ranks, dtype=np.int64)]


def _own(asked: AskedQuery, indexes: Indexes, history: OwnHistory | None) -> Sequence[int]:
    """What the person searched after this query, and their latest searches that share a word with it."""
    if history is None:
        return []
    keys = [after for (before, after) in history.follow_ups if before == asked.key]
    spoken = frozenset(asked.words)
    text = history.searched
    lines = text.text.splitlines()[-_MOST_OWN_LOOKED_AT:]
    keys += [line.strip() for line in reversed(lines) if not spoken.isdisjoint(line.split())][:_MOST_OWN]
    return [indexes.prefixes.queries.find(key) for key in dict.fromkeys(keys)]
