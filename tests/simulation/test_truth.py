"""What truth.json says is what the log was made from."""

from __future__ import annotations

import gzip
import math
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
    scene = Scene(small, Draws(3), {}, {}, None, None, None)
    visits = Visits(scene)
    for position, examined in enumerate(small.examination):
        chances = [0.0] * len(small.examination)
        chances[position] = 1.0
        taps = sum(visits._scan(chances) == position for _ in range(20_000))
        assert taps / 20_000 == pytest.approx(examined, abs=0.015)


def test_attractions_tell_what_each_list_holds(events, records, small):
    """One line a list; nothing is tapped that attracts nobody, and the wanted query attracts most."""
    attractions = {record["request_id"]: record["attraction"] for record in records("attractions.jsonl.gz")}
    lists = {event["request_id"]: event for event in events if event["type"] == "impression"}
    assert attractions.keys() == lists.keys()
    assert all(len(attractions[name]) == len(event["shown"]) for name, event in lists.items())
    tapped = [attractions[event["request_id"]][event["position"]] for event in events if event["type"] == "click"]
    assert min(tapped) > 0
    assert max(tapped) == small.target_attraction


def test_clicks_are_as_many_as_examination_and_attraction_make(events, records, truth):
    """The sum over all typeahead lists of the chance of a tap, by the truth alone, is the number of taps."""
    attractions = {record["request_id"]: record["attraction"] for record in records("attractions.jsonl.gz")}
    lists = [event for event in events if event.get("surface") == "typeahead" and event["type"] == "impression"]
    taps = sum(event["type"] == "click" and event["surface"] == "typeahead" for event in events)
    expected = variance = 0.0
    for event in lists:
        chances = zip(truth["clicks"]["examination"], attractions[event["request_id"]], strict=False)
        passed = math.prod(1 - looked * attracts for looked, attracts in chances)
        expected += 1 - passed
        variance += passed * (1 - passed)
    assert taps == pytest.approx(expected, abs=4 * math.sqrt(variance))


def test_propensities_are_the_chances_of_the_order(tmp_path, small):
    """As many queries stand at their place as the propensities of the lists say."""
    share = 0.3
    simulate(tmp_path, 60, 8, 3, parameters=replace(small, shuffled_share=share, logged_propensities=True))
    lines = gzip.decompress((tmp_path / "events.jsonl.gz").read_bytes()).splitlines()
    shown = [event for event in map(orjson.loads, lines) if event["type"] == "impression"]
    assert all(len(event["propensities"]) == len(event["shown"]) for event in shown)
    lists = [event["propensities"] for event in shown if len(event["shown"]) > 2]
    moved = [sum(chance < 0.5 for chance in chances) for chances in lists]
    # Of a shuffled list of n all but one are expected to move; shuffling is the same draw for the whole list.
    expected = sum(share * (len(chances) - 1) for chances in lists)
    deviation = math.sqrt(sum(share * len(chances) ** 2 for chances in lists))
    assert sum(moved) == pytest.approx(expected, abs=4 * deviation)
    assert {chance for chances in lists for chance in chances} == {
        round(chance, 6) for n in map(len, lists) for chance in (share / n, 1 - share + share / n)
    }


def test_propensities_change_nothing_else(tmp_path, small):
    simulate(tmp_path / "with", 6, 3, 9, parameters=replace(small, logged_propensities=True))
    simulate(tmp_path / "without", 6, 3, 9, parameters=small)
    with_them, without = (
        [
            orjson.loads(line)
            for line in gzip.decompress((tmp_path / name / "events.jsonl.gz").read_bytes()).splitlines()
        ]
        for name in ("with", "without")
    )
    assert [{key: value for key, value in event.items() if key != "propensities"} for event in with_them] == without


def test_typeahead_clicks_fall_with_the_position(tmp_path, small):
    """Position bias: among lists in random order, the top is tapped more often than the bottom half."""
    simulate(tmp_path, 60, 8, 2, parameters=replace(small, shuffled_share=1.0))
    lines = gzip.decompress((tmp_path / "events.jsonl.gz").read_bytes()).splitlines()
    events = [orjson.loads(line) for line in lines]
    long = {e["request_id"] for e in events if e.get("surface") == "typeahead" and len(e.get("shown", [])) == 8}
    taps = Counter(e["position"] for e in events if e["type"] == "click" and e["request_id"] in long)
    assert taps[0] + taps[1] > 1.5 * (taps[6] + taps[7])
