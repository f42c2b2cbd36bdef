"""A log teaches the order of related queries: what people searched next in their sessions, after the cut.

Each search after the cut that follows another one in its session gives a list: the candidates of the query before, as
they would have been answered at that moment, with the one marked that was searched. Half of them are asked for nobody
in particular, as callers do who name no user.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation
from suggest.engine.related import RelatedQueries, RelatedScored
from suggest.engine.requests import Requests
from suggest.errors import NotEnoughExamples, WorseThanUntrained
from suggest.evaluation import Interval, bootstrap_mean
from suggest.evaluation.metrics import rank_of, reciprocal_ranks
from suggest.features.related import RELATED_VERSION
from suggest.index import Indexes
from suggest.pipelines.trained import Trained
from suggest.pipelines.training import Training
from suggest.pipelines.training_log import later_log
from suggest.rank import Policy
from suggest.rank.examples import Examples
from suggest.rank.order_fit import fit_again, fit_order
from suggest.rank.order_model import OrderModel
from suggest.rank.related import LEARNED_FEATURES, LEARNED_ORDER, RelatedOrders, with_text_score
from suggest.stores import MemoryState
from suggest.stores.standing import StandingReader
from suggest.text import normalise
from suggest.text.near_duplicates import near_duplicate_key
from suggest.types import Event, rfc3339
from suggest.types.history import FINAL_INTENT_US, SESSION_GAP_US

TRAINING_SHARE, VALIDATION_SHARE = 0.6, 0.2
"""Of the lists; the rest judges."""

MAX_LISTS = 12_000
"""Lists at most, evenly spread over the later part: of more, trees of this size learn nothing more."""

_K = 10
_LEAVES, _RATE = 15, 0.08


class NextList(NamedTuple):
    """One search, and what was searched next.

    Attributes:
        user: who did.
        target: normalised.
        scored: the candidates of the first.
    """

    user: str
    target: str
    scored: RelatedScored

    @property
    def labels(self) -> npt.NDArray[np.int32]:
        """1 for the candidate that was searched next, int32[n]."""
        return np.array([key == self.target for key in self.scored.keys], dtype=np.int32)


class Opened(NamedTuple):
    """What answers over the part of the log before the cut, as the engine has it.

    Attributes:
        related: the surface, untrained.
        requests: makes what it is asked with.
        state: takes in the later part.
    """

    related: RelatedQueries
    requests: Requests
    state: MemoryState

    @classmethod
    def over(cls, generation: Generation) -> Opened:
        """Opens a generation with an empty state."""
        indexes, state = Indexes.open(generation), MemoryState()
        policy = Policy.from_json(generation.json("policy"))
        related = RelatedQueries(generation, indexes, policy, is_trained=False)
        return cls(related, Requests(indexes, StandingReader(generation, indexes, policy, state)), state)

    def scored(self, key: str, user: str | None, now: str) -> RelatedScored:
        """The candidates of a query at a moment."""
        return self.related.scored(key, self.requests.asking(user, None, None, now, explain=False))


def train_related(training: Training) -> Trained:
    """Learns the order of related queries from what was searched next.

    Raises:
        NotEnoughExamples: the log is too small to learn from.
        WorseThanUntrained: with the figures.
    """
    opened = Opened.over(Generation.open(training.inner, verify=False))
    later = later_log(training.log, training.cut)
    lists = []
    for found in next_lists(opened, [event for event, _ in later]):
        lists.append(found)
        training.told("replay what is searched next", len(lists), min(MAX_LISTS, len(later)))
    if training.cut.by != "time":
        lists.sort(key=lambda found: crc32(found.user.encode(), 1))
    first, second = (int(len(lists) * share) for share in (TRAINING_SHARE, TRAINING_SHARE + VALIDATION_SHARE))
    untrained = opened.related.orders
    order = _fitted(lists[:first], lists[first:second], training).knowing(training.cut.until_us)
    trained = RelatedOrders(untrained.text, order)
    before, after = (_judged(opened.related, lists[second:], orders) for orders in (untrained, trained))
    words = "worse than" if after.value < before.value else "against"
    sentence = (
        f"MRR@{_K} {after} on the last {len(lists) - second:,} searches that followed another one, {words} "
        f"{before} untrained"
    )
    if after.value < before.value:
        raise WorseThanUntrained(f"{sentence}; nothing was published, and the order stays as it is")
    order = fit_again(order, LEARNED_FEATURES, _examples(lists))
    return Trained(LEARNED_ORDER, order.save, sentence, _figures(order, lists, first, second, before, after))


def next_lists(opened: Opened, later: Sequence[Event]) -> Iterator[NextList]:
    """One list for each search that follows another one of its session, in arrival order; each is revealed after.

    Args:
        opened: knows what lies before.
        later: events in arrival order.
    """
    before = dict(_preceding(later))
    every = max(1, -(-len(before) // MAX_LISTS))
    for row, event in enumerate(later):
        key = before.get(row)
        if key is not None and crc32(event.event_id.encode()) // 2 % every == 0:
            user = event.user if crc32(event.event_id.encode()) % 2 else None
            yield NextList(event.user, normalise(event.query or ""), opened.scored(key, user, rfc3339(event.ts_us)))
        opened.state.append([event])


def _preceding(later: Sequence[Event]) -> Iterator[tuple[int, str]]:
    """(row, key of the search before it in its session) of searches for something else."""
    latest: dict[str, tuple[str, Event]] = {}
    for row, event in enumerate(later):
        if event.type != "search":
            continue
        key = normalise(event.query or "")
        known = latest.get(event.user)
        if known is not None and _follows(*known, key, event):
            yield row, known[0]
        latest[event.user] = key, event


def _follows(before: str, earlier: Event, key: str, event: Event) -> bool:
    """Whether a query is another one than the one before it, in its session, and not the same typed on."""
    if not before or not key or not _is_one_session(earlier, event):
        return False
    if key.startswith(before) and event.ts_us - earlier.ts_us <= FINAL_INTENT_US:
        return False
    return near_duplicate_key(before) != near_duplicate_key(key)


def _is_one_session(first: Event, then: Event) -> bool:
    if first.session is not None or then.session is not None:
        return first.session == then.session
    return 0 <= then.ts_us - first.ts_us <= SESSION_GAP_US


def _fitted(taught: Sequence[NextList], checked: Sequence[NextList], training: Training) -> OrderModel:
    training.told("learn", 0, 0)
    try:
        return fit_order(
            LEARNED_ORDER,
            LEARNED_FEATURES,
            RELATED_VERSION,
            _examples(taught),
            _examples(checked),
            learning_rate=_RATE,
            max_leaves=_LEAVES,
            seed=training.seed,
            n_threads=training.n_threads,
        )
    except NotEnoughExamples as error:
        raise NotEnoughExamples(f"{error}; nothing was published") from error


def _examples(lists: Sequence[NextList]) -> Examples:
    """As arrays; what was asked for and found no candidate at all is left out."""
    kept = [found for found in lists if found.scored.keys]
    rows = [with_text_score(found.scored.features, found.scored.text) for found in kept]
    width = len(LEARNED_FEATURES)
    features = np.concatenate([np.empty((0, width), np.float32), *rows])
    labels = np.concatenate([np.empty(0, np.int32), *(found.labels for found in kept)])
    return Examples(features, labels, np.array([len(found.scored.keys) for found in kept], dtype=np.int64))


def _judged(related: RelatedQueries, lists: Sequence[NextList], orders: RelatedOrders) -> Interval:
    """MRR@10 of what was searched next, over all lists, those without it among the candidates too."""
    if not lists:
        raise NotEnoughExamples("the last part of the log holds nothing to judge by; nothing was published")
    ranks = []
    for found in lists:
        scored = found.scored._replace(parts=orders.parts(found.scored.features, found.scored.text))
        shown = [scored.keys[row] for row, _ in related.chosen(scored, _K)]
        ranks.append(rank_of(found.target, shown))
    return bootstrap_mean(reciprocal_ranks(np.array(ranks), _K), [found.user for found in lists])


def _figures(
    order: OrderModel, lists: Sequence[NextList], first: int, second: int, before: Interval, after: Interval
) -> dict[str, Any]:
    """What the report says; `n_lists` are those to learn from, to stop by and to judge by."""
    gains: Mapping[str, Mapping[str, float]] = order.training["importance"]
    total = sum(of["gain"] for of in gains.values()) or 1.0
    best = sorted(gains, key=lambda name: -gains[name]["gain"])[:10]
    return {
        "n_lists": [first, second - first, len(lists) - second],
        "n_trees": order.trees.n_trees,
        "verdict": [{"slice": "all", "lists": len(lists) - second, "MRR@10": after.value, "untrained": before.value}],
        "importance": {name: round(gains[name]["gain"] / total, 4) for name in best},
    }
