"""Filters over the index against a brute-force scan."""

from __future__ import annotations

import tempfile

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.artifacts import Generation, building
from suggest.index import ALL, Budget, PrefixIndex, QueryColumns, heavy, ranges, save_prefixes, save_queries
from suggest.index import attributes as attributes_module
from suggest.index.attributes import AttributeIndex, AttributeRows, save_attributes
from suggest.index.filtered import filtered_top, filtered_top_ids
from suggest.index.ranges import BestOfRange
from suggest.types.where import attribute_value, parse_where, with_ancestors

_KEYS = st.text("ab é日😀", min_size=1, max_size=5)
_VALUES = [
    ("kind", "Music"),
    ("kind", "person"),
    ("tags", "live"),
    ("region", "US"),
    ("locale", "en"),
    ("locale", "de"),
]
_WRITTEN = [*_VALUES, ("locale", "en_US"), ("kind", " music"), ("locale", "no tag at all"), ("tags", " ")]
_LEAVES = st.sampled_from([*_VALUES, ("kind", "unknown"), ("locale", "en-us")]).map(lambda pair: {pair[0]: pair[1]})
_FILTERS = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: {"all": parts})
        | st.lists(inner, max_size=3).map(lambda parts: {"any": parts})
        | inner.map(lambda part: {"not": part})
    ),
    max_leaves=5,
)


@pytest.fixture
def small_tables(monkeypatch):
    """Constants so small that a few dozen queries meet every way of answering."""
    monkeypatch.setattr(heavy, "HEAVY_OVER", 2)
    monkeypatch.setattr(heavy, "TOP", 4)
    monkeypatch.setattr(heavy, "DEEP_OVER", 14)
    monkeypatch.setattr(heavy, "DEEP_TOP", 12)
    monkeypatch.setattr(ranges, "BLOCK", 2)
    monkeypatch.setattr(ranges, "SCANNED", 3)
    monkeypatch.setattr(ranges, "_SORTED", 2)


class World:
    """Queries with weights, locales and attributes, as an index and as plain dictionaries."""

    def __init__(self, weights, attributes, local=None):
        self.weights, self.local = weights, local or {}
        self.keys = sorted(weights)
        self.known = {key: set() for key in weights}
        for key, pairs in attributes.items():
            for field, text in pairs:
                value = attribute_value(field, text)
                self.known[key] |= {(field, each) for each in with_ancestors(field, value) if value}
        with tempfile.TemporaryDirectory() as folder:
            with building(folder) as writer:
                self._write(writer, attributes)
            self.generation = Generation.open(folder)
            self.index = PrefixIndex(self.generation)
            self.attributes = AttributeIndex(self.generation, self.index)

    def _write(self, writer, attributes):
        row = {key: number for number, key in enumerate(self.keys)}
        weight = np.array([self.weights[key] for key in self.keys], dtype=np.float64)
        keys = pa.array(self.keys, pa.string())
        counts = weight.astype(np.int64)
        columns = QueryColumns(keys, keys, weight, counts, counts, weight, np.zeros(len(keys), np.int64))
        locales = {
            name: (
                np.array([row[key] for key in sorted(here)], dtype=np.int64),
                np.array([here[key] for key in sorted(here)], dtype=np.float64),
            )
            for name, here in self.local.items()
        }
        ids = save_queries(writer, columns)
        save_prefixes(writer, columns, ids, locales)
        pairs = [(row[key], pair) for key, given in attributes.items() for pair in given]
        named = sorted({pair for _, pair in pairs})
        number = {pair: code for code, pair in enumerate(named)}
        rows = np.array([row for row, _ in pairs], dtype=np.int64)
        codes = np.array([number[pair] for _, pair in pairs], dtype=np.int64)
        save_attributes(writer, ids, AttributeRows(rows, codes, named))

    def scan(self, typed, k, where, weights=None):
        weights = self.weights if weights is None else weights
        found = [key for key in weights if key.startswith(typed) and where.holds(self.known[key])]
        return sorted(found, key=lambda key: (-weights[key], key))[:k]

    def prefixes(self):
        return sorted({key[:length] for key in self.weights for length in range(len(key) + 1)} | {"\U0010ffff"})


