"""Here are related queries with what is known of them: in which order, and which of them say the same?

Three orders. The one that ships was learned from judged refinements and knows words and meaning alone. Without a log
of one's own it stands by itself; with one, what people did in their sessions adds to it by fixed weights; and an order
that `suggest train` learned from later sessions replaces both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation
from suggest.features.related import RELATED_FEATURES, RELATED_VERSION, TEXT_FEATURES, related_column
from suggest.rank.order_model import OrderModel

TEXT_ORDER, LEARNED_ORDER = "related_text_order", "related_order"
"""Names in a generation: the order that ships, and the one learned from the log."""

LEARNED_FEATURES = (*RELATED_FEATURES, RELATED_FEATURES[0]._replace(name="text_score", meaning="Of the shipped order."))
"""Columns of the learned order: all features, and what the shipped order makes of the words and the meaning."""

EVIDENCE = {"next": 3.0, "next_share": 2.0, "later": 0.5, "items": 1.0, "popularity": 0.3}
"""Log-odds that one unit of each feature adds where no order was learned. On later sessions of a web log, MRR@10 of
what was searched next is 0.003 with these, 0.001 with a third for `next` and nothing for popularity. More for
popularity raises it further: people leave for what is popular, but to be related is more than that."""

SERVICE_MIN_RELEVANCE = -3.0
"""What a service asks for: rather three good ones than ten. Of judged refinements that the order has not seen, the ten
shown hold 0.18, and the two that are left of them at this gate 0.88; 0.93 of those among the ten stay."""

OWN_EVIDENCE = {"own_words": 0.5, "own_follow_ups": 4.0, "in_session": -1.0}
"""The same of what the person asking did."""

BACK = 3.0
"""Where so many times more of the people went from the candidate to the query than the other way, it is left out: it is
where people come from."""

REPEATED = 0.3
"""Log-odds deducted for each better candidate that adds the same words to the query."""

PARTS = ("text", "log", "own", "learned", "repetition")


class RelatedOrders(NamedTuple):
    """The orders of a generation.

    Attributes:
        text: the one that ships; None in a generation without it.
        learned: from the log; None where nothing was.
    """

    text: OrderModel | None
    learned: OrderModel | None

    @classmethod
    def open(cls, generation: Generation, *, is_trained: bool) -> RelatedOrders:
        """Maps both; the learned one only where `is_trained`.

        Raises:
            GenerationBroken: one was made for other features than this program computes.
        """
        return cls(
            OrderModel.open(generation, TEXT_ORDER, TEXT_FEATURES, RELATED_VERSION),
            OrderModel.open(generation, LEARNED_ORDER, LEARNED_FEATURES, RELATED_VERSION) if is_trained else None,
        )

    def parts(self, features: npt.NDArray[np.float32], text: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """What each of `PARTS` adds to the score, float64[n, len(PARTS)]; sums are log-odds where an order is there.

        Args:
            features: float32[n, n_features], columns as `RELATED_FEATURES`.
            text: `text_scores` of them.
        """
        parts = np.zeros((len(features), len(PARTS)))
        if self.learned is not None:
            parts[:, 3] = self.learned.scores(with_text_score(features, text))
            return parts
        parts[:, 0] = text
        for at, evidence in ((1, EVIDENCE), (2, OWN_EVIDENCE)):
            for name, weight in evidence.items():
                parts[:, at] += weight * features[:, related_column(name)]
        return parts

    def text_scores(self, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Log-odds by words and meaning, float64[n]; without the order that ships, a sum of the two."""
        texts = np.ascontiguousarray(features[:, : len(TEXT_FEATURES)])
        if self.text is not None:
            return self.text.scores(texts)
        held, cosine = (features[:, related_column(name)] for name in ("asked_held", "cosine"))
        return np.asarray(2.0 * held + 4.0 * np.nan_to_num(cosine) - 4.0, dtype=np.float64)


def relevance(features: npt.NDArray[np.float32], text: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Log-odds that each is related at all, float64[n], whatever the order: by words, meaning and what people did.

    How popular a candidate is does not make it related, and how many leave for something else does not unmake it.

    Args:
        features: float32[n, n_features], columns as `RELATED_FEATURES`.
        text: `RelatedOrders.text_scores` of them.
    """
    related = text.astype(np.float64)
    for name in ("next", "next_share", "later", "items"):
        related += EVIDENCE[name] * features[:, related_column(name)]
    related += OWN_EVIDENCE["own_follow_ups"] * features[:, related_column("own_follow_ups")]
    return related


def with_text_score(features: npt.NDArray[np.float32], text: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Rows of `LEARNED_FEATURES`."""
    return np.column_stack([features, text]).astype(np.float32)


def comes_before(features: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Which candidates people come from rather than go to, bool[n]."""
    there, back = (features[:, related_column(name)] for name in ("next_share", "back_share"))
    return (back > 0) & (back > BACK * there)


def chosen_related(
    scores: npt.NDArray[np.float64],
    keys: Sequence[str],
    added: Callable[[int], frozenset[str]],
    group: Callable[[int], int | str],
    taken: set[int | str],
    k: int,
) -> list[tuple[int, float]]:
    """The best `k` rows, one of each group, each with what it lost for repeating better ones, 0 or below.

    Chosen one by one: each time the best, ties by key, after it lost `REPEATED` for each chosen one that adds the same
    word to the query, the most repeated of its words counting. So ten models of one brand leave room for what else
    there is.

    Source: maximal marginal relevance, Carbonell & Goldstein, SIGIR 1998, with one similarity; Minoux, "Accelerated
    greedy algorithms", 1978, for not looking at all of them again each time.

    Args:
        scores: float64[n].
        keys: of the candidates.
        added: the words that a row adds to the query.
        group: of a row; rows of equal ones say the same. Asked of those that would be shown alone.
        taken: groups that are not shown.
        k: at most this many.
    """
    # What a row loses never shrinks, so a row whose loss did not grow is the best of all.
    waiting = [(-score, key, row, 0.0) for row, (score, key) in enumerate(zip(scores.tolist(), keys, strict=True))]
    heapify(waiting)
    chosen: list[tuple[int, float]] = []
    seen: Counter[str] = Counter()
    shown = set(taken)
    while waiting and len(chosen) < k:
        _, key, row, lost = heappop(waiting)
        own = added(row) or _NOTHING
        now = -REPEATED * max(seen[word] for word in own)
        if now < lost:
            heappush(waiting, (-(float(scores[row]) + now), key, row, now))
        elif (said := group(row)) not in shown:
            shown.add(said)
            seen.update(own)
            chosen.append((row, lost))
    return chosen


_NOTHING = frozenset([""])
"""What a query that only leaves words out adds: one thing as well."""
