"""Impressions and clicks against a plain-Python oracle, and the bias of positions in worlds whose truth is known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suggest.pipelines.impressions import (
    click_statistics,
    examination_curves,
    position_counts,
    shown_texts,
    slots,
)
from suggest.pipelines.read import EVENT_SCHEMA
from suggest.pipelines.spellings import spellings
from suggest.text import normalise
from suggest.types import parse_event

Records = list[dict[str, Any]]

laws = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Few people, requests and queries, so that requests are repeated and clicks miss their list.
_texts = st.sampled_from(["Nivea", "nivea", "nike", "zug", "\u200b", "\U0001f600"])
_impressions = st.fixed_dictionaries(
    {
        "type": st.just("impression"),
        "user": st.sampled_from(["u", "v"]),
        "ts": st.integers(1, 9),
        "known_at": st.integers(1, 9),
        "request_id": st.sampled_from(["r1", "r2", "r3"]),
        "surface": st.sampled_from(["typeahead", "item"]),
        "input": st.sampled_from(["n", "ni"]),
        "locale": st.sampled_from([None, "en"]),
        "shown": st.lists(_texts, max_size=4),
    }
)
_clicks = st.fixed_dictionaries(
    {
        "type": st.just("click"),
        "user": st.sampled_from(["u", "v"]),
        "ts": st.integers(1, 9),
        "request_id": st.sampled_from(["r1", "r2", "r3"]),
        "query": _texts,
        "position": st.integers(0, 3),
    }
)


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Any]:
    connection = ibis.duckdb.connect(threads=2)
    yield connection
    connection.disconnect()


def _slots(connection: Any, records: Records) -> Any:
    events = list({event.event_id: event for event in map(parse_event, records)}.values())
    columns = [
        pa.array(column, field.type) for column, field in zip(zip(*events, strict=True), EVENT_SCHEMA, strict=True)
    ]
    table = connection.create_table("events", pa.Table.from_arrays(columns, schema=EVENT_SCHEMA), overwrite=True)
    spelled = connection.create_table("spelled", spellings(shown_texts(table)), overwrite=True)
    return connection.create_table("slots", slots(table, spelled), overwrite=True)


def _rows(connection: Any, table: Any) -> Records:
    rows: Records = connection.to_pyarrow(table).to_pylist()
    return rows


def _slots_oracle(records: Records) -> Counter[Any]:
    events = list({event.event_id: event for event in map(parse_event, records)}.values())
    impressions = sorted(
        (event for event in events if event.type == "impression"),
        key=lambda event: (event.known_at_us, event.ts_us, event.event_id),
    )
    clicked = {(event.user, event.request_id, normalise(event.query)) for event in events if event.type == "click"}
    first: dict[Any, Any] = {}
    for event in impressions:
        first.setdefault((event.user, event.request_id), event)
    rows: dict[Any, Any] = {}
    for (user, request_id), event in first.items():
        chances = event.propensities or [1.0] * len(event.shown)
        for position, (query, chance) in enumerate(zip(event.shown, chances, strict=True)):
            key = normalise(query)
            if key:
                is_clicked = (user, request_id, key) in clicked
                row = (event.surface, event.locale, event.input, position, is_clicked, len(event.shown), chance)
                rows.setdefault((user, request_id, key), row)
    return Counter((*name, *row) for name, row in rows.items())


def _with_propensities(record: dict[str, Any], chances: list[float]) -> dict[str, Any]:
    return record | {"propensities": chances[: len(record["shown"])]}


_chances = st.lists(st.sampled_from([0.25, 0.5, 1.0]), min_size=4, max_size=4)
_listed = st.one_of(_impressions, st.builds(_with_propensities, _impressions, _chances))


@laws
@given(records=st.lists(st.one_of(_listed, _clicks), min_size=1, max_size=12))
def test_slots_equal_their_oracle(duckdb: Any, records: Records) -> None:
    got = _rows(duckdb, _slots(duckdb, records))
    names = (
        "user",
        "request_id",
        "key",
        "surface",
        "locale",
        "input",
        "position",
        "n_clicks",
        "n_listed",
        "propensity",
    )
    assert Counter(tuple(row[name] for name in names) for row in got) == _slots_oracle(records)


def _world(
    order: Any, attraction: np.ndarray, examination: np.ndarray, n_requests: int, n_users: int, seed: int
) -> Records:
    """A log by the position-based model: each request shows queries in the order that `order` draws."""
    rng = np.random.default_rng(seed)
    records: Records = []
    for number in range(n_requests):
        shown = order(rng)
        user, request_id = f"u{rng.integers(n_users)}", f"r{number}"
        names = [f"q{query}" for query in shown]
        common = {"ts": 1000 + number, "user": user, "request_id": request_id}
        records.append({"type": "impression", "surface": "typeahead", "input": "q", "shown": names, **common})
        is_clicked = rng.random(len(shown)) < examination[: len(shown)] * attraction[shown]
        records += [
            {"type": "click", "query": names[at], "position": int(at), **common} for at in np.flatnonzero(is_clicked)
        ]
    return records


EXAMINATION = np.array([1.0, 0.6, 0.45, 0.25, 0.2, 0.1])
ATTRACTION = np.array([0.5, 0.2, 0.4, 0.1, 0.3, 0.6])


def _mostly_sorted(rng: np.random.Generator) -> np.ndarray:
    """The same order again and again, but for one list in five."""
    return rng.permutation(6) if rng.random() < 0.2 else np.arange(6)


def test_examination_of_a_known_world_is_found(duckdb: Any) -> None:
    records = _world(_mostly_sorted, ATTRACTION, EXAMINATION, 12_000, 3_000, seed=1)
    curves = examination_curves(duckdb, _slots(duckdb, records), None)
    assert list(curves) == ["typeahead"]
    assert curves["typeahead"] == pytest.approx(EXAMINATION, rel=0.2)


def _personal(n_requests: int, shuffled_share: float, seed: int) -> Records:
    """People want one of six queries, and their lists begin with it; some lists are in random order instead."""
    rng = np.random.default_rng(seed)
    records: Records = []
    for number in range(n_requests):
        wanted = int(rng.integers(6))
        order = np.array([wanted, *(query for query in range(6) if query != wanted)])
        is_shuffled = rng.random() < shuffled_share
        shown = rng.permutation(order) if is_shuffled else order
        moved = shuffled_share / 6
        chances = [moved + (1 - shuffled_share) * bool(query == own) for query, own in zip(shown, order, strict=True)]
        attraction = np.where(shown == wanted, 0.8, 0.1)
        common = {"ts": 1000 + number, "user": f"u{number % 2000}", "request_id": f"r{number}"}
        names = [f"q{query}" for query in shown]
        impression = {"type": "impression", "surface": "typeahead", "input": "q", "shown": names}
        records.append(impression | {"propensities": chances} | common)
        is_clicked = rng.random(6) < EXAMINATION * attraction
        records += [
            {"type": "click", "query": names[at], "position": int(at), **common} for at in np.flatnonzero(is_clicked)
        ]
    return records


def test_propensities_tell_a_look_from_an_order_made_for_the_person(duckdb: Any) -> None:
    """Without them the top seems eight times as good as it is looked at: what stands there is wanted."""
    records = _personal(12_000, 0.3, seed=9)
    with_them = examination_curves(duckdb, _slots(duckdb, records), None)["typeahead"]
    assert with_them == pytest.approx(EXAMINATION, rel=0.25)
    blind = [{name: value for name, value in record.items() if name != "propensities"} for record in records]
    without = examination_curves(duckdb, _slots(duckdb, blind), None)["typeahead"]
    assert without[1] < EXAMINATION[1] / 2


def test_propensities_of_one_change_nothing(duckdb: Any) -> None:
    records = _world(_mostly_sorted, ATTRACTION, EXAMINATION, 600, 50, seed=10)
    curves = [examination_curves(duckdb, _slots(duckdb, records), 5)["typeahead"]]
    for record in records:
        if record["type"] == "impression":
            record["propensities"] = [1.0] * 6
    curves.append(examination_curves(duckdb, _slots(duckdb, records), 5)["typeahead"])
    assert curves[0].tolist() == curves[1].tolist()


def test_rates_are_unbiased_where_clicks_per_impression_are_not(duckdb: Any) -> None:
    """The best query of the world stands at the bottom: its share of clicks is the smallest but one."""
    seen = _slots(duckdb, _world(_mostly_sorted, ATTRACTION, EXAMINATION, 12_000, 3_000, seed=2))
    curves = {"typeahead": EXAMINATION}
    rows = {row["key"]: row for row in _rows(duckdb, click_statistics(duckdb, seen, curves, None))}
    naive = np.array([rows[f"q{n}"]["n_clicks"] / rows[f"q{n}"]["n_shown"] for n in range(6)])
    debiased = np.array([rows[f"q{n}"]["n_clicks"] / rows[f"q{n}"]["examined"] for n in range(6)])
    assert debiased == pytest.approx(ATTRACTION, rel=0.1)
    assert np.argmax(debiased) == 5
    assert np.argmax(naive) == 0
    assert naive[5] < naive[2]
    coec = np.array([rows[f"q{n}"]["n_clicks"] / rows[f"q{n}"]["expected_clicks"] for n in range(6)])
    assert coec / coec[0] == pytest.approx(debiased / debiased[0])


def test_expected_clicks_add_up_to_the_clicks(duckdb: Any) -> None:
    """For each surface and input length, and so for all."""
    records = _world(_mostly_sorted, ATTRACTION, EXAMINATION, 500, 20, seed=3)
    rows = _rows(duckdb, click_statistics(duckdb, _slots(duckdb, records), {"typeahead": EXAMINATION}, 5))
    assert sum(row["expected_clicks"] for row in rows) == pytest.approx(sum(row["n_clicks"] for row in rows))


def test_one_person_counts_no_more_than_the_bound(duckdb: Any) -> None:
    """A flood of clicks at the bottom adds at most the bound to clicks, and nothing else than it to any column."""
    honest = _world(_mostly_sorted, ATTRACTION, EXAMINATION, 300, 300, seed=4)
    flood = _world(lambda _: np.array([0, 1, 2, 3, 4, 5]), np.ones(6), np.ones(6), 400, 1, seed=5)
    for record in flood:
        record["user"], record["request_id"] = "flood", "f" + record["request_id"]
    curves = {"typeahead": EXAMINATION}
    before = {row["key"]: row for row in _rows(duckdb, click_statistics(duckdb, _slots(duckdb, honest), curves, 3))}
    both = _rows(duckdb, click_statistics(duckdb, _slots(duckdb, honest + flood), curves, 3))
    for row in both:
        old = before[row["key"]]
        assert row["n_clicks"] - old["n_clicks"] == pytest.approx(3)
        assert row["n_shown"] - old["n_shown"] == pytest.approx(3)
        assert row["examined"] - old["examined"] == pytest.approx(3 * EXAMINATION[int(row["key"][1])])


def test_one_person_does_not_turn_the_curve(duckdb: Any) -> None:
    honest = _world(_mostly_sorted, ATTRACTION, EXAMINATION, 6_000, 3_000, seed=6)
    flood = _world(lambda rng: rng.permutation(6), np.ones(6), np.arange(6) / 5, 2_000, 1, seed=7)
    for record in flood:
        record["user"], record["request_id"] = "flood", "f" + record["request_id"]
    curve = examination_curves(duckdb, _slots(duckdb, honest + flood), 10)["typeahead"]
    assert curve == pytest.approx(EXAMINATION, rel=0.3)


def test_results_do_not_depend_on_the_order_of_rows(duckdb: Any) -> None:
    records = _world(_mostly_sorted, ATTRACTION, EXAMINATION, 400, 50, seed=8)
    got = []
    for rows in (records, records[::-1]):
        seen = _slots(duckdb, rows)
        curves = examination_curves(duckdb, seen, 7)
        statistics = _rows(duckdb, click_statistics(duckdb, seen, curves, 7))
        got.append((curves["typeahead"].tobytes(), sorted(tuple(row.values()) for row in statistics)))
    assert got[0] == got[1]


def test_a_log_without_impressions_gives_nothing(duckdb: Any) -> None:
    seen = _slots(duckdb, [{"type": "search", "ts": 1, "user": "u", "query": "q"}])
    assert examination_curves(duckdb, seen, 10) == {}
    assert _rows(duckdb, click_statistics(duckdb, seen, {}, 10)) == []


@laws
@given(records=st.lists(st.one_of(_impressions, _clicks), min_size=1, max_size=15), bound=st.sampled_from([None, 1, 2]))
def test_position_counts_equal_their_oracle(duckdb: Any, records: Records, bound: int | None) -> None:
    seen = _slots(duckdb, records)
    got = defaultdict(list)
    for row in _rows(duckdb, position_counts(seen, bound)):
        got[row["number"]].append((row["surface"], row["position"], row["n_shown"], row["n_clicks"]))
    by_user: defaultdict[Any, list[tuple[int, int]]] = defaultdict(list)
    for row in _rows(duckdb, seen):
        stratum = row["surface"], row["locale"], row["input"], row["key"]
        by_user[stratum, row["user"]].append((row["position"], row["n_clicks"]))
    strata: defaultdict[Any, defaultdict[int, np.ndarray]] = defaultdict(lambda: defaultdict(lambda: np.zeros(2)))
    for (stratum, _), shown in by_user.items():
        share = 1.0 if bound is None else min(1.0, bound / len(shown))
        for position, n_clicks in shown:
            strata[stratum][position] += share, share * n_clicks
    expected = [
        sorted((stratum[0], position, *map(float, counts)) for position, counts in positions.items())
        for stratum, positions in strata.items()
        if len(positions) > 1 and sum(counts[1] for counts in positions.values()) > 0
    ]
    assert sorted(map(_rounded, map(sorted, got.values()))) == sorted(map(_rounded, expected))


def _rounded(rows: list[Any]) -> list[Any]:
    return [(*row[:2], round(row[2], 6), round(row[3], 6)) for row in rows]
