"""How an engine joins its generation with what has moved since."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from suggest import Engine
from suggest.errors import GenerationBroken
from suggest.stores import open_state
from suggest.types import SECOND_US, now_us, rfc3339
from tests.engine.small import search, texts, write_generation

NOW = "2026-03-01T12:00:00Z"
DAY = "2026-02-{:02d}T12:00:00Z"


@pytest.fixture
def index_dir(tmp_path):
    write_generation(
        tmp_path / "index",
        {"nivea": 5, "nivea cream": 2, "nike": 7},
        users={"nivea": 5, "nivea cream": 2, "nike": 7},
        histories={"u1": [(DAY.format(1), "Nivea Cream"), (DAY.format(2), "nivea soft")], "u2": [(DAY.format(1), "x")]},
        watermark=DAY.format(3),
    )
    return tmp_path / "index"


def own_counts(engine, typed="", user="u1", now=NOW):
    """Own searches by query, as an answer used them."""
    answer = engine.complete(typed, user=user, now=now, explain=True)
    own = {suggestion.query: suggestion.explanation["features"]["own_count"] for suggestion in answer}
    return {query: count for query, count in own.items() if count}


def test_a_generation_carries_histories(index_dir):
    with Engine.open(index_dir) as engine:
        assert engine.watermark == "2026-02-03T12:00:00+00:00"
        assert own_counts(engine) == {"nivea cream": 1, "nivea soft": 1}
        assert own_counts(engine, now=DAY.format(1)) == {"nivea cream": 1}


def test_what_the_generation_counted_is_not_counted_again(index_dir):
    with Engine.open(index_dir) as engine:
        engine.observe([search("u1", "nivea  CREAM", DAY.format(1)), search("u1", "nivea cream", DAY.format(4))])
        assert own_counts(engine) == {"nivea cream": 2, "nivea soft": 1}


def test_an_event_that_came_late_counts(index_dir):
    with Engine.open(index_dir) as engine:
        engine.observe([search("u1", "nike", "2026-01-20T12:00:00Z")])
        assert own_counts(engine)["nike"] == 1


def test_a_forgotten_person_is_gone_from_generation_and_state(index_dir, tmp_path):
    url = f"sqlite:///{tmp_path}/state.sqlite"
    with Engine.open(index_dir, url) as engine:
        engine.observe([search("u1", "nike", DAY.format(10))])
        assert own_counts(engine) == {"nike": 1, "nivea cream": 1, "nivea soft": 1}
        assert engine.forget("u1") == 1
        assert own_counts(engine) == {}
        assert own_counts(engine, user="u2") == {"x": 1}
    with Engine.open(index_dir, url) as engine:
        assert own_counts(engine) == {}
        engine.observe([search("u1", "nike", DAY.format(11))])
        assert own_counts(engine) == {"nike": 1}


def test_what_only_a_forgotten_person_and_one_other_searched_is_no_longer_shown(index_dir):
    with Engine.open(index_dir) as engine:
        assert texts(engine.complete("nivea", now=NOW)) == ["nivea", "nivea cream"]
        engine.forget("u1")
        assert texts(engine.complete("nivea", now=NOW)) == ["nivea"]


def test_another_engine_on_the_same_state_sees_events_blocks_and_forgetting_at_once(index_dir, tmp_path):
    url = f"sqlite:///{tmp_path}/state.sqlite"
    with Engine.open(index_dir, url) as one, Engine.open(index_dir, url) as other:
        assert own_counts(other, "zebra") == {}
        one.observe([search("u1", "zebra", DAY.format(10))])
        assert own_counts(other, "zebra") == {"zebra": 1}
        one.block(["zebra"])
        assert texts(other.complete("zebra", user="u1", now=NOW)) == []
        one.forget("u1")
        assert own_counts(other) == {}


def test_a_state_given_open_stays_open_and_memory_ends_with_the_engine(index_dir):
    state = open_state(None)
    with Engine.open(index_dir, state) as engine:
        engine.observe([search("u1", "zebra", DAY.format(10))])
    with Engine.open(index_dir, state) as engine:
        assert own_counts(engine, "zebra") == {"zebra": 1}
    with Engine.open(index_dir) as engine:
        assert own_counts(engine, "zebra") == {}


def test_a_full_profile_does_not_let_older_searches_in_again(tmp_path):
    searches = [(f"2026-02-01T{minute // 60:02d}:{minute % 60:02d}:00Z", f"q{minute}") for minute in range(1000)]
    write_generation(tmp_path, {"nike": 7}, histories={"u1": searches}, watermark=DAY.format(3))
    with Engine.open(tmp_path) as engine:
        engine.observe([search("u1", "ancient", "2026-01-01T00:00:00Z"), search("u1", "recent", DAY.format(4))])
        assert own_counts(engine, "ancient") == {}
        assert own_counts(engine, "recent") == {"recent": 1}
        assert own_counts(engine, "q0") == {}
        assert own_counts(engine, "q1000") == {}
        assert own_counts(engine, "q999") == {"q999": 1}


def test_a_history_from_a_clock_ahead_is_forgotten_too(tmp_path):
    ahead = [("2150-01-01T00:00:00Z", "from the future")]
    write_generation(tmp_path, {"nike": 7}, histories={"u1": ahead}, watermark=DAY.format(3))
    with Engine.open(tmp_path) as engine:
        assert own_counts(engine, now="2150-01-02T00:00:00Z") == {"from the future": 1}
        engine.forget("u1")
        assert own_counts(engine, now="2150-01-02T00:00:00Z") == {}


def test_own_queries_too_long_to_suggest_are_not_suggested(index_dir):
    with Engine.open(index_dir) as engine:
        engine.observe([search("u1", "long " * 100, DAY.format(10)), search("u1", "long", DAY.format(11))])
        assert own_counts(engine, "long") == {"long": 1}


def test_a_generation_that_cannot_be_read_is_told_so_even_unverified(index_dir):
    weight = next(index_dir.glob("*/weight.npy"))
    weight.write_bytes(bytes(weight.stat().st_size))
    with pytest.raises(GenerationBroken, match="cannot be read"):
        Engine.open(index_dir, verify=False)


def test_threads_may_ask_for_more_people_than_are_remembered(index_dir, monkeypatch):
    monkeypatch.setattr("suggest.candidates.histories._CACHED", 2)
    with Engine.open(index_dir) as engine:
        engine.observe([search(f"u{n}", f"query {n}", DAY.format(10)) for n in range(20)])

        def ask(number):
            return own_counts(engine, "query", user=f"u{number % 20}")

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(ask, range(400))) == [{f"query {number % 20}": 1} for number in range(400)]


def test_what_was_accepted_counts_at_once_although_its_clock_is_ahead(index_dir):
    ahead = rfc3339(now_us() + 3600 * SECOND_US)
    with Engine.open(index_dir) as engine:
        engine.observe([search("u1", "zebra", ahead), {"type": "delete", "user": "u1", "query": "nike", "ts": ahead}])
        assert own_counts(engine, "zebra", now=None) == {"zebra": 1}
        assert texts(engine.complete("nike", match="prefix")) == []
        assert own_counts(engine, "zebra", now=NOW) == {}
        assert texts(engine.complete("nike", now=NOW)) == ["nike"]
