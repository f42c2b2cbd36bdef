"""Logs in, tables out: what is left out and why, whatever the order of the input."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest

from suggest.errors import InputError
from suggest.pipelines.attributes import attribute_rows
from suggest.pipelines.collect import BuildInputs, collect, connect
from suggest.pipelines.impressions import CLICK_SCHEMA
from suggest.pipelines.report import ReadReport
from suggest.types import SECOND_US, parse_event

TABLES = (
    "statistics",
    "by_locale",
    "by_region",
    "steps",
    "clicks",
    "profiles",
    "attributes",
    "aliases",
    "tombstones",
)


def _search(ts: int, user: str, query: str, **more: Any) -> dict[str, Any]:
    return {"type": "search", "ts": ts, "user": user, "query": query, **more}


def _write(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    return path


def _collect(directory: Path, inputs: BuildInputs) -> tuple[dict[str, Any], ReadReport]:
    directory.mkdir()
    connection, report = connect(directory), ReadReport()
    try:
        tables = collect(connection, inputs, report, directory=directory)
        out: dict[str, Any] = {name: connection.to_pyarrow(getattr(tables, name)).to_pylist() for name in TABLES}
        return out | {"watermark_us": tables.watermark_us}, report
    finally:
        connection.disconnect()


def _bag(rows: list[dict[str, Any]]) -> Counter[Any]:
    return Counter(tuple(row.items()) for row in rows)


LOG = [
    _search(100, "u1", "Niv", locale="de"),
    _search(103, "u1", "Nivea", locale="de", session="s", region="DE"),
    _search(200, "u2", "nivea", locale="en", source="typeahead", region="US"),
    _search(300, "u3", " nivea ", locale="en", event_id="e3"),
    _search(300, "u3", " nivea ", locale="en", event_id="e3", known_at=900),
    _search(400, "u3", "\u200b", event_id="blank"),
    _search(401, "u3", "x" * 300),
    _search(500, "u4", "old secret"),
    _search(501, "u4", "zug"),
    _search(600, "u5", "Bad Word"),
    {"type": "delete", "ts": 700, "user": "admin", "query": "bad  word"},
    {"type": "delete", "ts": 650, "user": "admin", "query": "BAD WORD"},
    {"type": "view", "ts": 800, "user": "u1", "item": "v"},
    _search(2000, "u9", "later"),
]
SEEN = [
    {"type": "impression", "ts": 300 + n, "user": "u3", "request_id": f"r{n}", "surface": surface, "input": "n"}
    | {"shown": ["Nivea", "zug"] if n % 2 else ["zug", "nivea", "bad word"]}
    for n, surface in enumerate(["typeahead", "typeahead", "typeahead", "item"])
]
SEEN += [
    {"type": "click", "ts": 310, "user": "u3", "request_id": f"r{n}", "query": "zug", "position": n % 2} for n in (0, 3)
]
COUNTS = [
    {
        "query": "nivea",
        "count": 7,
        "users": 3,
        "kind": "brand",
        "tags": ["care", "skin"],
        "aliases": ["Niwea", "NIVEA"],
    },
    {"query": "Bad word", "count": 9, "kind": "word", "tags": ["x"], "aliases": ["worse"]},
    {"query": "Tram", "count": 2, "region": "CH", "aliases": ["streetcar", "bad  WORD", " ", "y" * 300]},
    {"query": "NIVEA", "count": 1, "kind": "colour", "tags": ["skin"], "locale": "it", "aliases": ["niwea"]},
]


def _inputs(tmp_path: Path, **more: Any) -> BuildInputs:
    return BuildInputs(
        events=[_write(tmp_path / "e.jsonl", LOG)],
        queries=[_write(tmp_path / "q.jsonl", COUNTS)],
        forgotten={"u4": 500 * SECOND_US, "nobody": 1},
        as_of_us=1000 * SECOND_US,
        **more,
    )


def test_collect_leaves_out_what_does_not_count_and_says_why(tmp_path: Path) -> None:
    tables, report = _collect(tmp_path / "work", _inputs(tmp_path))
    statistics = {row["key"]: row for row in tables["statistics"]}
    assert statistics.keys() == {"nivea", "zug", "tram"}
    assert report.dropped == {
        "known_later": 1,
        "forgotten_user": 1,
        "duplicate": 1,
        "empty_query": 1 + 1,
        "too_long_query": 1 + 1,
        "deleted_query": 2 + 1,
        "half_typed": 1,
    }
    nivea = statistics["nivea"]
    assert (nivea["count"], nivea["users"], nivea["weight"]) == (3 + 8, 2 + 4, 11.0)
    assert (nivea["display"], nivea["last_seen_us"]) == ("nivea", 300 * SECOND_US)
    assert (statistics["tram"]["count"], statistics["tram"]["users"], statistics["tram"]["last_seen_us"]) == (2, 2, 0)
    assert tables["tombstones"] == [{"key": "bad word", "deleted_us": 650 * SECOND_US}]
    assert tables["watermark_us"] == 900 * SECOND_US


def test_collect_tells_weights_by_locale_and_null_for_none(tmp_path: Path) -> None:
    tables, _ = _collect(tmp_path / "work", _inputs(tmp_path))
    weights = {(row["key"], row["locale"]): row["weight"] for row in tables["by_locale"]}
    assert weights == {
        ("nivea", "de"): 1.0,
        ("nivea", "en"): 2.0,
        ("nivea", "it"): 1.0,
        ("nivea", None): 7.0,
        ("zug", None): 1.0,
        ("tram", None): 2.0,
    }


def test_collect_tells_weights_by_region_as_it_was_written(tmp_path: Path) -> None:
    tables, _ = _collect(tmp_path / "work", _inputs(tmp_path))
    weights = {(row["key"], row["region"]): row["weight"] for row in tables["by_region"]}
    assert weights == {("nivea", "DE"): 1.0, ("nivea", "US"): 1.0, ("tram", "CH"): 2.0}


def test_collect_counts_clicks_of_the_typeahead_alone(tmp_path: Path) -> None:
    log = _write(tmp_path / "e.jsonl", [*LOG, *SEEN])
    rows = _collect(tmp_path / "work", BuildInputs(events=[log]))[0]["clicks"]
    assert list(rows[0]) == list(CLICK_SCHEMA)
    assert {row["key"]: (row["n_shown"], row["n_clicks"]) for row in rows} == {
        "nivea": (3.0, 0.0),
        "zug": (3.0, 1.0),
        "bad word": (2.0, 0.0),
    }


def test_collect_tells_steps_between_final_queries(tmp_path: Path) -> None:
    log = [
        _search(ts, "u", query) for ts, query in ((0, "zug"), (60, "niv"), (62, "nivea"), (90, "nivea"), (99, "zug"))
    ]
    tables, _ = _collect(tmp_path / "work", BuildInputs(events=[_write(tmp_path / "e.jsonl", log)]))
    assert {(row["key"], row["next_key"]) for row in tables["steps"]} == {("zug", "nivea"), ("nivea", "zug")}


def test_collect_tells_every_attribute_a_query_was_seen_with(tmp_path: Path) -> None:
    tables, _ = _collect(tmp_path / "work", _inputs(tmp_path))
    assert _bag(tables["attributes"]) == _bag(
        [
            {"key": key, "field": field, "value": value}
            for key, field, value in (
                ("nivea", "kind", "brand"),
                ("nivea", "kind", "colour"),
                ("nivea", "tags", "care"),
                ("nivea", "tags", "skin"),
                ("nivea", "locale", "de"),
                ("nivea", "locale", "en"),
                ("nivea", "locale", "it"),
                ("nivea", "region", "DE"),
                ("nivea", "region", "US"),
                ("tram", "region", "CH"),
            )
        ]
    )


def test_attributes_are_those_of_the_rows_of_an_index(tmp_path: Path) -> None:
    connection = connect(tmp_path)
    try:
        tables = collect(connection, _inputs(tmp_path), ReadReport(), directory=tmp_path)
        found = attribute_rows(tables.attributes, pa.table({"key": ["a", "tram", "zug"], "more": [1, 2, 3]}))
        nothing = attribute_rows(tables.attributes, pa.table({"key": ["zug"]}))
    finally:
        connection.disconnect()
    assert [(row, found.attributes[code]) for row, code in zip(found.row, found.code, strict=True)] == [
        (1, ("region", "CH"))
    ]
    assert (len(nothing.row), len(nothing.code), nothing.attributes) == (0, 0, [])


def test_collect_tells_which_keys_stand_for_a_query(tmp_path: Path) -> None:
    tables, _ = _collect(tmp_path / "work", _inputs(tmp_path))
    assert _bag(tables["aliases"]) == _bag([{"key": "nivea", "alias": "niwea"}, {"key": "tram", "alias": "streetcar"}])


def test_collect_keeps_profiles_with_the_session_the_client_named(tmp_path: Path) -> None:
    tables, _ = _collect(tmp_path / "work", _inputs(tmp_path))
    profiles = {(row["user"], row["display"]): (row["session"], row["typed"]) for row in tables["profiles"]}
    assert profiles == {
        ("u1", "Nivea"): ("s", True),
        ("u2", "nivea"): (None, False),
        ("u3", "nivea"): (None, True),
        ("u4", "zug"): (None, True),
    }


def test_collect_gives_equal_rows_whatever_the_order_of_files_and_rows(tmp_path: Path) -> None:
    log = [*LOG, *SEEN]
    first, second = _write(tmp_path / "a.jsonl", log[:7]), _write(tmp_path / "b.jsonl", log[7:])
    shuffled = _write(tmp_path / "c.jsonl", log[::-1])
    counts = _write(tmp_path / "q.jsonl", COUNTS)
    inputs = [
        BuildInputs(events=[first, second], queries=[counts]),
        BuildInputs(events=[second, first], queries=[_write(tmp_path / "r.jsonl", COUNTS[::-1])]),
        BuildInputs(events=[shuffled], queries=[counts]),
        BuildInputs(extra_events=[parse_event(record) for record in log], queries=[counts]),
        BuildInputs(events=[first], extra_events=(parse_event(record) for record in log[3:]), queries=[counts]),
    ]
    results = [_collect(tmp_path / f"work{i}", each)[0] for i, each in enumerate(inputs)]
    for one, other in itertools.pairwise(results):
        assert one["watermark_us"] == other["watermark_us"]
        for name in TABLES:
            assert _bag(one[name]) == _bag(other[name])


def test_collect_of_nothing_is_empty_tables(tmp_path: Path) -> None:
    tables, report = _collect(tmp_path / "work", BuildInputs())
    assert tables == {name: [] for name in TABLES} | {"watermark_us": 0}
    assert (report.rows, report.dropped) == (0, {})


def test_collect_decays_relative_to_the_watermark(tmp_path: Path) -> None:
    log = [_search(0, "u1", "a"), _search(10, "u2", "a"), {"type": "view", "ts": 20, "user": "u", "item": "i"}]
    inputs = BuildInputs(events=[_write(tmp_path / "e.jsonl", log)], half_life_us=10 * SECOND_US)
    (row,) = _collect(tmp_path / "work", inputs)[0]["statistics"]
    assert row["decayed"] == 0.25 + 0.5


def test_recent_counts_halve_by_day_and_week_and_bound_each_user(tmp_path: Path) -> None:
    day_s = 86_400
    log = [_search(day * day_s, "u1", "a") for day in range(15)] + [
        _search(14 * day_s + n, "u2", "a") for n in range(9)
    ]
    inputs = BuildInputs(events=[_write(tmp_path / "e.jsonl", log)], max_per_user=3)
    (row,) = _collect(tmp_path / "work", inputs)[0]["statistics"]
    assert row["decayed_1d"] == pytest.approx(sum(0.5**age for age in range(15)) + 3, rel=1e-3)
    assert row["decayed_7d"] == pytest.approx(3 + 3)


def test_collect_fails_on_a_damaged_file_after_good_ones(tmp_path: Path) -> None:
    good = _write(tmp_path / "e.jsonl", LOG)
    bad = tmp_path / "f.jsonl.gz"
    bad.write_bytes(b"\x1f\x8b damaged")
    with pytest.raises(InputError, match=r"f\.jsonl\.gz"):
        _collect(tmp_path / "work", BuildInputs(events=[good, bad]))


def test_collect_takes_nul_characters_inside_a_query(tmp_path: Path) -> None:
    log = [_search(1, "u", "ni\0vea"), _search(2, "v", "nivea")]
    tables, _ = _collect(tmp_path / "work", BuildInputs(events=[_write(tmp_path / "e.jsonl", log)]))
    assert [(row["key"], row["users"]) for row in tables["statistics"]] == [("nivea", 2)]
