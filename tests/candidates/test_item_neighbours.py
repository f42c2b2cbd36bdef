"""Neighbours by words and vector together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.candidates.item_neighbours import NO_NEIGHBOURS, Neighbours, by_both


def near(found):
    numbers = np.array(list(found), np.int64)
    similarity = np.array(sorted(found.values(), reverse=True), np.float32)
    return Neighbours(numbers, similarity, similarity, similarity)


NEAR = st.dictionaries(st.integers(0, 20), st.sampled_from([0.125, 0.25, 0.5, 0.75, 1.0]), max_size=8).map(near)


@given(NEAR, NEAR, st.integers(1, 9))
def test_both_kinds_together_are_summed(words, vector, k):
    found = by_both(words, vector, 2.0, k)

    def said(kind, number):
        at = np.flatnonzero(kind.numbers == number)
        least = kind.similarity[-1] if len(kind.numbers) >= k else 0
        return kind.similarity[at[0]] if len(at) else least

    union = sorted({*words.numbers.tolist(), *vector.numbers.tolist()})
    total = {
        number: np.float32(said(words, number)) / np.float32(2) + np.float32(said(vector, number)) for number in union
    }
    assert found.numbers.tolist() == sorted(union, key=lambda number: (-total[number], number))[:k]
    for weight in (found.weight, found.sharp):
        assert weight.sum() == pytest.approx(1 if union else 0, abs=1e-5)
        assert (np.diff(weight) <= 0).all()


def test_nothing_near_is_nothing_together():
    assert len(by_both(NO_NEIGHBOURS, NO_NEIGHBOURS, 1.0).numbers) == 0
