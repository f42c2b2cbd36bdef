"""What comes later in sessions and what is asked for the same items, against brute force."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import combinations

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.pipelines.related_pairs import (
    MOST_QUERIES,
    SIGNIFICANT,
    STEPS,
    item_rows,
    later_pairs,
    later_rows,
    log_likelihood_ratio,
)

MINUTE_US = 60_000_000
KEYS = "abcde"


def searches(rows):
    """(user, minute, key) rows as a table."""
    table = {
        "user": [user for user, _, _ in rows],
        "session": [None for _ in rows],
        "ts_us": [minute * MINUTE_US for _, minute, _ in rows],
        "known_at_us": list(range(len(rows))),
        "key": [key for _, _, key in rows],
    }
    types = (pa.string(), pa.string(), pa.int64(), pa.int64(), pa.string())
    return ibis.memtable(pa.table(table, schema=pa.schema(list(zip(table, types, strict=True)))))


def rows_of():
    return ibis.memtable(pa.table({"key": list(KEYS), "row": list(range(len(KEYS)))}))


def brute_force_pairs(rows):
    """Of every user, each search with the `STEPS` after it as long as no pause is longer than half an hour."""
    pairs = set()
    for user in {user for user, _, _ in rows}:
        own = sorted((minute, at, key) for at, (who, minute, key) in enumerate(rows) if who == user)
        for first, (_, _, key) in enumerate(own):
            for step in range(first + 1, min(first + STEPS, len(own) - 1) + 1):
                if own[step][0] - own[step - 1][0] > 30:
                    break
                if own[step][2] != key:
                    pairs.add((user, key, own[step][2]))
    return pairs


ROWS = st.lists(st.tuples(st.sampled_from("xyz"), st.integers(0, 200), st.sampled_from(KEYS)), min_size=1, max_size=25)


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_later_pairs_are_those_of_brute_force(rows):
    found = later_pairs(searches(rows)).to_pyarrow().to_pylist()

    got = {(row["user"], row["key"], row["later_key"]) for row in found}
    assert len(got) == len(found)
    assert got == brute_force_pairs(rows)


def test_later_rows_keep_the_direction_and_what_enough_people_did():
    rows = [(f"u{number}", minute, key) for number in range(3) for minute, key in enumerate("ab")]
    rows += [(f"v{number}", minute, key) for number in range(5) for minute, key in enumerate("cd")]
    rows += [("w", 0, "a"), ("w", 1, "c")]

    found = later_rows(later_pairs(searches(rows)), rows_of(), min_users=2)

    assert list(zip(found.row.tolist(), found.other_row.tolist(), strict=True)) == [(0, 1), (2, 3)]
    assert found.strength.tolist() == pytest.approx(
        [math.sqrt(textbook_ratio(3, 4, 3, 9)), math.sqrt(textbook_ratio(5, 5, 5, 9))]
    )
    assert (found.strength**2 >= SIGNIFICANT).all()


def textbook_ratio(both, first, second, total):
    """Dunning's ratio as the log-likelihoods of two binomials with their own chance and with a common one."""

    def likelihood(chance, k, n):
        return sum(times * math.log(odds) for times, odds in ((k, chance), (n - k, 1 - chance)) if times)

    chances = both / first, (second - both) / (total - first) if total > first else 0.0
    own = likelihood(chances[0], both, first) + likelihood(chances[1], second - both, total - first)
    common = likelihood(second / total, both, first) + likelihood(second / total, second - both, total - first)
    return 2 * (own - common)


@given(st.integers(1, 50), st.integers(0, 50), st.integers(0, 50), st.integers(1, 500))
def test_log_likelihood_ratio_is_that_of_two_binomials(both, more_first, more_second, others):
    first, second = both + more_first, both + more_second
    total = first + second - both + others
    got = log_likelihood_ratio(np.array([float(both)]), np.array([float(first)]), np.array([float(second)]), total)

    expected = textbook_ratio(both, first, second, total)
    assert abs(got[0]) == pytest.approx(expected, rel=1e-6, abs=1e-6)
    if both * total < first * second:
        assert got[0] <= 0


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("ijk"), st.sampled_from(KEYS), st.sampled_from("xyz")), min_size=2, max_size=20)
)
def test_item_rows_are_the_cosines_of_brute_force(uses):
    table = ibis.memtable(pa.table(dict(zip(("item", "key", "user"), map(list, zip(*uses, strict=True)), strict=True))))
    found = item_rows(table, rows_of())

    of_item = defaultdict(set)
    for item, key, _ in uses:
        of_item[item].add(KEYS.index(key))
    share = {item: 1 / math.log(1 + len(rows)) for item, rows in of_item.items()}
    norm = {row: math.sqrt(sum(share[item] ** 2 for item in of_item if row in of_item[item])) for row in range(5)}
    expected = defaultdict(float)
    for item, rows in of_item.items():
        for pair in combinations(sorted(rows), 2):
            for row, other in (pair, pair[::-1]):
                expected[row, other] += share[item] ** 2 / norm[row] / norm[other]
    got = dict(
        zip(zip(found.row.tolist(), found.other_row.tolist(), strict=True), found.strength.tolist(), strict=True)
    )
    assert len(uses) <= MOST_QUERIES
    assert got == pytest.approx(dict(expected))