@st.composite
def worlds(draw, locales=False):
    weights = draw(st.dictionaries(_KEYS, st.integers(1, 5), min_size=1, max_size=60))
    given_pairs = st.lists(st.sampled_from(_WRITTEN), max_size=4)
    attributes = {key: draw(given_pairs) for key in weights}
    local = {}
    if locales:
        here = st.dictionaries(st.sampled_from(sorted(weights)), st.integers(1, 4), min_size=1)
        local = {"de": draw(here), "en": draw(here)}
    return World(weights, attributes, local)


def unlimited():
    return Budget(10**9)


@pytest.mark.usefixtures("small_tables")
def test_what_passes_equals_a_scan_for_every_prefix_and_filter():
    @settings(max_examples=60, deadline=None)
    @given(world=worlds(), stated=_FILTERS, k=st.integers(1, 12))
    def law(world, stated, k):
        where = parse_where(stated)
        allowed = world.attributes.compile(where)
        for typed in world.prefixes():
            ids, texts = filtered_top(world.index, typed, k, ALL, allowed, unlimited())
            assert texts == world.scan(typed, k, where)
            assert [world.index.queries.key(query_id) for query_id in ids] == texts
            assert filtered_top_ids(world.index, typed, k, ALL, allowed, unlimited()) == ids

    law()


@pytest.mark.usefixtures("small_tables")
def test_in_a_locale_what_passes_comes_in_the_order_of_the_locale():
    @settings(max_examples=60, deadline=None)
    @given(world=worlds(locales=True), stated=_FILTERS, k=st.integers(1, 12))
    def law(world, stated, k):
        where = parse_where(stated)
        allowed = world.attributes.compile(where)
        for typed in world.prefixes():
            for name, weights in world.local.items():
                _, found = filtered_top(world.index, typed, k, world.index.locale(name), allowed, unlimited())
                assert found == world.scan(typed, k, where, weights)

    law()


@settings(max_examples=40, deadline=None)
@given(world=worlds(), stated=_FILTERS)
def test_a_compiled_filter_says_of_each_query_whether_it_passes(world, stated):
    where = parse_where(stated)
    allowed = world.attributes.compile(where)
    queries = world.index.queries
    passing = {key for key in world.keys if where.holds(world.known[key])}
    assert {queries.key(query_id) for query_id in np.flatnonzero(allowed.by_id)} == passing
    assert {queries.key(queries.id_of_rank[rank]) for rank in np.flatnonzero(allowed.by_rank)} == passing
    assert {key for key in world.keys if allowed.admits(queries.find(key))} == passing
    assert allowed.admits(-1) is where.holds(())
    assert allowed.n_queries == len(passing)
    assert allowed.is_everything is (len(passing) == len(world.keys))


def test_values_that_many_have_take_a_bit_a_query_and_others_four_bytes():
    keys = [f"q{number:04d}" for number in range(3200)]
    attributes = {key: [("kind", "many" if number % 2 else "some")] for number, key in enumerate(keys)}
    attributes["q0007"].append(("tags", "rare"))
    world = World(dict.fromkeys(keys, 1), attributes)
    sizes = world.generation.bytes_by_file()
    assert sizes["attribute_bits.npy"] - 128 == 2 * 3200 / 8
    assert sizes["attribute_rows.npy"] - 128 == 4
    assert sizes["id_of_row.npy"] - 128 == 4 * 3200
    for stated, n_queries in (({"kind": "many"}, 1600), ({"tags": "rare"}, 1), ({"tags": "rare", "kind": "some"}, 0)):
        assert world.attributes.compile(parse_where(stated)).n_queries == n_queries


