"""Here are queries that one might search next to an item: what do we know about each, as one float32 row?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from suggest.candidates.item_evidence import DEFAULTS, Evidence
from suggest.candidates.item_request import ItemRequest
from suggest.features.registry import Feature
from suggest.index import Indexes
from suggest.index.codes import VALUES
from suggest.index.items import Floats, Ids, Items
from suggest.index.regions import RegionWeights
from suggest.index.sparse import positions

VERSION = 2
"""Raised whenever a column's place or meaning changes."""

_KINDS = (
    ("words", "whose words are most like the item's"),
    ("vector", "whose vectors are nearest to the item's"),
    ("both", "whose words and vectors together are most like the item's"),
)

ITEM_FEATURES: tuple[Feature, ...] = (
    *(
        feature
        for kind, which in _KINDS
        for feature in (
            Feature(f"{kind}_share", f"Weight of the items, of the hundred {which}, that it belongs to.", "share"),
            Feature(f"{kind}_sharp", "The same where near ones count for far more than far ones.", "share"),
            Feature(f"{kind}_best", "Similarity of the most similar of these.", "similarity"),
            Feature(f"{kind}_items", "How many of these it belongs to.", "items"),
            Feature(f"{kind}_rank", "Place of the most similar of these among the neighbours.", "place", 999.0),
            Feature(f"{kind}_lift", "Log of that weight over the share of all items that it belongs to.", "nats"),
            Feature(f"{kind}_top", "Similarity of the item's best neighbour that any query belongs to.", "similarity"),
        )
    ),
    Feature("words_close", "That of words, of what an item with all of the item's words would have.", "share"),
    Feature("said_any", "Chance that one of the item's words, each on its own, is searched for with it.", "share"),
    Feature("said_best", "The same of the word that speaks for it most.", "share"),
    Feature("said_lift", "How much oftener items with each of these words have it than any item, summed.", "nats"),
    Feature("viewers_share", "Weight of the items watched next to this one that it belongs to.", "share"),
    Feature("company", "How often it belongs to the items of the queries with most votes.", "share"),
    Feature("cosine", "Of its vector and the item's.", "cosine"),
    Feature("cosine_gap", "The same less that of the nearest candidate.", "cosine"),
    Feature("centre_cosine", "Of the mean vector of its items and the item's.", "cosine"),
    Feature("centre_gap", "The same less that of the nearest candidate.", "cosine"),
    Feature("expected", "Share of items with such a vector that have it, by linear regression.", "share"),
    Feature("alike", "Length of the mean vector of its items: 1 where these are all the same.", "cosine"),
    Feature("named_words", "Words of it, where it stands in title, text or tags as it is.", "words"),
    Feature("shared_idf", "Weight of its words that the item has too, rare ones weighing more.", "nats"),
    Feature("shared_part", "Share of the weight of its words that the item has too.", "share"),
    Feature("comments", "Comments on the item that name it.", "comments"),
    Feature("own_users", "Log of the people who searched or clicked it beside this very item.", "nats"),
    Feature("own_clicks", "Log of the clicks on it there over those expected of as many looks.", "nats"),
    Feature("n_items", "Log of the items that it belongs to.", "nats"),
    Feature("popularity", "Log of its searches, each user's bounded.", "nats"),
    Feature("local_share", "Share of these in the locale asked for.", "share"),
    Feature("region_share", "Share of these in the region asked for.", "share"),
    Feature("recent_share", "Share of its searches that is of the last weeks.", "share"),
    Feature("n_words", "Different words of it.", "words"),
    Feature("item_words", "Different words of the item.", "words"),
)
"""The columns, in order."""

_COLUMNS = {feature.name: number for number, feature in enumerate(ITEM_FEATURES)}

_TOLD = [row for row, name in enumerate(DEFAULTS) if name in _COLUMNS]
_TOLD_HERE = [_COLUMNS[name] for name in DEFAULTS if name in _COLUMNS]
"""Rows of `Evidence` that are features as they are, and which."""

_LEAST_SHARE = 1e-3
_USUAL_CLICK_RATE = 0.05
_PRIOR_LOOKS = 20.0
"""As many looks with the usual click rate every query is thought to have had before any."""


def item_column(name: str) -> int:
    """Number of a feature's column."""
    return _COLUMNS[name]


