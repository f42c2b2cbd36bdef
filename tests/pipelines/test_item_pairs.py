"""What belongs to an item, counted by hand; what is watched with it, against the formula in Python."""

import math
import random
from collections import defaultdict

import ibis
import pyarrow as pa
import pytest

from suggest.pipelines.co_views import LEAST_USERS, MOST_SEEN, NEXT, co_views
from suggest.pipelines.item_pairs import MAX_LOOKS, item_pairs


@pytest.fixture(scope="module")
def connection():
    return ibis.duckdb.connect()


def table(connection, name, rows, types):
    arrow = pa.Table.from_pylist([dict(zip(types, row, strict=True)) for row in rows], pa.schema(list(types.items())))
    return connection.create_table(name, arrow, overwrite=True)


SEARCHES = {"user": pa.string(), "key": pa.string(), "item": pa.string()}
SHOWN = {
    "user": pa.string(),
    "input": pa.string(),
    "key": pa.string(),
    "position": pa.int64(),
    "n_clicks": pa.int64(),
}


def test_searches_beside_an_item_count_people(connection):
    rows = [("u1", "jazz", "v1"), ("u1", "jazz", "v1"), ("u2", "jazz", "v1"), ("u1", "soup", None)]

    pairs = item_pairs(table(connection, "searches", rows, SEARCHES), None).to_pyarrow().to_pylist()

    assert pairs == [{"item": "v1", "key": "jazz", "users": 2, "looks": 0.0, "clicks": 0}]


def test_what_was_shown_adds_looks_by_position_and_clicks_by_person(connection):
    searches = table(connection, "searches", [("u1", "jazz", "v1")], SEARCHES)
    shown = [
        ("u1", "v1", "jazz", 0, 0),
        ("u2", "v1", "jazz", 3, 1),
        ("u2", "v1", "soup", 1, 0),
        *[("u3", "v1", "soup", 0, 0)] * 100,
    ]

    pairs = item_pairs(searches, table(connection, "shown", shown, SHOWN)).to_pyarrow().to_pylist()

    assert sorted(pairs, key=lambda row: row["key"]) == [
        {"item": "v1", "key": "jazz", "users": 2, "looks": pytest.approx(1.25), "clicks": 1},
        {"item": "v1", "key": "soup", "users": 0, "looks": pytest.approx(0.5 + MAX_LOOKS), "clicks": 0},
    ]


VIEWS = {"user": pa.string(), "item": pa.string(), "ts_us": pa.int64()}


def surprise(both, own, others, everybody):
    """G² of two by two cells."""
    cells = [both, own - both, others - both, everybody - own - others + both]
    margins = [
        (own, others),
        (own, everybody - others),
        (everybody - own, others),
        (everybody - own, everybody - others),
    ]
    return 2 * sum(
        n * math.log(n * everybody / (row * column)) for n, (row, column) in zip(cells, margins, strict=True) if n > 0
    )


def expected(rows, gap_us):
    """All pairs, the slow way: {(item, other): strength}."""
    by_user = defaultdict(list)
    for user, item, ts_us in sorted(set(rows), key=lambda row: (row[0], row[2], row[1])):
        by_user[user].append((item, ts_us))
    together, watched = defaultdict(set), defaultdict(set)
    for user, seen in by_user.items():
        for place, (item, ts_us) in enumerate(seen):
            watched[item].add(user)
            for other, later_us in seen[place + 1 : place + 1 + NEXT]:
                if other != item and later_us - ts_us <= gap_us:
                    together[item, other].add(user)
                    together[other, item].add(user)
    found = {}
    for (item, other), users in together.items():
        both, own, others = len(users), len(watched[item]), len(watched[other])
        if both >= LEAST_USERS and both > own * others / len(by_user):
            found[item, other] = 1 - 1 / (1 + surprise(both, own, others, len(by_user)))
    return found


def test_items_watched_together_are_those_of_the_formula(connection):
    draw = random.Random(4)
    rows = [(f"u{draw.randrange(30)}", f"v{int(8 * draw.random() ** 2)}", draw.randrange(1000)) for _ in range(400)]

    found = co_views(table(connection, "views", rows, VIEWS), gap_us=50).to_pyarrow().to_pylist()

    assert {(row["item"], row["other"]): row["strength"] for row in found} == pytest.approx(expected(rows, 50))
    for item in {row["item"] for row in found}:
        of_item = sorted((row for row in found if row["item"] == item), key=lambda row: row["place"])
        assert [row["place"] for row in of_item] == list(range(len(of_item)))
        assert [row["strength"] for row in of_item] == sorted((row["strength"] for row in of_item), reverse=True)


def test_an_item_keeps_its_strongest_company_alone(connection):
    rows = [
        (f"u{n}-{person}", item, ts_us)
        for n in range(MOST_SEEN + 5)
        for person in range(2)
        for ts_us, item in enumerate(("hub", f"v{n:02d}"))
    ]
    rows += [(f"alone-{n}", "other", 0) for n in range(50)]

    found = co_views(table(connection, "views", rows, VIEWS)).to_pyarrow().to_pylist()

    kept = sorted(row["other"] for row in found if row["item"] == "hub")
    assert kept == [f"v{n:02d}" for n in range(MOST_SEEN)]