def test_without_attributes_nothing_is_written_and_only_a_not_passes():
    world = World({"a": 2, "ab": 1}, {})
    assert not [name for name in world.generation.bytes_by_file() if name.startswith(("attribute", "id_of_row"))]
    for stated, texts in (({"kind": "x"}, []), ({"not": {"kind": "x"}}, ["a", "ab"]), ({"all": []}, ["a", "ab"])):
        allowed = world.attributes.compile(parse_where(stated))
        assert filtered_top(world.index, "a", 10, ALL, allowed, unlimited())[1] == texts


def test_attributes_that_say_nothing_are_as_none():
    world = World({"a": 2}, {"a": [("locale", "no tag at all"), ("tags", " \0")]})
    assert not world.generation.holds("attributes.marisa")


@pytest.mark.usefixtures("small_tables")
def test_a_spent_budget_gives_only_what_passes_and_says_so():
    keys = [f"{letter}{number:03d}" for letter in "ab" for number in range(100)]
    weights = {key: 1 + number * 7919 % 101 for number, key in enumerate(keys)}
    world = World(weights, {key: [("kind", "x")] for key in keys[::3]})
    where = parse_where({"kind": "x"})
    allowed = world.attributes.compile(where)
    for nodes in range(60):
        for typed in ("", "a", "a00", "a000"):
            budget = Budget(nodes)
            _, found = filtered_top(world.index, typed, 3, ALL, allowed, budget)
            assert found == world.scan(typed, 3, where) or (budget.exhausted and not found)
            assert budget.visited <= nodes


def test_a_filter_costs_no_more_nodes_however_many_queries_pass():
    keys = [f"q{number:05d}" for number in range(20_000)]
    # What passes is what is least popular: no stored list holds any of it.
    weights = {key: 1 + number for number, key in enumerate(keys)}
    world = World(weights, {key: [("kind", "x")] for key in keys[:10_000]})
    where = parse_where({"kind": "x"})
    budget = unlimited()
    _, found = filtered_top(world.index, "q", 10, ALL, world.attributes.compile(where), budget)
    assert found == keys[9_999:9_989:-1]
    assert budget.visited <= heavy.TOP + ranges.SCANNED + 12 * ranges.BLOCK


def test_a_filter_is_compiled_once_and_forgotten_when_too_many_came_after(monkeypatch):
    world = World({"a": 1, "b": 1}, {"a": [("kind", "x")]})
    first = world.attributes.compile(parse_where({"kind": "x"}))
    assert world.attributes.compile(parse_where({"any": [{"kind": "X "}]})) is first
    for number in range(attributes_module.CACHED):
        world.attributes.compile(parse_where({"kind": str(number)}))
    assert world.attributes.compile(parse_where({"kind": "x"})) is not first
    monkeypatch.setattr(attributes_module, "CACHED_BYTES", 0)
    latest = world.attributes.compile(parse_where({"kind": "y"}))
    assert world.attributes.compile(parse_where({"kind": "y"})) is latest
    assert len(world.attributes._compiled) == 1


def test_the_smallest_of_a_range_equal_a_sort(monkeypatch):
    monkeypatch.setattr(ranges, "BLOCK", 3)
    monkeypatch.setattr(ranges, "SCANNED", 5)
    monkeypatch.setattr(ranges, "_SORTED", 4)

    @settings(max_examples=200, deadline=None)
    @given(values=st.lists(st.integers(0, 2**32 - 1), max_size=200, unique=True), data=st.data(), k=st.integers(1, 20))
    def law(values, data, k):
        first = data.draw(st.integers(0, len(values)))
        last = data.draw(st.integers(first, len(values)))
        best = BestOfRange(np.array(values, dtype=np.uint32))
        assert best.smallest(first, last, k).tolist() == sorted(values[first:last])[:k]

    law()
