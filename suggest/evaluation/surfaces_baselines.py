"""The baselines beside which lists of the other surfaces are shown: simple, and of what the generation knows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation
from suggest.evaluation.surfaces import ListTest
from suggest.index import Indexes
from suggest.index.items import Items, ItemText
from suggest.index.items_words import spoken_words
from suggest.text import normalise

_K = 10
_NEIGHBOURS = 50
"""Items that BM25 takes queries from; on captions 20 to 100 do alike."""


class MostPopularQueries:
    """The most searched queries of all, whatever is asked about."""

    def __init__(self, generation: Generation) -> None:
        """Of a generation's counts, ties by text."""
        queries = Indexes.open(generation).prefixes.queries
        counts = np.asarray(queries.count)
        # One more, because what is asked about is left out.
        least = np.partition(counts, -_K - 1)[-_K - 1] if len(counts) > _K else 0
        best = sorted(
            (-int(counts[number]), queries.text(number)) for number in np.flatnonzero(counts >= least).tolist()
        )
        self._texts = [text for _, text in best[: _K + 1]]

    def __call__(self, test: ListTest) -> Sequence[str]:
        """All but the query asked about."""
        return [text for text in self._texts if normalise(text) != normalise(test.about)][:_K]


class TransitionsAlone:
    """What most people searched next in their sessions, and nothing where none did."""

    def __init__(self, generation: Generation) -> None:
        """Of a generation's transitions."""
        self._indexes = Indexes.open(generation)

    def __call__(self, test: ListTest) -> Sequence[str]:
        """By how many people, ties by text."""
        queries = self._indexes.prefixes.queries
        follow = self._indexes.transitions.after(queries.find(normalise(test.about)))
        return [] if follow is None else [queries.text(number) for number in follow.ids[:_K].tolist()]


class Bm25Neighbours:
    """Queries of the items whose words are most alike, each weighed by how alike its item is."""

    def __init__(self, generation: Generation, items: Items, new_items: dict[str, ItemText]) -> None:
        """Takes indexed items, and the texts of others by their id."""
        self._queries = Indexes.open(generation).prefixes.queries
        self._items = items
        self._new = new_items

    def __call__(self, test: ListTest) -> Sequence[str]:
        """Best first, ties by text; nothing for an item of which no text is known."""
        number = self._items.find(test.about)
        text = self._items.text(number) if number >= 0 else self._new.get(test.about)
        if text is None:
            return []
        words = self._items.words
        scores = words.scores(words.numbers(spoken_words(text.parts())))
        if number >= 0:
            scores[number] = 0
        nearest = np.argsort(-scores, kind="stable")[:_NEIGHBOURS]
        return self._best(nearest[scores[nearest] > 0], scores)

    def _best(self, nearest: npt.NDArray[np.int64], scores: npt.NDArray[np.float32]) -> list[str]:
        pairs = self._items.pairs(nearest)
        ids, at = np.unique(pairs.ids, return_inverse=True)
        weights = np.bincount(at, scores[nearest][pairs.at], minlength=len(ids))
        texts = [self._queries.text(number) for number in ids.tolist()]
        order = sorted(range(len(ids)), key=lambda row: (-weights[row], texts[row]))
        return [texts[row] for row in order[:_K]]
