"""Corrections mined from sessions, against a plain-Python oracle and by example."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from math import exp
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from suggest.pipelines.corrections import corrections, learned_corrections

SCHEMA = pa.schema({"user": pa.string(), "session": pa.string(), "ts_us": pa.int64(), "key": pa.string()})
SECOND = 1_000_000


def mined(rows: list[dict[str, Any]], min_users: int = 1) -> dict[tuple[str, str], tuple[int, int]]:
    connection = ibis.duckdb.connect()
    searches = connection.create_table("searches", pa.Table.from_pylist(rows, SCHEMA))
    found = connection.to_pyarrow(corrections(searches, min_users)).to_pylist()
    assert len({(row["typed_key"], row["meant_key"]) for row in found}) == len(found)
    return {(row["typed_key"], row["meant_key"]): (row["users"], row["meant_users"]) for row in found}


def expected(rows: list[dict[str, Any]], min_users: int) -> dict[tuple[str, str], tuple[int, int]]:
    sessions, searchers, users = defaultdict(list), defaultdict(set), defaultdict(set)
    for row in rows:
        sessions[row["user"], row["session"]].append((row["ts_us"], row["key"]))
        searchers[row["key"]].add(row["user"])
    for (user, _), searches in sessions.items():
        for (ts_us, typed), (next_us, meant) in pairwise(sorted(searches)):
            one, other = typed.replace(" ", ""), meant.replace(" ", "")
            goes_on = one != other and (one.startswith(other) or other.startswith(one))
            near = Levenshtein.distance(one, other) <= (1 if len(one) < 5 else 2) and not goes_on
            if next_us - ts_us <= 120 * SECOND and typed != meant and len(one) >= 4 and near:
                users[typed, meant].add(user)
    return {
        (typed, meant): (len(by), len(searchers[meant]))
        for (typed, meant), by in users.items()
        if len(by) >= min_users
        and len(searchers[meant]) > len(searchers[typed])
        and not any(char.isdigit() for char in typed + meant)
    }


searches = st.fixed_dictionaries(
    {
        "user": st.sampled_from("abc"),
        "session": st.sampled_from("st"),
        "ts_us": st.integers(0, 300).map(lambda second: second * SECOND),
        "key": st.sampled_from(["recieve", "receive", "receiver", "rece ive", "teh", "the", "cars", "cats", "area 51"]),
    }
)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40)
@given(st.lists(searches, max_size=25, unique_by=lambda row: (row["user"], row["session"], row["ts_us"])))
def test_corrections_are_what_a_walk_through_the_sessions_finds(rows: list[dict[str, Any]]) -> None:
    counted = Counter(row["key"] for row in rows)
    assert sum(counted.values()) == len(rows)
    for min_users in (1, 2):
        assert mined(rows, min_users) == expected(rows, min_users)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("car", "cars"), ("iphone 12", "iphone 13"), ("teh", "the"), ("london", "paris"), ("receive", "receive")],
)
def test_refinements_numbers_and_short_words_are_no_corrections(typed: str, meant: str) -> None:
    rows = [
        {"user": user, "session": "s", "ts_us": at * SECOND, "key": key}
        for user in "abcd"
        for at, key in enumerate((typed, meant))
    ] + [{"user": "e", "session": "s", "ts_us": 0, "key": meant}]
    assert mined(rows) == {}


def test_a_correction_costs_as_much_as_it_is_rare() -> None:
    rows = pa.table({"typed_key": ["Mün chen"], "meant_key": ["münchen"], "users": [5], "meant_users": [95]})
    (found,) = learned_corrections(rows, {"münchen": 7}.get)
    assert (found.typed, found.rank) == ("Mun chen", 7)
    assert exp(-found.cost) == pytest.approx(0.05)


def test_corrections_to_what_is_not_suggested_are_left_out() -> None:
    rows = pa.table({"typed_key": ["recieve"], "meant_key": ["receive"], "users": [5], "meant_users": [9]})
    assert learned_corrections(rows, lambda _: -1) == []
