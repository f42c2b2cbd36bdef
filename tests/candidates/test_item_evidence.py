"""What each source of queries beside an item proposes on its own."""

import json

import pytest

from suggest.artifacts import Generation
from suggest.candidates.asking import Asking
from suggest.candidates.item_evidence import ALL_SOURCES, ItemVectors, gathered
from suggest.candidates.item_request import item_request
from suggest.features.item import item_column, item_features
from suggest.index import ALL, Indexes
from suggest.index.items import ItemText
from suggest.pipelines.build import build

TITLES = {"v1": "slow jazz", "v2": "loud jazz", "v3": "tomato soup", "v4": "cold soup", "v5": "jazz soup"}
BESIDE = {"v1": "chords", "v2": "chords", "v3": "recipe", "v4": "recipe"}


@pytest.fixture(scope="module")
def indexes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evidence")
    for name, rows in {
        "items": [{"item": item, "title": title} for item, title in TITLES.items()],
        "events": [
            {"type": "search", "ts": f"2026-03-01T00:0{n}:00Z", "user": f"u{n}", "query": query, "item": item}
            for item, query in BESIDE.items()
            for n in range(3)
        ],
    }.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    build(folder / "index", events=[folder / "events.jsonl"], items=[folder / "items.jsonl"], encoder="none")
    return Indexes.open(Generation.open(folder / "index"))


def proposed(indexes, title, only):
    """The queries of one source, and what their features are."""
    request = item_request(indexes.items, None, -1, ItemText(title), Asking(0, ALL))
    without = [name for name in ALL_SOURCES if name != only]
    evidence = gathered(request, indexes, indexes.items, ItemVectors(None, None, None), without)
    keys = [indexes.prefixes.queries.key(query_id) for query_id in evidence.ids.tolist()]
    return keys, item_features(request, evidence, indexes, indexes.items)


def test_single_words_propose_what_their_items_have(indexes):
    keys, features = proposed(indexes, "jazz for breakfast", "single words")

    assert keys == ["chords"]
    # Both items with queries that have the word have it: 1.5 of 4.
    assert features[0, item_column("said_any")] == features[0, item_column("said_best")] == pytest.approx(0.375)
    assert features[0, item_column("said_lift")] > 0


def test_single_words_left_out_say_nothing(indexes):
    keys, features = proposed(indexes, "jazz for breakfast", "words")

    assert keys == ["chords"]
    assert not features[:, [item_column(name) for name in ("said_any", "said_best", "said_lift")]].any()
