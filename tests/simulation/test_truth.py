"""What truth.json says is what the log was made from."""

from __future__ import annotations

import gzip
from collections import Counter
from dataclasses import replace

import orjson
import pytest

from suggest.simulation import simulate
from suggest.simulation.draws import Draws
from suggest.simulation.sessions import Scene, Visits


def test_affinities_sum_to_one_and_personas_come_first(truth, small):
    for affinities in truth["affinities"].values():
        assert sum(affinities.values()) == pytest.approx(1, abs=0.01)
    for number, topic in enumerate(small.personas, 1):
        affinities = truth["affinities"][f"user-{number}"]
        assert max(affinities, key=affinities.get) == topic


def test_affinities_show_in_what_users_watch(events, truth):
    """Views of a persona's favourite topic are several times as many as chance would give."""
    watched = Counter(
        truth["items"][event["item"]]["topic"]
        for event in events
        if event["type"] == "view" and event["user"] == "user-2"
    )
    assert watched["football"] > 3 * watched.total() / len(truth["topics"])


def test_item_relevance_grades_the_queries_shown_beside_it(events, truth):
    for event in events:
        if event["type"] == "impression" and event["surface"] == "item":
            assert set(event["shown"]) == truth["items"][event["input"]]["relevance"].keys()


def test_comment_spans_cut_out_their_query(records, truth):
    texts = {record["comment"]: record["text"] for record in records("comments.jsonl.gz")}
    assert truth["comments"].keys() == texts.keys()
    spans = [(texts[name], *span) for name, spans in truth["comments"].items() for span in spans]
    assert spans
    for text, start, end, query in spans:
        assert text[start:end].lower() == query


def test_trends_are_not_searched_before_their_day(events, truth):
    trends = [trend for trend in truth["trends"].values() if trend["day"] > 0]
    first_day = {}
    for trend in trends:
        for query in trend["queries"].values():
            first_day[query] = min(trend["day"], first_day.get(query, trend["day"]))
    old = {query for trend in truth["trends"].values() if trend["day"] <= 0 for query in trend["queries"].values()}
    days = sorted({event["ts"][:10] for event in events})
    searched = Counter()
    for event in events:
        query = event.get("query", "").lower()
        if event["type"] == "search" and query in first_day and query not in old:
            assert days.index(event["ts"][:10]) >= first_day[query]
            searched[query] += 1
    assert searched


def test_scan_follows_the_examination_probabilities(small):
    """Taps at a position, when only it attracts, are as frequent as the truth says it is examined."""
    scene = Scene(small, Draws(3), {}, {}, None, None)
    visits = Visits(scene)
    for position, examined in enumerate(small.examination):
        chances = [0.0] * len(small.examination)
        chances[position] = 1.0
        taps = sum(visits._scan(chances) == position for _ in range(20_000))
        assert taps / 20_000 == pytest.approx(examined, abs=0.015)


def test_typeahead_clicks_fall_with_the_position(tmp_path, small):
    """Position bias: among lists in random order, the top is tapped more often than the bottom half."""
    simulate(tmp_path, 60, 8, 2, parameters=replace(small, shuffled_share=1.0))
    lines = gzip.decompress((tmp_path / "events.jsonl.gz").read_bytes()).splitlines()
    events = [orjson.loads(line) for line in lines]
    long = {e["request_id"] for e in events if e.get("surface") == "typeahead" and len(e.get("shown", [])) == 8}
    taps = Counter(e["position"] for e in events if e["type"] == "click" and e["request_id"] in long)
    assert taps[0] + taps[1] > 1.5 * (taps[6] + taps[7])
