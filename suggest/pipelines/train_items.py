"""A log teaches the order of queries beside an item: of items as if they were new, and of items known before.

The fifths of the items by hash count as new in turn: an inner generation is built without what was searched beside
them, and they are asked about. Others are asked about as the part of the log before the cut answers them, and
what was searched there after it is wanted. So no label is in its own features; nor by way of an encoder that a log
has taught, for items whose queries it learned are not asked about as new.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation
from suggest.candidates.asking import Asking
from suggest.engine.item_queries import ItemQueries, ItemScored
from suggest.errors import ArgumentError, NotBuiltError, NotEnoughExamples, WorseThanUntrained
from suggest.evaluation import Interval, bootstrap_mean
from suggest.features.item import ITEM_FEATURES, VERSION, item_column
from suggest.index import ALL, Indexes
from suggest.pipelines.encoder_training import item_texts, learned_texts
from suggest.pipelines.trained import Trained
from suggest.pipelines.training import Training
from suggest.pipelines.training_log import later_log
from suggest.pipelines.withheld_items import N_GROUPS, BesideItems, Wanted, write_without
from suggest.rank import Policy
from suggest.rank.examples import Examples
from suggest.rank.item_order import NAME, item_scores
from suggest.rank.order_fit import fit_again, fit_order
from suggest.rank.order_model import OrderModel

TRAINING_SHARE, VALIDATION_SHARE = 0.7, 0.15
"""Of the items; the rest judges. What is published has then learned from all of them: R@10 0.155 against 0.152."""

MAX_LISTS = 4_000
"""Items of a group at most, by hash: of more, trees of this size learn nothing more."""

ENOUGH_LISTS = 12_000
"""Of new items, after which no other group is built without. On captions held back R@10 is 0.150, 0.152 and 0.155 with
1,600, 3,300 and 4,900 lists; as many as this take 600 MB."""

_RATE, _LEAVES, _MAX_TREES, _PATIENCE = 0.05, 7, 300, 100
"""Many small steps: on captions R@10 is 0.172 against 0.166 with 150 trees of 15 leaves at 0.1, and 0.170 by
LambdaMART, whose scores are no chances."""

_K = 10
_OWN_USERS = item_column("own_users")


class WantedList(NamedTuple):
    """What was searched beside one item.

    Attributes:
        item: its name.
        n_wanted: different queries that were searched there, those that are no candidates too.
        scored: its candidates.
        labels: 1 for those that were searched, int32[n].
    """

    item: str
    n_wanted: int
    scored: ItemScored
    labels: npt.NDArray[np.int32]


def train_items(training: Training) -> Trained:
    """Learns the order of queries beside an item from what was searched there.

    Raises:
        NotEnoughExamples: the log is too small to learn from.
        WorseThanUntrained: with the figures.
    """
    lists = sorted(chain(_of_new(training), _of_known(training)), key=lambda found: _place(found.item))
    first, second = (int(len(lists) * share) for share in (TRAINING_SHARE, TRAINING_SHARE + VALIDATION_SHARE))
    order = _fitted(lists[:first], lists[first:second], training)
    after, before = (_judged(lists[second:], of) for of in (order, None))
    if after.value < before.value:
        raise WorseThanUntrained(
            f"{_sentence(lists[second:], after, before, 'worse than')}; nothing was published, and the order stays as "
            "it is"
        )
    sentence = _sentence(lists[second:], after, before, "against")
    order = fit_again(order, ITEM_FEATURES, _examples(lists)).knowing(training.cut.until_us)
    return Trained(NAME, order.save, sentence, _figures(order, lists, first, second, before, after))


def _of_new(training: Training) -> Iterator[WantedList]:
    """Lists of items that nobody has searched beside, as far as the generation and its encoder know."""
    n_lists = 0
    learned = learned_texts(training)
    texts = item_texts(training.items) if learned else {}
    for group in range(N_GROUPS):
        if n_lists >= ENOUGH_LISTS:
            return
        training.told("build without what was searched beside some items", group, N_GROUPS)
        log, directory = training.folder / f"without-{group}.jsonl", training.folder / f"without-{group}"
        withheld = write_without(training.log, group, log)
        wanted = {item: queries for item, queries in withheld.items() if texts.get(item) not in learned}
        training.build(directory, [log])
        for found in wanted_lists(training, Generation.open(directory, verify=False), wanted):
            n_lists += 1
            yield found


def _of_known(training: Training) -> list[WantedList]:
    """Lists of items that people had searched beside before; none where the log has no time to be cut by."""
    if training.cut.by != "time":
        return []
    beside = BesideItems()
    for event, _ in later_log(training.log, training.cut):
        beside.add(event)
    lists = wanted_lists(training, Generation.open(training.inner, verify=False), beside.wanted)
    return [found for found in lists if found.scored.features[:, _OWN_USERS].any()]


def wanted_lists(training: Training, generation: Generation, wanted: Wanted) -> Iterator[WantedList]:
    """One list for each item that a generation can be asked about, by hash of its name.

    Args:
        training: is told how far this is.
        generation: does not know what was wanted.
        wanted: by item, what was searched there.

    Raises:
        NotEnoughExamples: the generation holds no items.
    """
    indexes = Indexes.open(generation)
    policy = Policy.from_json(generation.json("policy"))
    answers = ItemQueries(generation, indexes, policy, is_trained=False)
    asking = Asking(generation.parameters["watermark_us"] or 0, ALL)
    names = sorted(wanted, key=_place)[:MAX_LISTS]
    for n_done, name in enumerate(names, 1):
        training.told("replay what is searched beside items", n_done, len(names))
        try:
            scored = answers.scored_known(name, asking)
        except ArgumentError:
            continue  # searched beside, but in no file of items
        except NotBuiltError as error:
            raise NotEnoughExamples(f"{error}; no order of queries beside items was learned") from error
        ids = np.array([indexes.prefixes.queries.find(key) for key in sorted(wanted[name])])
        yield WantedList(name, len(ids), scored, np.isin(scored.ids, ids).astype(np.int32))


def _place(item: str) -> tuple[int, str]:
    """Where an item comes, by hash: all lists of one item fall into one part."""
    return crc32(item.encode(), 1), item


def _fitted(taught: Sequence[WantedList], checked: Sequence[WantedList], training: Training) -> OrderModel:
    training.told("learn", 0, 0)
    return fit_order(
        NAME,
        ITEM_FEATURES,
        VERSION,
        _examples(taught),
        _examples(checked),
        objective="binary",
        learning_rate=_RATE,
        max_trees=_MAX_TREES,
        max_leaves=_LEAVES,
        patience=_PATIENCE,
        seed=training.seed,
        n_threads=training.n_threads,
    )


def _examples(lists: Sequence[WantedList]) -> Examples:
    features, labels, sizes = [np.empty((0, len(ITEM_FEATURES)), np.float32)], [np.empty(0, np.int32)], []
    for found in lists:
        if len(found.labels):
            features.append(found.scored.features)
            labels.append(found.labels)
            sizes.append(len(found.labels))
    return Examples(np.concatenate(features), np.concatenate(labels), np.array(sizes, dtype=np.int64))


def _judged(lists: Sequence[WantedList], order: OrderModel | None) -> Interval:
    """R@10 over all items, what is no candidate counting as missed."""
    if not lists:
        raise NotEnoughExamples("the last part of the log holds nothing to judge by; nothing was published")
    recalls = []
    for found in lists:
        scores = item_scores(found.scored.features, order)
        best = np.argsort(-scores, kind="stable")[:_K]
        recalls.append(found.labels[best].sum() / min(_K, found.n_wanted))
    return bootstrap_mean(np.array(recalls), [found.item for found in lists])


def _sentence(judged: Sequence[WantedList], after: Interval, before: Interval, words: str) -> str:
    return f"R@{_K} {after} on {len(judged):,} items held back, {words} {before} untrained"


def _figures(
    order: OrderModel, lists: Sequence[WantedList], first: int, second: int, before: Interval, after: Interval
) -> dict[str, Any]:
    """What the report says; `n_lists` are those to learn from, to stop by and to judge by."""
    gains = {name: of["gain"] for name, of in order.training["importance"].items()}
    total = sum(gains.values()) or 1.0
    best = sorted(gains, key=lambda name: -gains[name])[:10]
    return {
        "n_lists": [first, second - first, len(lists) - second],
        "n_trees": order.trees.n_trees,
        "verdict": [{"slice": "all", "lists": len(lists) - second, "R@10": after.value, "untrained": before.value}],
        "importance": {name: round(gains[name] / total, 4) for name in best},
    }
