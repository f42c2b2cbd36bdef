"""Steps from one query of a session to the next, against a walk through each session."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suggest.index.transitions import MOST_NEXT
from suggest.pipelines.sessionise import sessionise
from suggest.pipelines.transitions import transition_rows, transitions

Rows = list[dict[str, Any]]

SCHEMA = pa.schema(
    {"user": pa.string(), "ts_us": pa.int64(), "known_at_us": pa.int64(), "key": pa.string(), "session": pa.string()}
)
laws = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

_searches = st.lists(
    st.fixed_dictionaries(
        {
            "user": st.sampled_from(["u", "v", "w"]),
            "ts_us": st.integers(0, 30),
            "known_at_us": st.integers(0, 3),
            "key": st.sampled_from(["a", "b", "c", "\U0001f600"]),
            "session": st.sampled_from([None, None, "s", "t"]),
        }
    ),
    max_size=25,
)


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Any]:
    connection = ibis.duckdb.connect(threads=2)
    yield connection
    connection.disconnect()


def _table(connection: Any, rows: Rows) -> Any:
    return connection.create_table("searches", pa.Table.from_pylist(rows, schema=SCHEMA), overwrite=True)


def _walked(sessions: Rows) -> set[tuple[str, str, str]]:
    """(user, query, next query) of events with the start of their session."""
    by_session = defaultdict(list)
    for row in sorted(sessions, key=lambda r: (r["ts_us"], r["known_at_us"], r["key"])):
        by_session[row["user"], row["session"], row["session_start_us"]].append(row["key"])
    return {
        (user, key, after) for (user, _, _), keys in by_session.items() for key, after in pairwise(keys) if key != after
    }


@laws
@given(_searches, st.integers(0, 6))
def test_transitions_are_the_steps_of_the_sessions(duckdb: Any, rows: Rows, gap_us: int) -> None:
    searches = _table(duckdb, rows)
    got = [tuple(row.values()) for row in duckdb.to_pyarrow(transitions(searches, gap_us)).to_pylist()]
    assert len(got) == len(set(got))
    assert set(got) == _walked(duckdb.to_pyarrow(sessionise(searches, gap_us)).to_pylist())


def _kept(steps: set[tuple[str, str, str]], row: dict[str, int], min_users: int) -> list[tuple[int, int, int, int]]:
    users = Counter((key, after) for _, key, after in steps)
    found = [
        (row[key], row[after], n, len({user for user, left, _ in steps if left == key}))
        for (key, after), n in users.items()
        if n >= min_users and key in row and after in row
    ]
    return sorted(found, key=lambda step: (step[0], -step[2], step[1]))


@laws
@given(_searches, st.integers(1, 3), st.sets(st.sampled_from(["a", "b", "c", "\U0001f600"]), min_size=1))
def test_rows_are_steps_of_enough_people_between_admitted_queries(
    duckdb: Any, rows: Rows, min_users: int, admitted: set[str]
) -> None:
    steps = transitions(_table(duckdb, rows))
    row = {key: number for number, key in enumerate(sorted(admitted))}
    row_of = ibis.memtable(pa.table({"key": list(row), "row": list(row.values())}))
    got = transition_rows(steps, row_of, min_users)
    expected = _kept({tuple(step.values()) for step in duckdb.to_pyarrow(steps).to_pylist()}, row, min_users)
    assert list(zip(*(column.tolist() for column in got), strict=True)) == expected


def test_of_many_next_queries_those_of_most_people_are_kept(duckdb: Any) -> None:
    n_next = MOST_NEXT + 8
    rows = []
    for number in range(n_next):
        for user in range(1 + number // 2):
            common = {"user": f"{number} {user}", "known_at_us": 0, "session": None}
            rows += [common | {"ts_us": 1, "key": "from"}, common | {"ts_us": 2, "key": f"to{number:02}"}]
    keys = ["from", *(f"to{number:02}" for number in range(n_next))]
    row_of = ibis.memtable(pa.table({"key": keys, "row": list(range(len(keys)))}))
    got = transition_rows(transitions(_table(duckdb, rows)), row_of, 1)
    order = sorted(range(n_next), key=lambda number: (-(1 + number // 2), number))[:MOST_NEXT]
    assert got.next_row.tolist() == [1 + number for number in order]
    assert set(got.left.tolist()) == {sum(1 + number // 2 for number in range(n_next))}


def test_one_person_makes_no_transition(duckdb: Any) -> None:
    common = {"user": "flood", "known_at_us": 0, "session": None}
    rows = [common | {"ts_us": ts, "key": "ab"[ts % 2]} for ts in range(200)]
    row_of = ibis.memtable(pa.table({"key": ["a", "b"], "row": [0, 1]}))
    assert len(transition_rows(transitions(_table(duckdb, rows)), row_of, 2).row) == 0
