"""What would one search next to this video?"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation
from suggest.candidates.asking import Asking
from suggest.candidates.item_evidence import ItemVectors, gathered
from suggest.candidates.item_request import ItemRequest, item_request
from suggest.errors import ArgumentError, NotBuiltError
from suggest.features.item import ITEM_FEATURES, item_features
from suggest.index import ALL, Indexes
from suggest.index.items import CENTRES, VECTORS, Items, ItemText
from suggest.index.items_expected import ExpectedQueries
from suggest.index.vectors import VectorIndex
from suggest.rank import Policy, chosen
from suggest.rank.item_order import item_evidence, item_scores, open_item_order, untrained_scores
from suggest.types import Suggestion

MOST_RANKED = 200
"""Candidates that are ordered, the best of the untrained order: a trained one knows nothing of others."""

_LOOKED_AT = 3
"""Best candidates whose texts are restored, for each that is asked for, where some may be near-duplicates or hidden."""


class Listing(NamedTuple):
    """How much of an order is shown.

    Attributes:
        k: at most this many.
        min_score: least score of what is shown; None for any.
        collapse: whether of near-duplicates the best alone is shown.
    """

    k: int
    min_score: float | None
    collapse: bool


class ItemScored(NamedTuple):
    """Candidates beside an item.

    Attributes:
        ids: of the queries, int64[n], ascending.
        features: float32[n, len(ITEM_FEATURES)].
        scores: float64[n], how likely each is wanted.
    """

    ids: npt.NDArray[np.int64]
    features: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float64]


class ItemQueries:
    """Answers for items of one generation; every query shown is one of its index."""

    def __init__(self, generation: Generation, indexes: Indexes, policy: Policy, *, is_trained: bool) -> None:
        """Opens what `write_items` wrote, if anything.

        Args:
            generation: what holds it.
            indexes: of the generation.
            policy: not asked: what the index holds was admitted when it was built.
            is_trained: order by the trained model where there is one.
        """
        self._indexes = indexes
        self._items = indexes.items
        self._order = open_item_order(generation) if is_trained else None
        own = [
            VectorIndex(generation, name) if generation.holds(f"{name}.json") else None for name in (VECTORS, CENTRES)
        ]
        self._vectors = ItemVectors(own[0], indexes.vectors, own[1], ExpectedQueries.open(generation))

    def of_known(self, item: str, asking: Asking, listing: Listing) -> list[Suggestion]:
        """The best queries beside an item of the generation.

        Args:
            item: its name.
            asking: who asks, when.
            listing: how much is shown.

        Raises:
            ArgumentError: there is no such item, or it was deleted.
            NotBuiltError: the generation was built without items.
        """
        return self._answer(self._known(item, asking), asking, listing)

    def of_new(self, text: ItemText, asking: Asking, listing: Listing) -> list[Suggestion]:
        """The best queries beside an item that the generation does not know, from what is written on it alone.

        Where that is nothing, what belongs to most items.

        Args:
            text: what is written on the item; may be empty.
            asking: who asks, when.
            listing: how much is shown.

        Raises:
            NotBuiltError: the generation was built without items.
        """
        return self._answer(self._new(text, asking), asking, listing)

    def scored_known(self, item: str, asking: Asking) -> ItemScored:
        """All candidates of `of_known` with their features, for learning from."""
        return self._scored(self._known(item, asking))

    def scored_new(self, text: ItemText, asking: Asking, without: Collection[str] = ()) -> ItemScored:
        """All candidates of `of_new` with their features; `without` some sources, to see what these are worth."""
        return self._scored(self._new(text, asking), without)

    def _known(self, item: str, asking: Asking) -> ItemRequest:
        items = self._opened()
        number = -1 if item in asking.hidden_items else items.find(item)
        if number < 0:
            raise ArgumentError("item", f"no item {item!r} in this generation; give its title to ask about a new one")
        if asking.locale == ALL:
            asking = asking._replace(locale=self._indexes.prefixes.locale(items.locale(number)))
        return item_request(items, self._indexes.encoder, number, items.text(number), asking)

    def _new(self, text: ItemText, asking: Asking) -> ItemRequest:
        return item_request(self._opened(), self._indexes.encoder, -1, text, asking)

    def _opened(self) -> Items:
        if self._items is None:
            raise NotBuiltError("this generation holds no items; build it with: suggest build --items FILE")
        return self._items

    def _scored(self, request: ItemRequest, without: Collection[str] = ()) -> ItemScored:
        items = self._opened()
        evidence = gathered(request, self._indexes, items, self._vectors, without)
        features = item_features(request, evidence, self._indexes, items)
        scores = untrained_scores(features)
        kept = np.sort(np.lexsort((evidence.ids, -scores))[:MOST_RANKED])
        ids, features, scores = evidence.ids[kept], features.take(kept, axis=0), scores[kept]
        return ItemScored(ids, features, scores if self._order is None else item_scores(features, self._order))

    def _answer(self, request: ItemRequest, asking: Asking, listing: Listing) -> list[Suggestion]:
        scored = self._scored(request)
        shown: list[Suggestion] = []
        for row, key in self._best(scored, asking, listing):
            text = self._indexes.prefixes.queries.display(int(scored.ids[row]), key)
            about = _explained(scored, row) if asking.explain else None
            shown.append(Suggestion(text, float(scored.scores[row]), "item", (), about))
        return shown

    def _best(self, scored: ItemScored, asking: Asking, listing: Listing) -> list[tuple[int, str]]:
        """Rows and keys of the best that may be shown, ties by key."""
        rows = np.flatnonzero(scored.scores >= (-np.inf if listing.min_score is None else listing.min_score))
        may_lose = listing.collapse or asking.hidden_ids or asking.hidden_keys
        looked = _best_rows(scored.scores, rows, _LOOKED_AT * listing.k if may_lose else listing.k)
        best = self._shown(scored, looked, asking, listing)
        is_enough = len(best) == listing.k or len(looked) == len(rows)
        return best if is_enough else self._shown(scored, rows, asking, listing)

    def _shown(
        self, scored: ItemScored, rows: npt.NDArray[np.int64], asking: Asking, listing: Listing
    ) -> list[tuple[int, str]]:
        ids = scored.ids[rows].tolist()
        keys = [self._indexes.prefixes.queries.key(query_id) for query_id in ids]
        groups = self._indexes.groups.groups(ids) if listing.collapse else ids
        taken: set[int] = set()

        def may_be_shown(at: int) -> bool:
            if ids[at] in asking.hidden_ids or keys[at] in asking.hidden_keys or groups[at] in taken:
                return False
            taken.add(groups[at])
            return True

        return [(int(rows[at]), keys[at]) for at in chosen(keys, scored.scores[rows], listing.k, may_be_shown)]


def _best_rows(scores: npt.NDArray[np.float64], rows: npt.NDArray[np.int64], n: int) -> npt.NDArray[np.int64]:
    """The rows with the `n` highest scores, and all that tie with the last of them."""
    if len(rows) <= n:
        return rows
    least = np.partition(scores[rows], len(rows) - n)[len(rows) - n]
    best: npt.NDArray[np.int64] = rows[scores[rows] >= least]
    return best


def _explained(scored: ItemScored, row: int) -> dict[str, Any]:
    """What the score of one query is made from."""
    features = scored.features[row]
    evidence = item_evidence(scored.features)
    return {
        "features": {feature.name: float(value) for feature, value in zip(ITEM_FEATURES, features, strict=True)},
        "evidence": {kind: float(strength[row]) for kind, strength in evidence.items()},
        "score": float(scored.scores[row]),
    }
