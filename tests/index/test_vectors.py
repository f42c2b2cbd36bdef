"""Nearest vectors against all of them compared."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.artifacts import Generation, building
from suggest.errors import ArtifactError
from suggest.index import vectors as vectors_module
from suggest.index.vector_codes import quantised
from suggest.index.vectors import MAX_EXACT, VectorIndex, save_vectors


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def saved(directory, ids, rows, section="query_vectors"):
    with building(directory) as writer:
        save_vectors(writer, section, np.asarray(ids, dtype=np.uint32), rows.astype(np.float32))
    return VectorIndex(Generation.open(directory), section)


def brute_force(ids, rows, asked, k):
    """The best by (product of the rounded vectors, id), from whole numbers."""
    stored, wanted = quantised(rows), quantised(asked)
    products = (wanted.values.astype(np.int64) @ stored.values.astype(np.int64).T).astype(np.float32) * stored.scales
    return np.array([[ids[row] for row in np.lexsort((ids, -line))[:k]] for line in products])


@cache
def clustered(n, d=32, seed=0):
    """Rows around a hundred centres, as queries lie."""
    centres = np.random.default_rng(100).normal(size=(100, d))
    rng = np.random.default_rng(seed)
    return unit(centres[rng.integers(0, 100, n)] + 0.6 * rng.normal(size=(n, d))).astype(np.float32)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """An index with a sketch; its ids are the even numbers."""
    rows = clustered(MAX_EXACT + 2_000)
    ids = np.arange(len(rows)) * 2
    return ids, rows, saved(tmp_path_factory.mktemp("large"), ids, rows)


def test_nearest_of_a_small_index_are_those_of_brute_force(tmp_path):
    rows, ids = clustered(500), np.arange(500) * 3 + 1
    index = saved(tmp_path, ids, rows)
    asked = clustered(40, seed=9)

    found, scores = index.nearest(asked, 10)

    assert np.array_equal(found, brute_force(ids, rows, asked, 10))
    assert np.all(np.diff(scores, axis=1) <= 0)
    exact = np.take_along_axis(asked @ rows.T, (found - 1) // 3, 1)
    assert np.abs(scores - exact).max() < 0.02


def test_nearest_of_a_large_index_are_nearly_those_of_brute_force(large):
    _, rows, index = large
    asked = clustered(200, seed=5)

    found, _ = index.nearest(asked, 10)

    truth = np.argsort(-(asked @ rows.T), axis=1, kind="stable")[:, :10] * 2
    assert np.mean([len(set(ours) & set(true)) for ours, true in zip(found, truth, strict=True)]) >= 9.5


def test_nearest_are_the_same_to_the_bit_alone_and_in_any_batch(large):
    _, _, index = large
    asked = clustered(50, seed=6)

    ids, scores = index.nearest(asked, 10)

    for row in range(len(asked)):
        alone = index.nearest(asked[row : row + 1], 10)
        assert np.array_equal(alone[0][0], ids[row])
        assert np.array_equal(alone[1][0], scores[row])


@settings(max_examples=10)
@given(n=st.integers(0, 12), k=st.integers(1, 20), m=st.integers(0, 4))
def test_nearest_fill_up_with_minus_one_where_there_are_fewer(tmp_path_factory, n, k, m):
    index = saved(tmp_path_factory.mktemp("few"), np.arange(n), clustered(max(n, 1))[:n])

    found, scores = index.nearest(clustered(max(m, 1), seed=2)[:m], k)

    assert found.shape == scores.shape == (m, k)
    assert np.all((found >= 0).sum(axis=1) == min(n, k))
    assert np.all(scores[found < 0] == 0)


def test_equal_rows_are_ordered_by_id(tmp_path):
    rows = np.repeat(clustered(3), 4, axis=0)
    index = saved(tmp_path, np.arange(12), rows)

    found, _ = index.nearest(rows[4:5], 4)

    assert found.tolist() == [[4, 5, 6, 7]]


def test_a_vector_of_zeros_has_no_neighbours_and_is_nobodys(tmp_path):
    rows = clustered(5).copy()
    rows[2] = 0
    index = saved(tmp_path, np.arange(5), rows)

    found, _ = index.nearest(np.stack([rows[0], np.zeros_like(rows[0])]), 5)

    assert sorted(found[0].tolist()) == [-1, 0, 1, 3, 4]
    assert found[1].tolist() == [-1] * 5
    assert index.holds(np.arange(5)).tolist() == [True, True, False, True, True]


def test_rows_are_those_saved_and_zeros_for_unknown_ids(large):
    ids, rows, index = large

    found = index.rows(np.array([4, -1, 5, ids[-1], 10**7]))

    assert np.abs(found[[0, 3]] - rows[[2, -1]]).max() < 0.01
    assert not found[[1, 2, 4]].any()
    assert index.holds(np.array([4, -1, 5, ids[-1], 10**7])).tolist() == [True, False, False, True, False]


def test_the_same_rows_give_the_same_files(tmp_path, large):
    ids, rows, _ = large
    saved(tmp_path / "one", ids, rows)
    saved(tmp_path / "two", ids, rows)
    contents = [
        {path.name: path.read_bytes() for path in sorted((tmp_path / name).glob("0*/query*"))}
        for name in ("one", "two")
    ]

    assert contents[0] == contents[1]


def test_a_sketch_that_loses_neighbours_is_not_published(tmp_path, monkeypatch):
    # What tells rows apart is far below what a byte can hold.
    rows = np.full((MAX_EXACT + 1, 8), 1.0)
    rows[:, 0] += 1e-5 * np.random.default_rng(0).normal(size=len(rows))

    with pytest.raises(ArtifactError, match=r"query_vectors: a search would find 0\.\d+ of the ten true neighbours"):
        saved(tmp_path, np.arange(len(rows)), unit(rows))
    assert not list(tmp_path.glob("0*"))


def test_equal_rows_count_for_each_other_when_recall_is_checked(tmp_path, monkeypatch):
    monkeypatch.setattr(vectors_module, "MAX_EXACT", 500)
    rows = np.repeat(clustered(30), 40, axis=0)

    index = saved(tmp_path, np.arange(len(rows)), rows)

    found, scores = index.nearest(rows[:1], 10)
    assert np.all(found < 40)
    assert np.all(scores == scores[0, 0])
