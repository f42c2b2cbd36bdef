"""Items of a generation: what was written is read, and BM25 is what its formula says, item by item."""

import math
import random
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from suggest.artifacts import Generation, building
from suggest.index.items import Items, ItemText
from suggest.index.items_build import ItemRows, MentionRows, PairRows, SeenRows, save_items
from suggest.index.items_words import K1, B, ItemWords, save_item_words, spoken_words

KEYS = ["jazz", "jazz piano", "piano", "soup"]
IDS = np.array([3, 0, 2, 1], dtype=np.uint32)
NAMES = ["v1", "v2", "v3"]
TEXTS = [
    ItemText("Jazz piano", "late at night", ("jazz", "Ünder | the sun")),
    ItemText("Soup", "", ()),
    ItemText("", "", ("",)),
]
PAIRS = [("v1", "jazz", 3, 4.0, 2), ("v1", "piano", 1, 0.0, 0), ("v2", "soup", 2, 1.5, 0), ("v3", "jazz", 1, 0.0, 0)]


def rows():
    place = {name: row for row, name in enumerate(NAMES)}
    pairs = PairRows(
        np.array([place[name] for name, *_ in PAIRS]),
        np.array([IDS[KEYS.index(key)] for _, key, *_ in PAIRS], dtype=np.uint32),
        *(np.array([pair[column] for pair in PAIRS], dtype=float) for column in (2, 3, 4)),
    )
    seen = SeenRows(np.array([0, 0, 1]), np.array([1, 2, 0]), np.array([0.2, 0.9, 0.5]))
    mentions = MentionRows(np.array([0, 0]), np.array([3, 1], dtype=np.uint32), np.array([0, 1]), ["c1", "c2"])
    return ItemRows(NAMES, TEXTS, ["en", None, "de-DE"], pairs, seen, mentions)


@pytest.fixture(scope="module")
def items(tmp_path_factory):
    folder = tmp_path_factory.mktemp("items")
    with building(folder) as writer:
        save_items(writer, rows(), pa.array(KEYS), IDS)
    return Items.open(Generation.open(folder))


def test_an_item_is_found_with_what_is_written_on_it(items):
    assert len(items) == 3
    for name, text, locale in zip(NAMES, TEXTS, ["en", None, "de-DE"], strict=True):
        number = items.find(name)
        assert (items.text(number).title, items.text(number).text) == (text.title, text.text)
        assert list(items.text(number).tags) == list(text.tags)
        assert items.locale(number) == locale
    assert items.find("v4") == -1
    assert items.found(["v4", "v1", "v1"]).tolist() == [items.find("v1")]


def test_pairs_come_in_the_order_of_the_items_asked_for(items):
    asked = np.array([items.find(name) for name in ("v2", "v1")])

    pairs = items.pairs(asked)

    found = [
        (["v2", "v1"][at], KEYS[IDS.tolist().index(query_id)], users, looks, clicks)
        for query_id, users, looks, clicks, at in zip(*(column.tolist() for column in pairs), strict=True)
    ]
    assert [at for at, *_ in found] == ["v2", "v1", "v1"]
    assert sorted(found) == sorted(pair for pair in PAIRS if pair[0] != "v3")


def test_items_of_a_query_are_counted(items):
    counts = items.n_items(np.array([3, 0, 2, 1, -1]))

    assert counts.tolist() == [2, 0, 1, 1, 0]


def test_items_seen_with_one_come_strongest_first(items):
    others, strength = items.seen_with(items.find("v1"))

    assert others.tolist() == [items.find("v3"), items.find("v2")]
    np.testing.assert_allclose(strength, [0.9, 0.2])


def test_mentions_name_their_comments(items):
    ids, comments = items.mentions(items.find("v1"))

    assert ids.tolist() == [1, 3]
    assert items.found_comments(["c1"]).tolist() == [comments[1]]
    assert items.found_comments(["c9"]).tolist() == []


def test_only_items_with_queries_can_be_neighbours(tmp_path):
    made = rows()
    lonely = ItemRows([*NAMES, "v4"], [*TEXTS, ItemText("Soup")], ["en"] * 4, made.pairs, made.seen, made.mentions)
    with building(tmp_path) as writer:
        save_items(writer, lonely, pa.array(KEYS), IDS)
    opened = Items.open(Generation.open(tmp_path))

    scores = opened.with_queries(opened.words.scores(opened.words.numbers(["soup"])))

    assert np.flatnonzero(scores).tolist() == [opened.find("v2")]


def test_a_generation_without_items_has_none(tmp_path):
    with building(tmp_path) as writer:
        writer.save_json("other", {})

    assert Items.open(Generation.open(tmp_path)) is None


def test_company_is_the_share_of_a_query_s_items(tmp_path):
    names = [f"v{n}" for n in range(4)]
    sets = [["a", "b"], ["a", "b", "c"], ["a"], ["c", "a"]]
    keys = ["a", "b", "c"]
    pairs = [(row, keys.index(key)) for row, own in enumerate(sets) for key in own]
    columns = np.array(pairs).T
    ones = np.ones(len(pairs))
    none = np.empty(0, np.int64)
    made = ItemRows(
        names,
        [ItemText(name) for name in names],
        [None] * 4,
        PairRows(columns[0], columns[1].astype(np.uint32), ones, ones, ones),
        SeenRows(none, none, np.empty(0)),
        MentionRows(none, none.astype(np.uint32), none, []),
    )
    with building(tmp_path) as writer:
        save_items(writer, made, pa.array(keys), np.arange(3, dtype=np.uint32))

    ids, strength, at = Items.open(Generation.open(tmp_path)).company(np.array([0, 1, 2]))

    # a with b twice in its four items, a with c twice; b and c share one item alone.
    found = {(int(of), int(other)): float(share) for of, other, share in zip(at, ids, strength, strict=True)}
    assert found == {(0, 1): 0.5, (0, 2): 0.5, (1, 0): 1.0, (2, 0): 1.0}


def bm25(corpus, asked):
    """The formula, word by word and item by item."""
    usual = sum(map(len, corpus)) / len(corpus)
    scores = []
    for own in corpus:
        counts, score = Counter(own), 0.0
        for word in set(asked):
            n = sum(word in other for other in corpus)
            if n:
                idf = math.log(1 + (len(corpus) - n + 0.5) / (n + 0.5))
                score += idf * counts[word] * (K1 + 1) / (counts[word] + K1 * (1 - B + B * len(own) / usual))
        scores.append(score)
    return scores


def test_scores_are_bm25(tmp_path):
    draw = random.Random(1)
    corpus = [[draw.choice("abcdefgh") for _ in range(draw.randrange(12))] for _ in range(40)]
    with building(tmp_path) as writer:
        save_item_words(writer, corpus, [(7, {"a", "z"}), (2, {"a", "b"})])
    words = ItemWords(Generation.open(tmp_path), len(corpus))

    for _ in range(20):
        asked = [draw.choice("abcdefghz") for _ in range(6)]
        np.testing.assert_allclose(words.scores(words.numbers(asked)), bm25(corpus, asked), rtol=1e-5)
    assert words.queries(words.numbers(["a"])[0]).tolist() == [2, 7]
    assert words.numbers(["z", "b", "a"]) == sorted(words.numbers(["a"]) + words.numbers(["b"]))


def test_spoken_words_fold_case_and_accents():
    assert spoken_words(["Crème BRÛLÉE!", "", "#Jazz"]) == ["creme", "brulee", "jazz"]
