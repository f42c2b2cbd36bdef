"""Pairs of queries come back as they were written; crowds are those of brute force; initials stand for names."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.artifacts import Generation, building
from suggest.index import related_crowd
from suggest.index.related import MOST_OTHERS, PairRows, PairTable, save_pairs
from suggest.index.related_crowd import NEAREST, crowdedness, led, sample, surroundings
from suggest.text.initials import initials

N = 60
IDS = np.random.default_rng(0).permutation(N).astype(np.uint32)


@settings(max_examples=20, deadline=None)
@given(pairs=st.dictionaries(st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)), st.integers(1, 9), max_size=200))
def test_pairs_are_the_strongest_of_each_query_best_first(tmp_path_factory, pairs):
    folder = tmp_path_factory.mktemp("pairs")
    columns = [np.array([pair[at] for pair in pairs], dtype=np.int64) for at in (0, 1)]
    with building(folder) as writer:
        save_pairs(writer, "toy", IDS, PairRows(*columns, np.array(list(pairs.values()), dtype=np.float64)))
    table = PairTable(Generation.open(folder), "toy")

    for row in range(N):
        expected = sorted((-strength, other) for (left, other), strength in pairs.items() if left == row)
        ids, strengths = table.of(int(IDS[row]))
        assert ids.tolist() == [IDS[other] for _, other in expected][:MOST_OTHERS]
        assert strengths.tolist() == [-strength for strength, _ in expected][:MOST_OTHERS]
    assert not len(table.of(-1)[0])


def unit(n, seed):
    rows = np.random.default_rng(seed).normal(size=(n, 8)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("n", [1, 3, 40])
def test_crowdedness_is_the_mean_of_the_nearest_others(n):
    vectors = unit(n, 1)
    products = vectors @ vectors.T
    np.fill_diagonal(products, -1)

    found = crowdedness(vectors, vectors)

    assert found == pytest.approx(np.sort(products, axis=1)[:, -min(NEAREST, n) :].mean(axis=1), abs=1e-5)
    assert not crowdedness(vectors, vectors[:0]).any()


def test_surroundings_know_queries_with_a_vector_alone(monkeypatch):
    monkeypatch.setattr(related_crowd, "SAMPLE", 20)
    vectors, sequel = unit(50, 2), np.eye(8, dtype=np.float32)
    ids = np.arange(0, 100, 2)

    found = surroundings(vectors, ids, 100, sequel)

    assert np.isnan(found.crowd[1::2]).all()
    assert np.isfinite(found.crowd[::2]).all()
    assert found.middle == pytest.approx(sample(vectors).mean(axis=0))
    assert np.isnan(surroundings(vectors, ids, 100, None).crowd[:, 1]).all()
    assert np.linalg.norm(led(vectors, found.middle, sequel), axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("words", "letters"),
    [
        (["one", "time", "password"], ["otp"]),
        (["bank", "of", "america"], ["boa", "ba"]),
        (["voluntary", "service"], ["vs"]),
        (["password"], []),
        ([], []),
        (["of", "the"], ["ot"]),
        (["a", "b", "c", "d", "e", "f", "g", "h", "i"], ["bcdfghi"]),
    ],
)
def test_initials_are_first_letters_with_and_without_small_words(words, letters):
    assert initials(words) == letters
