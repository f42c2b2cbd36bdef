"""The prefix index against a brute-force scan."""

from __future__ import annotations

import tempfile

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.artifacts import Generation, building
from suggest.index import ALL, PrefixIndex, QueryColumns, heavy, prefix, save_prefixes, save_queries

# Every code point that UTF-8 can hold and no normalised query loses; the few letters make shared prefixes likely.
_UNICODE = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\n"), min_size=1, max_size=8)
_FEW_LETTERS = st.text("ab é日😀", min_size=1, max_size=6)
_KEYS = st.dictionaries(_UNICODE | _FEW_LETTERS, st.integers(1, 9), min_size=1, max_size=60)


@pytest.fixture
def small_tables(monkeypatch):
    """Constants so small that a few dozen queries meet every way of answering."""
    monkeypatch.setattr(heavy, "HEAVY_OVER", 2)
    monkeypatch.setattr(heavy, "TOP", 4)
    monkeypatch.setattr(heavy, "DEEP_OVER", 12)
    monkeypatch.setattr(heavy, "DEEP_TOP", 100)
    monkeypatch.setattr(prefix, "RENDERED", 3)


def index_of(weights, locales=None, displays=None):
    """A prefix index over {key: weight}, with {locale: {key: weight}}."""
    keys = sorted(weights)
    row = {key: number for number, key in enumerate(keys)}
    weight = np.array([weights[key] for key in keys], dtype=np.float64)
    columns = QueryColumns(
        keys=pa.array(keys, pa.string()),
        displays=pa.array([(displays or {}).get(key, key) for key in keys], pa.string()),
        weight=weight,
        count=weight.astype(np.int64),
        users=weight.astype(np.int64),
        decayed=weight,
        last_seen_us=np.zeros(len(keys), np.int64),
    )
    by_locale = {
        name: (
            np.array(sorted(row[key] for key in local), dtype=np.int64),
            np.array([local[keys[number]] for number in sorted(row[key] for key in local)], dtype=np.float64),
        )
        for name, local in (locales or {}).items()
    }
    with tempfile.TemporaryDirectory() as folder:
        with building(folder) as writer:
            save_prefixes(writer, columns, save_queries(writer, columns), by_locale)
        return PrefixIndex(Generation.open(folder))


def scan(weights, typed, k):
    """What the index must answer, the slow way."""
    found = [key for key in weights if key.startswith(typed)]
    return sorted(found, key=lambda key: (-weights[key], key))[:k]


def prefixes_of(weights):
    """Every prefix of every key, and one that nothing starts with."""
    return sorted({key[:length] for key in weights for length in range(len(key) + 1)} | {"\U0010ffff"})


@settings(max_examples=60, deadline=None)
@given(weights=_KEYS, k=st.integers(1, 40))
def test_top_equals_a_scan_for_every_prefix_of_all_of_unicode(weights, k):
    index = index_of(weights)
    for typed in prefixes_of(weights):
        ids, texts = index.top(typed, k)
        assert texts == scan(weights, typed, k)
        assert [index.queries.key(query_id) for query_id in ids] == texts
        assert index.top_ids(typed, k) == ids
        assert index.weights(ids) == [weights[text] for text in texts]


@pytest.mark.usefixtures("small_tables")
def test_top_equals_a_scan_where_stored_lists_end_and_enumeration_begins():
    @settings(max_examples=120, deadline=None)
    @given(weights=st.dictionaries(_FEW_LETTERS, st.integers(1, 4), min_size=1, max_size=60), k=st.integers(1, 40))
    def law(weights, k):
        index = index_of(weights)
        for typed in prefixes_of(weights):
            assert index.top(typed, k)[1] == scan(weights, typed, k)

    law()


@pytest.mark.usefixtures("small_tables")
def test_a_locale_has_its_own_order_over_its_own_queries():
    @settings(max_examples=80, deadline=None)
    @given(data=st.data())
    def law(data):
        weights = data.draw(st.dictionaries(_FEW_LETTERS, st.integers(1, 9), min_size=1, max_size=40))
        local = data.draw(st.dictionaries(st.sampled_from(sorted(weights)), st.integers(1, 9), min_size=1))
        index = index_of(weights, {"de": local})
        for typed in prefixes_of(weights):
            assert index.top(typed, 5, index.locale("de-AT"))[1] == scan(local, typed, 5)
            assert index.top(typed, 5, index.locale("fr"))[1] == scan(weights, typed, 5)

    law()


def test_a_locale_that_holds_all_counts_is_stored_once():
    weights = {"a": 2, "b": 1}
    index = index_of(weights, {"en": weights, "en-us": weights})
    assert index.top("", 2, index.locale("en_US"))[1] == ["a", "b"]
    assert index._lists["en-us"] is index._lists[ALL]


def test_the_display_form_is_what_is_shown():
    weights = {f"nivea {number}": 100 - number for number in range(40)} | {"soap": 1}
    displays = {"nivea 0": "NIVEA 0", "nivea 20": "Nivea 20", "soap": "SOAP"}
    index = index_of(weights, displays=displays)
    shown = [displays.get(key, key) for key in scan(weights, "", 41)]
    for k in (1, 5, 21, 41):
        assert index.top("", k)[1] == shown[:k]
    assert index.top("so", 1)[1] == ["SOAP"]


def test_more_than_the_deepest_list_cannot_be_had():
    weights = {f"q{number:04d}": 5000 - number for number in range(heavy.DEEP_OVER + 1)}
    index = index_of(weights)
    assert len(index.top("q", 100)[1]) == 100
    assert index.top("q", heavy.DEEP_OVER)[1] == scan(weights, "q", heavy.DEEP_TOP)
