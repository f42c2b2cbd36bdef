"""Here are items like the one asked about: which queries do they vote for?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.index.items import Floats, Ids, Items

MOST_NEIGHBOURS = 100
"""Of one kind. On captions R@10 of BM25 alone is 0.116, 0.131, 0.136 and 0.140 with 10, 30, 50 and 100."""

NO_RANK = 999.0
"""Stands for the rank of a neighbour where none votes for a query."""


class Neighbours(NamedTuple):
    """Items like one, the most similar first, arrays of one length.

    Attributes:
        numbers: of the items, int64.
        weight: how much each counts, float32, above 0, summing to 1.
        sharp: the same with more difference between near and far.
        similarity: as measured, float32.
    """

    numbers: Ids
    weight: Floats
    sharp: Floats
    similarity: Floats


NO_NEIGHBOURS = Neighbours(np.empty(0, np.int64), *(np.empty(0, np.float32) for _ in range(3)))


class Votes(NamedTuple):
    """Queries of neighbours, arrays of one length, ascending in id.

    Attributes:
        ids: of the queries, int64.
        share: weight of the neighbours that a query belongs to, 0 to 1, float32.
        sharp: the same by their sharp weight.
        best: similarity of the most similar of them.
        n_items: how many they are.
        rank: of the most similar of them, from 1.
    """

    ids: Ids
    share: Floats
    sharp: Floats
    best: Floats
    n_items: Floats
    rank: Floats


NO_VOTES = Votes(np.empty(0, np.int64), *(np.empty(0, np.float32) for _ in range(5)))


def strongest(scores: npt.NDArray[np.float32], k: int) -> Ids:
    """Places of the `k` highest scores above 0, best first, ties by place. About 100 µs for 100 of 100,000."""
    if len(scores) > k:
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        places = np.flatnonzero(scores >= max(least, np.finfo(np.float32).tiny))
    else:
        places = np.flatnonzero(scores > 0)
    return places[np.argsort(-scores[places], kind="stable")][:k]


def by_words(items: Items, words: list[int], left_out: Ids, k: int = MOST_NEIGHBOURS) -> Neighbours:
    """The items whose words are most like these, by BM25.

    Args:
        items: of the generation.
        words: their numbers, as `ItemWords.numbers` gives them.
        left_out: numbers of items that must not be among them.
        k: at most this many.
    """
    scores = items.with_queries(items.words.scores(words))
    scores[left_out] = 0
    numbers = strongest(scores, k)
    similarity = scores[numbers]
    return Neighbours(numbers, _shares(similarity), _shares(similarity**3), similarity)


def by_vector(
    numbers: Ids, similarity: Floats, left_out: Ids, warmth: float = 0.1, k: int = MOST_NEIGHBOURS
) -> Neighbours:
    """The items whose vectors are nearest, weighted by a softmax of their cosine.

    Args:
        numbers: of items, nearest first, as `VectorIndex.nearest` gives them: -1 for none.
        similarity: cosine of each.
        left_out: numbers of items that must not be among them.
        warmth: difference of cosines that makes e times the weight.
        k: at most this many.
    """
    kept = (numbers >= 0) & (similarity > 0) & ~np.isin(numbers, left_out)
    numbers, similarity = numbers[kept][:k], similarity[kept][:k]
    if not len(numbers):
        return NO_NEIGHBOURS
    behind = similarity - similarity[0]
    return Neighbours(numbers, _shares(np.exp(behind / warmth)), _shares(np.exp(3 * behind / warmth)), similarity)


def by_both(words: Neighbours, vector: Neighbours, weight: float, k: int = MOST_NEIGHBOURS) -> Neighbours:
    """The items that are most like one by words and vector together, of those that are by either.

    Where one kind does not name an item, it counts as the last that this kind does.

    Args:
        words: of `by_words`.
        vector: of `by_vector`.
        weight: BM25 that makes as much of words as 1 of a cosine, above 0: about that of the item itself.
        k: at most this many.
    """
    numbers = np.union1d(words.numbers, vector.numbers)
    total: Floats = np.zeros(len(numbers), np.float32)
    for near, unit in ((words, weight), (vector, 1.0)):
        own = np.full(len(numbers), near.similarity[-1] if len(near.numbers) >= k else 0, np.float32)
        own[numbers.searchsorted(near.numbers)] = near.similarity
        total += own / np.float32(unit)
    best = strongest(total, k)
    return Neighbours(numbers[best], _shares(total[best] ** 2), _shares(total[best] ** 4), total[best])


def by_viewers(items: Items, number: int, left_out: Ids) -> Neighbours:
    """The items that people watched next to a known one."""
    if number < 0:
        return NO_NEIGHBOURS
    numbers, strength = items.seen_with(number)
    kept = ~np.isin(numbers, left_out)
    numbers, strength = numbers[kept], strength[kept]
    return Neighbours(numbers, _shares(strength), _shares(strength**3), strength)


def votes(items: Items, neighbours: Neighbours) -> Votes:
    """The queries of neighbours, each with who votes for it; of one neighbour all its queries get its whole weight.

    About 60 µs for a hundred neighbours.
    """
    if not len(neighbours.numbers):
        return NO_VOTES
    pairs = items.pairs(neighbours.numbers)
    if not len(pairs.ids):
        return NO_VOTES
    # An item with a hundred queries speaks of each less surely than one with three.
    n_own = np.bincount(pairs.at, minlength=len(neighbours.numbers))
    trust = (1 / np.sqrt(np.maximum(n_own / _USUAL_QUERIES, 1))).astype(np.float32)[pairs.at]
    ids, first, place = np.unique(pairs.ids, return_index=True, return_inverse=True)
    most_similar = pairs.at[first]

    def summed(weight: npt.NDArray[np.float32]) -> Floats:
        return np.bincount(place, weight, len(ids)).astype(np.float32)

    return Votes(
        ids,
        summed(neighbours.weight[pairs.at] * trust),
        summed(neighbours.sharp[pairs.at] * trust),
        neighbours.similarity[most_similar],
        np.bincount(place, minlength=len(ids)).astype(np.float32),
        (most_similar + 1).astype(np.float32),
    )


_USUAL_QUERIES = 10


def _shares(weight: Floats) -> Floats:
    total = weight.sum()
    return weight / total if total > 0 else weight
