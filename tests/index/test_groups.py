"""Groups of near-duplicates against a dictionary of all keys."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.artifacts import Generation, building
from suggest.index.groups import GroupTable, joined_words, save_groups
from suggest.text import normalise
from suggest.text.near_duplicates import near_duplicate_key

QUERIES = st.lists(
    st.lists(st.sampled_from(["wi-fi", "wifi", "wi", "fi", "shoe", "shoes", "nike", "nikes"]), max_size=4).map(" ".join)
    | st.text(alphabet=st.characters(exclude_categories=()), max_size=12),
    max_size=25,
).map(lambda texts: sorted({normalise(text) for text in texts} - {""}))


def _table(directory, keys, ids, weight, variants=None):
    with building(directory) as writer:
        n_grouped = save_groups(writer, pa.array(keys, pa.string()), ids, weight, variants)
    return GroupTable(Generation.open(directory)), n_grouped


@settings(max_examples=60)
@given(QUERIES, st.randoms())
def test_groups_equal_those_of_a_dictionary(tmp_path_factory, keys, random):
    ids = np.array(random.sample(range(len(keys)), len(keys)), dtype=np.uint32)
    weight = np.array([random.choice([1.0, 2.0, 3.5]) for _ in keys])
    table, n_grouped = _table(tmp_path_factory.mktemp("index"), keys, ids, weight)
    usual = joined_words(pa.array(keys, pa.string()))
    members = {}
    for row, key in enumerate(keys):
        members.setdefault(near_duplicate_key(key, usual), []).append(row)
    expected = {}
    for rows in members.values():
        heaviest = min(rows, key=lambda row: (-weight[row], row))
        expected |= {int(ids[row]): int(ids[heaviest]) for row in rows}
    asked = sorted(expected)
    assert table.groups(asked) == [expected[query_id] for query_id in asked]
    assert n_grouped == sum(len(rows) for rows in members.values() if len(rows) > 1)


def test_a_word_in_two_parts_joins_where_some_query_has_it_whole():
    keys = pa.array(["open data", "open-data", "cook book", "cookbook", "a part", "apart", "no where", "x y"])
    assert joined_words(keys) == {"open data": "opendata", "cook book": "cookbook"}


def test_variants_join_groups(tmp_path):
    ids, weight = np.array([0, 1], dtype=np.uint32), np.array([9.0, 1.0])
    table, _ = _table(tmp_path, ["receive mail", "recieve mail"], ids, weight, {"recieve": "receive"})
    assert table.groups([1, 0, 1]) == [0, 0, 0]


@pytest.mark.parametrize("n_keys", [0, 1])
def test_an_index_without_near_duplicates_has_no_groups(tmp_path, n_keys):
    table, n_grouped = _table(tmp_path, ["one"][:n_keys], np.zeros(n_keys, np.uint32), np.ones(n_keys))
    assert n_grouped == 0
    assert table.groups(range(n_keys)) == list(range(n_keys))
