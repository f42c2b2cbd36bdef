"""The entry index against a brute-force scan."""

from __future__ import annotations

import tempfile

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.artifacts import Generation, building
from suggest.index import Budget, entries, heavy
from suggest.index.entries import EntryIndex, save_entries

_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=6)
_FEW_LETTERS = st.text("abé大", min_size=1, max_size=4)
_RANKS = st.integers(0, 30)
_N_RANKS = 31


@pytest.fixture
def small_tables(monkeypatch):
    """Limits small enough that drawn examples reach every way of answering."""
    monkeypatch.setattr(heavy, "HEAVY_OVER", 2)
    monkeypatch.setattr(heavy, "TOP", 4)
    monkeypatch.setattr(heavy, "DEEP_OVER", 12)
    monkeypatch.setattr(heavy, "DEEP_TOP", 9)
    monkeypatch.setattr(entries, "STORED_OVER", 3)


def index_of(pairs):
    """An entry index over (key, rank) pairs."""
    with tempfile.TemporaryDirectory() as folder:
        with building(folder) as writer:
            keys = pa.array([key for key, _ in pairs], pa.string())
            save_entries(writer, "aliases", keys, np.array([rank for _, rank in pairs], np.uint32))
        return EntryIndex(Generation.open(folder), "aliases")


def enough():
    """A budget that never ends."""
    return Budget(1_000_000)


def scan(pairs, is_match, k, allowed):
    """What the index must answer, the slow way."""
    return sorted({rank for key, rank in pairs if is_match(key) and allowed[rank]})[:k]


def prefixes_of(pairs):
    """Every prefix of every key, and one that nothing starts with."""
    return sorted({key[:length] for key, _ in pairs for length in range(len(key) + 1)} | {"\U0010ffff\U0010ffff"})


def agrees(pairs, k, allowed):
    """Compares every prefix and every key with a scan, all ranks allowed and only some."""
    index, everything = index_of(pairs), np.ones(_N_RANKS, np.bool_)
    for typed in prefixes_of(pairs):
        assert index.top(typed, k, enough()) == scan(pairs, lambda key, p=typed: key.startswith(p), k, everything)
        assert index.top(typed, k, enough(), allowed) == scan(pairs, lambda key, p=typed: key.startswith(p), k, allowed)
        assert index.exact(typed, k, enough()) == scan(pairs, lambda key, p=typed: key == p, k, everything)
        assert index.exact(typed, k, enough(), allowed) == scan(pairs, lambda key, p=typed: key == p, k, allowed)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(_TEXTS, _RANKS), max_size=40), st.integers(1, 40), st.sets(_RANKS))
def test_entries_equal_a_scan_for_every_prefix_of_all_of_unicode(pairs, k, hidden):
    agrees(pairs, k, np.array([rank not in hidden for rank in range(_N_RANKS)]))


@pytest.mark.usefixtures("small_tables")
def test_entries_equal_a_scan_where_stored_lists_end_and_all_entries_are_looked_at():
    @settings(max_examples=80, deadline=None)
    @given(st.lists(st.tuples(_FEW_LETTERS, _RANKS), max_size=60), st.integers(1, 12), st.sets(_RANKS))
    def law(pairs, k, hidden):
        agrees(pairs, k, np.array([rank not in hidden for rank in range(_N_RANKS)]))

    law()


@pytest.mark.usefixtures("small_tables")
@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(_FEW_LETTERS, _RANKS), max_size=60), st.integers(0, 60), st.booleans())
def test_entries_stay_within_the_budget_and_say_when_it_ended(pairs, nodes, is_filtered):
    index, full, allowed = index_of(pairs), enough(), np.arange(_N_RANKS) % 3 == 0
    for typed in prefixes_of(pairs):
        budget = Budget(nodes)
        found = index.top(typed, 5, budget, allowed if is_filtered else None)
        assert budget.visited <= nodes
        right = index.top(typed, 5, full, allowed if is_filtered else None)
        assert set(found) <= set(scan(pairs, lambda key, p=typed: key.startswith(p), 99, allowed | (not is_filtered)))
        assert budget.exhausted or found == right


def test_entries_of_nothing_cost_no_file():
    with tempfile.TemporaryDirectory() as folder:
        with building(folder) as writer:
            save_entries(writer, "aliases", pa.array([], pa.string()), np.empty(0, np.uint32))
        generation = Generation.open(folder)
        assert generation.bytes_by_file() == {}
        index = EntryIndex(generation, "aliases")
    assert len(index) == 0
    assert index.top("", 10, enough()) == index.exact("", 10, enough()) == []


def test_entries_of_one_query_under_many_keys_count_once():
    pairs = [(f"a{number}", 7) for number in range(100)] + [("ab", 9)]
    index = index_of(pairs)
    assert index.top("a", 10, enough()) == [7, 9]
    assert len(index) == 101
