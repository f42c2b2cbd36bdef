"""Training of queries beside an item: labels are in no feature, and an order that is no better is refused."""

import json
import random
from unittest.mock import MagicMock

import numpy as np
import pytest

from suggest import Engine
from suggest.artifacts import Generation
from suggest.errors import WorseThanUntrained
from suggest.pipelines import train_items as train_items_module
from suggest.pipelines.build import build
from suggest.pipelines.train import train
from suggest.pipelines.training_log import LogFiles
from suggest.pipelines.withheld_items import N_GROUPS, BesideItems, item_group, write_without
from suggest.rank import examples
from suggest.rank.item_order import NAME, item_scores, untrained_scores
from suggest.types import parse_event

TOPICS = 12
ITEMS = 240


def world(folder, n_items=ITEMS):
    """Items of topics; beside each the topic's query is searched, one word of its title only misleads."""
    draw = random.Random(1)
    items, events = [], []
    for n in range(n_items):
        topic, noise = draw.randrange(TOPICS), draw.randrange(TOPICS)
        words = [f"topic{topic}", *(f"word{draw.randrange(40)}" for _ in range(4)), f"clue{noise}"]
        draw.shuffle(words)
        items.append({"item": f"v{n}", "title": " ".join(words)})
        for query in (f"about {topic}", f"clue{draw.randrange(TOPICS)} stories"):
            ts = f"2026-02-{1 + n // 30:02d}T{n % 24:02d}:00:00Z"
            event = {
                "type": "search",
                "user": f"u{n % 50}",
                "query": query,
                "ts": ts,
                "source": "item",
                "item": f"v{n}",
            }
            events.append(event)
    for name, rows in (("items", items), ("events", events)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder / "items.jsonl", folder / "events.jsonl"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return world(tmp_path_factory.mktemp("world"))


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(train_items_module, "ENOUGH_LISTS", 1 + ITEMS // N_GROUPS)
    monkeypatch.setattr(examples, "LEAST_TRAINING_LISTS", 40)
    monkeypatch.setattr(examples, "LEAST_VALIDATION_LISTS", 10)


@pytest.fixture(scope="module")
def index_dir(files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    build(folder, items=[files[0]], events=[files[1]], encoder="none")
    return folder


LISTS = []
"""What the first training learned from, for the next."""


def test_a_learned_order_is_published_and_served(index_dir, monkeypatch):
    replayed = train_items_module.wanted_lists
    monkeypatch.setattr(train_items_module, "wanted_lists", lambda *given: _kept(replayed(*given)))
    # So small a world is ordered well untrained: this one is not ordered at all before.
    monkeypatch.setattr(
        train_items_module,
        "item_scores",
        lambda features, order: np.zeros(len(features)) if order is None else item_scores(features, order),
    )

    report = train(index_dir, surfaces=["item"])

    verdict = report.surfaces["item"]["verdict"][0]
    assert verdict["R@10"] > verdict["untrained"]
    assert Generation.open(index_dir).holds(f"{NAME}.json")
    with Engine.open(index_dir) as trained, Engine.open(index_dir, ranker="none") as untrained:
        found = [engine.item_queries(title="topic3 word1 word2", k=5) for engine in (trained, untrained)]
    assert [answer[0].query for answer in found] == ["about 3", "about 3"]
    assert found[0][0].score != found[1][0].score
    assert all(0 <= suggestion.score <= 1 for suggestion in found[0])


def _kept(lists):
    for found in lists:
        LISTS.append(found)
        yield found


def test_an_order_that_is_worse_is_refused_with_the_figures(index_dir, monkeypatch):
    before = Generation.open(index_dir).name

    def upside_down(features, order):
        scores = untrained_scores(features)
        return scores if order is None else -scores

    monkeypatch.setattr(train_items_module, "item_scores", upside_down)
    monkeypatch.setattr(train_items_module, "_of_new", lambda _: LISTS)
    monkeypatch.setattr(train_items_module, "_of_known", lambda _: [])

    with pytest.raises(WorseThanUntrained, match=r"R@10 0\.\d+ .* worse than 0\.\d+ .* nothing was published"):
        train(index_dir, surfaces=["item"])
    assert Generation.open(index_dir).name == before


@pytest.mark.parametrize(("enough", "n_groups"), [(1, 1), (ITEMS // 2, 3), (ITEMS, N_GROUPS)])
def test_groups_are_withheld_until_there_are_enough_lists(enough, n_groups, monkeypatch):
    asked = []

    def a_fifth(*_):
        asked.append(1)
        return iter([None] * (ITEMS // N_GROUPS))

    monkeypatch.setattr(train_items_module, "ENOUGH_LISTS", enough)
    monkeypatch.setattr(train_items_module, "write_without", lambda *_: {})
    monkeypatch.setattr(train_items_module, "wanted_lists", a_fifth)
    monkeypatch.setattr(train_items_module.Generation, "open", lambda *_, **__: None)

    lists = list(train_items_module._of_new(MagicMock()))

    assert len(asked) == n_groups
    assert len(lists) == n_groups * (ITEMS // N_GROUPS)


def test_items_that_taught_the_encoder_are_not_asked_about_as_new(files, tmp_path, monkeypatch):
    titles = {row["item"]: row["title"] for row in map(json.loads, files[0].read_text().splitlines())}
    taught = {f"v{n}" for n in range(ITEMS * 7 // 10)}
    asked = set()
    monkeypatch.setattr(train_items_module, "ENOUGH_LISTS", ITEMS)
    monkeypatch.setattr(train_items_module, "learned_texts", lambda _: frozenset(titles[item] for item in taught))
    monkeypatch.setattr(
        train_items_module, "wanted_lists", lambda _training, _generation, wanted: asked.update(wanted) or ()
    )
    monkeypatch.setattr(train_items_module.Generation, "open", lambda *_, **__: None)

    assert not list(train_items_module._of_new(MagicMock(log=LogFiles([files[1]]), folder=tmp_path, items=[files[0]])))

    assert asked == titles.keys() - taught


def test_what_is_withheld_is_in_no_line_of_the_log(files, tmp_path):
    log = LogFiles([files[1]])

    wanted = [write_without(log, group, tmp_path / f"{group}.jsonl") for group in range(N_GROUPS)]

    for group, own in enumerate(wanted):
        left = {json.loads(line)["item"] for line in (tmp_path / f"{group}.jsonl").read_text().splitlines()}
        assert not left & own.keys()
        assert {item_group(item) for item in own} == {group}
        assert all(item_group(item) != group for item in left)
    assert {item for own in wanted for item in own} == {f"v{n}" for n in range(ITEMS)}


def test_a_click_belongs_to_the_item_of_its_impression():
    beside = BesideItems()
    record = {"user": "u", "ts": 1, "request_id": "r"}
    for event in (
        {"type": "click", "query": "too early", "position": 0},
        {"type": "impression", "surface": "item", "input": "v1", "shown": ["a", "b"]},
        {"type": "click", "query": "B", "position": 1},
        {"type": "view", "item": "v2"},
        {"type": "search", "query": "c", "item": "v2", "source": "item"},
        {"type": "search", "query": "d"},
    ):
        beside.add(parse_event(record | event))

    assert beside.wanted == {"v1": {"b"}, "v2": {"c"}}
