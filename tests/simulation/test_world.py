"""The world as a whole: formats, determinism, order, bounds."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import date

import orjson
import pytest

from suggest.errors import ArgumentError
from suggest.simulation import simulate
from suggest.types import parse_event

FILES = (
    *("attractions.jsonl.gz", "comments.jsonl.gz", "events.jsonl.gz", "items.jsonl.gz"),
    *("lexicon.tsv.gz", "queries.tsv.gz", "truth.json"),
)


def test_events_are_all_valid_and_told_apart(events):
    parsed = [parse_event(record) for record in events]
    assert len({event.event_id for event in parsed}) == len(parsed)
    assert {event.type for event in parsed} == {"search", "impression", "click", "view"}


def test_events_come_in_order_of_time_and_end_with_the_last_day(events, small):
    times = [record["ts"] for record in events]
    assert times == sorted(times)
    days = sorted({date.fromisoformat(ts[:10]) for ts in times})
    assert days[-1] == small.last_day
    assert (days[-1] - days[0]).days == 9


def test_events_use_every_source_and_surface(events):
    assert {record["source"] for record in events if record["type"] == "search"} == {
        *("typed", "typeahead", "related", "item", "comment")
    }
    assert {record["surface"] for record in events if record["type"] == "impression"} == {
        *("typeahead", "related", "item", "comment")
    }


def test_events_point_at_items_and_comments_that_exist_by_then(events, records):
    items = {record["item"]: record["ts"] for record in records("items.jsonl.gz")}
    comments = {record["comment"]: record["ts"] for record in records("comments.jsonl.gz")}
    for event in events:
        if "item" in event:
            assert items[event["item"]] <= event["ts"]
        if event.get("surface") == "comment" and event["type"] == "impression":
            assert comments[event["input"]] <= event["ts"]


def test_clicks_follow_their_impression_and_start_a_search(events):
    shown = {event["request_id"]: event for event in events if event["type"] == "impression"}
    searched = {event["request_id"]: event for event in events if event["type"] == "search" and "request_id" in event}
    clicks = [event for event in events if event["type"] == "click"]
    assert clicks
    for click in clicks:
        impression = shown[click["request_id"]]
        assert impression["ts"] <= click["ts"]
        assert impression["shown"][click["position"]] == click["query"]
        if click["request_id"] in searched:  # a visit may break off at the end of the log
            assert searched[click["request_id"]]["query"] == click["query"]
    assert len(searched) >= len(clicks) - 1


def test_typeahead_lists_complete_what_was_typed(events):
    lists = [event for event in events if event.get("surface") == "typeahead" and event["type"] == "impression"]
    assert lists
    for event in lists:
        assert all(query.startswith(event["input"].lower()) for query in event["shown"])


@pytest.mark.parametrize(
    ("name", "header"),
    [("queries.tsv.gz", "query count users locale"), ("lexicon.tsv.gz", "name kind query aliases")],
)
def test_tables_have_the_columns_of_their_format(made, name, header):
    first, *rows = _table(made[0] / name)
    assert first == header.split()
    assert {len(row) for row in rows} == {4}
    assert len({(row[0], row[3]) for row in rows}) == len(rows)


def test_past_counts_hold_what_two_users_searched(made):
    _, *rows = _table(made[0] / "queries.tsv.gz")
    assert all(2 <= int(users) <= int(count) for _, count, users, _ in rows)


def test_report_counts_what_the_files_hold(made, events, records):
    out, report = made
    assert tuple(sorted(report.rows)) == FILES == tuple(sorted(path.name for path in out.iterdir()))
    assert report.rows["events.jsonl.gz"] == len(events) == sum(report.events.values())
    assert report.rows["items.jsonl.gz"] == len(records("items.jsonl.gz"))
    assert report.rows["comments.jsonl.gz"] == len(records("comments.jsonl.gz"))
    assert report.bytes == {name: (out / name).stat().st_size for name in report.rows}


def test_simulate_writes_the_same_bytes_again(tmp_path, small):
    first, second = tmp_path / "first", tmp_path / "second"
    assert simulate(first, 6, 3, 9, parameters=small) == simulate(second, 6, 3, 9, parameters=small)
    for name in FILES:
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_simulate_makes_another_world_of_another_seed(tmp_path, small):
    simulate(tmp_path / "first", 6, 3, 9, parameters=small)
    simulate(tmp_path / "second", 6, 3, 10, parameters=small)
    assert (tmp_path / "first/truth.json").read_bytes() != (tmp_path / "second/truth.json").read_bytes()


def test_simulate_tells_its_progress_day_by_day(tmp_path, small):
    told = []
    simulate(tmp_path, 2, 3, 1, progress=lambda *news: told.append(news), parameters=small)
    assert told == [("days", 1, 3), ("days", 2, 3), ("days", 3, 3)]


@pytest.mark.parametrize(("users", "days", "seed"), [(0, 1, 1), (1, 0, 1), (1, 10_001, 1), (1, 1, -1)])
def test_simulate_rejects_numbers_out_of_range(tmp_path, users, days, seed):
    with pytest.raises(ArgumentError):
        simulate(tmp_path, users, days, seed)


def _table(path):
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    return [line.split("\t") for line in lines]


def test_lists_come_shortest_first_when_asked(tmp_path, small):
    """The same queries for each prefix as by count, in another order; but for lists in random order."""
    lists = {}
    for by_length in (False, True):
        out = tmp_path / str(by_length)
        simulate(out, 30, 6, 2, parameters=replace(small, shortest_first=by_length, shuffled_share=0.0))
        records = [orjson.loads(line) for line in gzip.decompress((out / "events.jsonl.gz").read_bytes()).splitlines()]
        typed = [record for record in records if record.get("surface") == "typeahead" and "shown" in record]
        lists[by_length] = {(record["locale"], record["input"].lower()): record["shown"] for record in typed}
    both = lists[True].keys() & lists[False].keys()
    assert len(both) > 20
    assert all(sorted(lists[True][name]) == sorted(lists[False][name]) for name in both)
    assert all(shown == sorted(shown, key=lambda text: (len(text), text)) for shown in lists[True].values())
    assert lists[True] != lists[False]
