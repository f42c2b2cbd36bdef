"""What a ranker learns from is what serving would have computed at that moment, byte for byte."""

from __future__ import annotations

from functools import partial
from importlib.resources import files
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

from suggest import Engine
from suggest.evaluation import Log, arrival_order, comparison_text
from suggest.evaluation.examples import ExampleList, example_lists, example_rows, examples_in_processes
from suggest.evaluation.protocol import typed_prefix
from suggest.features import FEATURES
from suggest.pipelines.sources import read_blocks
from suggest.text import normalise
from suggest.types import rfc3339


@pytest.fixture(scope="module")
def log() -> Log:
    """The sample once more, a year later: all histories grow while it is replayed."""
    blocks = read_blocks(Path(str(files("suggest.data") / "events.jsonl.gz")), frozenset())
    records = [{**row.record, "ts": row.record["ts"].replace("2026", "2027")} for block in blocks for row in block]
    return arrival_order(records[:400])


@pytest.fixture
def engine(sample_index: Path):
    with Engine.open(sample_index, verify=False) as opened:
        yield opened


def same(found: ExampleList, other: ExampleList) -> bool:
    arrays = (found.features, found.labels, found.positions), (other.features, other.labels, other.positions)
    texts = [(row.user, row.prefix, row.locale, row.target, row.keys, row.is_known) for row in (found, other)]
    return texts[0] == texts[1] and all(a.tobytes() == b.tobytes() for a, b in zip(*arrays, strict=True))


def test_examples_have_the_features_that_are_served_byte_for_byte(engine: Engine, log: Log):
    """The replay stops before it reveals an event: there an answer is asked for, and its features are compared."""
    searches = [log[row] for row in example_rows(log) if log[row][0].type == "search"]
    lists = (found for found in example_lists(engine, log) if found.target)
    n_rows = 0
    for (event, record), found in zip(searches, lists, strict=True):
        locale = event.locale if crc32(event.event_id.encode()) % 2 else None
        answer = engine.answer(
            typed_prefix(record), 10, event.user, locale, None, event.session, rfc3339(event.ts_us), features=True
        )
        rows = [found.keys.index(normalise(suggestion.query)) for suggestion in answer.suggestions]
        assert answer.features is not None
        assert answer.features.tobytes() == found.features[rows].tobytes()
        n_rows += len(rows)
    assert n_rows > 300


def test_lists_are_well_formed_and_label_what_was_searched(engine: Engine, log: Log):
    lists = list(example_lists(engine, log))
    assert sum(found.labels.any() for found in lists) > 50
    for found in lists:
        n = len(found.keys)
        assert found.features.shape == (n, len(FEATURES))
        assert found.features.dtype == np.float32
        assert (found.labels.shape, found.positions.shape) == ((n,), (n,))
        assert len(set(found.keys)) == n
        wanted = [key for key, label in zip(found.keys, found.labels, strict=True) if label]
        assert wanted in ([], [normalise(found.target)]) or not found.target


@pytest.mark.parametrize("start", [0, 1, 150, 399])
def test_lists_from_the_middle_are_those_of_the_whole(sample_index: Path, log: Log, start: int):
    with Engine.open(sample_index, verify=False) as engine:
        whole = list(example_lists(engine, log))
    n_before = sum(row < start for row in example_rows(log))
    with Engine.open(sample_index, verify=False) as engine:
        part = list(example_lists(engine, log, start=start, end=start + 50))
    assert all(map(same, part, whole[n_before:]))
    assert start + 50 > len(log) or part


def test_several_processes_find_the_bytes_of_one(sample_index: Path, log: Log):
    opener = partial(Engine.open, sample_index, verify=False)
    one, two = (list(examples_in_processes(opener, log, processes=number)) for number in (1, 2))
    assert len(one) == len(two) > 50
    assert all(map(same, one, two))


def test_nothing_later_changes_an_example(sample_index: Path, log: Log):
    """What follows in the log is cut off: the lists before it stay."""
    found = []
    for end in (len(log), 200):
        with Engine.open(sample_index, verify=False) as engine:
            found.append([row for row in example_lists(engine, log[:end]) if row.target])
    assert 20 < len(found[1]) < len(found[0])
    assert all(same(*pair) for pair in zip(found[0], found[1], strict=False))


def test_list_shown_is_learned_from_by_its_click_and_positions(engine: Engine, log: Log):
    query = next(found.keys[1] for found in example_lists(engine, log) if len(found.keys) > 3)
    prefix = query[:2]
    shown = [suggestion.query for suggestion in engine.complete(prefix, user="somebody", now=1_830_000_000)][:4]
    request = {"ts": 1_830_000_000, "user": "somebody", "request_id": "r1", "surface": "typeahead"}
    records = [
        {**request, "type": "impression", "input": prefix, "shown": [*shown, "never known to the index"]},
        {**request, "type": "click", "query": shown[2], "position": 2},
        {"type": "search", "ts": 1_830_000_001, "user": "somebody", "query": shown[2], "request_id": "r1"},
        {**request, "type": "impression", "request_id": "r2", "input": prefix, "shown": shown},
    ]
    (found,) = example_lists(engine, arrival_order(records))
    assert (found.target, found.prefix) == ("", prefix)
    assert sorted(found.keys) == sorted(map(normalise, shown))
    assert [found.keys[row] for row in np.argsort(found.positions)] == [normalise(query) for query in shown]
    assert [found.keys[row] for row in np.flatnonzero(found.labels)] == [normalise(shown[2])]
    assert sorted(found.positions) == [1, 2, 3, 4]


def test_click_that_the_index_does_not_know_teaches_nothing(engine: Engine):
    request = {"ts": 1_830_000_000, "user": "somebody", "request_id": "r1", "surface": "typeahead"}
    unknown = "qqxz never known"
    records = [
        {**request, "type": "impression", "input": "qqxz", "shown": [unknown]},
        {**request, "type": "click", "query": unknown, "position": 0},
    ]
    assert list(example_lists(engine, arrival_order(records))) == []
    assert comparison_text(unknown) == unknown
