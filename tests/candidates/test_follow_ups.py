"""What people searched after the session's latest query is proposed to who begins to type it."""

from __future__ import annotations

import orjson
import pytest

from suggest import Engine
from suggest.candidates.sources import MAX_FOLLOW_UPS
from suggest.pipelines.build import build

START_S = 1_700_000_000
NOW_S = START_S + 100_000
FOLLOWING = [f"zebra {chr(97 + n)}" for n in range(12)]
HEAVY = [f"zebra x{n:02}" for n in range(60)]


def _search(ts, user, query):
    return {"type": "search", "ts": ts, "user": user, "query": query}


def _log():
    """People go from `zoo` to one of twelve queries that are rare beside sixty others; two go to `horse`."""
    records = []
    for number, query in enumerate([*FOLLOWING, "horse"]):
        for person in range(2 + number % 12):
            user = f"{query} {person}"
            records += [_search(START_S, user, "zoo"), _search(START_S + 60, user, query)]
    for number, query in enumerate(HEAVY):
        records += [_search(START_S, f"h{number} {person}", query) for person in range(30)]
    one = "only"
    return [*records, _search(START_S, one, "zoo"), _search(START_S + 60, one, "zebra alone")]


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("follow_ups")
    (folder / "events.jsonl").write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in _log()))
    build(folder / "index", events=[folder / "events.jsonl"], min_users=2)
    return folder / "index"


@pytest.fixture
def engine(index):
    with Engine.open(index) as opened:
        opened.observe([_search(NOW_S - 60, "p", "zoo")])
        yield opened


def _proposed(engine, text="zebra", **more):
    shown = engine.complete(text, k=100, user="p", now=NOW_S, **more)
    return {suggestion.query for suggestion in shown if suggestion.source == "session"} - {"zoo"}


def test_the_next_queries_of_most_people_are_candidates(engine):
    best = sorted(FOLLOWING, key=lambda query: -FOLLOWING.index(query))[:MAX_FOLLOW_UPS]
    assert _proposed(engine) == set(best)


def test_they_begin_with_what_is_typed(engine):
    assert _proposed(engine, "zebra a") == {"zebra a"}
    assert _proposed(engine, "ho") == {"horse"}
    assert _proposed(engine, "zebra y") == set()


def test_nobody_else_is_told(engine):
    shown = engine.complete("zebra", k=100, now=NOW_S)
    assert {suggestion.source for suggestion in shown} == {"prefix"}


def test_a_session_that_ended_has_none(engine):
    later = engine.complete("zebra", k=100, user="p", now=NOW_S + 3600)
    assert "session" not in {suggestion.source for suggestion in later}


def test_what_is_blocked_makes_room_for_the_next_best(engine):
    before = _proposed(engine)
    engine.block(["Zebra L"])
    assert _proposed(engine) == before - {"zebra l"} | {"zebra d"}


def test_a_filter_holds_for_them(engine):
    assert _proposed(engine, where={"region": "nowhere"}) == set()


def test_the_plain_search_has_none(engine):
    assert _proposed(engine, match="prefix") == set()