def item_features(request: ItemRequest, evidence: Evidence, indexes: Indexes, items: Items) -> npt.NDArray[np.float32]:
    """One row for each candidate, float32[n, len(ITEM_FEATURES)], none infinite or NaN; each column is contiguous.

    About 200 µs for 400 candidates of an item with ten words.

    Args:
        request: the item.
        evidence: of its candidates.
        indexes: of the generation.
        items: likewise.
    """
    ids, said = evidence.ids, evidence.columns
    rows = np.zeros((len(ITEM_FEATURES), len(ids)), dtype=np.float32)
    if not len(ids):
        return rows.T
    n_items = items.n_items(ids)
    rows[_TOLD_HERE] = evidence.rows[_TOLD]
    usual = n_items / len(items) + _LEAST_SHARE
    for kind, _ in _KINDS:
        rows[_COLUMNS[f"{kind}_lift"]] = np.log((said[f"{kind}_share"] + _LEAST_SHARE) / usual)
        rows[_COLUMNS[f"{kind}_top"]] = said[f"top_{kind}"]
    for name, gap in (("cosine", "cosine_gap"), ("centre_cosine", "centre_gap")):
        rows[_COLUMNS[gap]] = said[name] - said[name].max()
    rows[_COLUMNS["words_close"]] = said["top_words"] / request.weight
    shared, share = _shared_words(request, evidence, items)
    expected = (said["clicks"] + _USUAL_CLICK_RATE * _PRIOR_LOOKS) / (said["looks"] + _PRIOR_LOOKS)
    written: dict[str, Floats | float] = {
        "shared_idf": shared,
        "shared_part": share,
        "own_users": np.log1p(said["users"]),
        "own_clicks": np.log(expected / _USUAL_CLICK_RATE),
        "alike": (said["summed"] / np.maximum(n_items, 1)).astype(np.float32),
        "n_items": np.log1p(n_items),
        "n_words": items.query_words(ids),
        "item_words": float(len(set(request.spoken))),
        **_popularity(request, evidence, indexes),
    }
    for name, values in written.items():
        rows[_COLUMNS[name]] = values
    return rows.T


def _shared_words(request: ItemRequest, evidence: Evidence, items: Items) -> tuple[Floats, Floats]:
    """Weight of the words that a query and the item have both, and its share of the weight of all of the query's."""
    holds = _holds([items.words.queries(number) for number in request.words], evidence.ids)
    # Over the first of two axes numpy adds one word after another, whatever the number of candidates.
    shared = (holds * np.array(request.idf, dtype=np.float32)[:, None]).sum(axis=0)
    whole = items.query_idf(evidence.ids)
    return shared, np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0)


def _holds(lists: Sequence[npt.NDArray[np.uint32]], ids: Ids) -> npt.NDArray[np.bool_]:
    """Which of some ids each list holds, bool[len(lists), len(ids)]; lists and ids ascend."""
    is_short = np.array([len(own) <= len(ids) for own in lists], dtype=np.bool_)
    holds = np.zeros((len(lists), len(ids)), dtype=np.bool_)
    for row in np.flatnonzero(~is_short).tolist():
        holds[row] = positions(lists[row], ids) >= 0
    # Those of most words are short, and looked up the other way round all at once.
    short = [own if is_short[row] else own[:0] for row, own in enumerate(lists)]
    at = positions(ids.astype(np.uint32), np.concatenate([np.empty(0, np.uint32), *short]))
    of_list = np.repeat(np.arange(len(lists)), [len(own) for own in short])
    holds[of_list[at >= 0], at[at >= 0]] = True
    return holds


def _popularity(request: ItemRequest, evidence: Evidence, indexes: Indexes) -> dict[str, Floats]:
    ids = evidence.ids
    weight = np.asarray(indexes.prefixes.queries.weight)[ids]
    local = indexes.prefixes.in_locale(request.locale)
    columns = {"popularity": np.log1p(weight)}
    columns["local_share"] = np.ones_like(weight) if local is None else _part(local.of(ids), weight)
    columns["region_share"] = _in_region(indexes.regions, request.region, ids, weight)
    recent = indexes.prefixes.queries.recent
    columns["recent_share"] = _part(VALUES.take(np.asarray(recent[-1])[ids]), weight) if recent else 0 * weight
    return columns


def _in_region(regions: RegionWeights, name: str | None, ids: npt.NDArray[np.int64], weight: Floats) -> Floats:
    region = regions.find(name)
    return np.zeros_like(weight) if region < 0 else _part(regions.of(region, ids), weight)


def _part(some: Floats, weight: Floats) -> Floats:
    return np.minimum(some / np.maximum(weight, np.finfo(np.float32).tiny), 1.0).astype(np.float32)
