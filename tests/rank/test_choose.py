"""Which candidates are shown, and what repetition costs."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from suggest.rank.choose import REPEATED_NATS, chosen, repetition

KEYS = st.lists(st.text("ab ", min_size=1, max_size=6), min_size=1, max_size=12, unique=True)


def one_by_one(keys, scores, prefix):
    """Each time the best after a deduction for every one taken before it with the same next word."""
    n_words = prefix.count(" ") + 1
    left, taken, order = list(range(len(keys))), [], []
    while left:

        def value(row):
            same = sum(intent == keys[row].split(" ")[:n_words] for intent in taken)
            return scores[row] - REPEATED_NATS * same

        best = min(left, key=lambda row: (-value(row), -scores[row], keys[row]))
        order.append(best)
        taken.append(keys[best].split(" ")[:n_words])
        left.remove(best)
    return order


@given(KEYS, st.data(), st.sampled_from(["", "a", "a ", "a b"]))
def test_repetition_orders_as_choosing_one_by_one(keys, data, prefix):
    # Whole numbers: no two sums differ by rounding alone.
    scores = np.array(data.draw(st.lists(st.integers(-9, 9), min_size=len(keys), max_size=len(keys))), dtype=float)
    lowered = scores + repetition(keys, scores, prefix)
    by_hand = one_by_one(keys, scores, prefix)
    values = lowered[by_hand]
    assert (np.diff(values) <= 1e-12).all()
    assert (repetition(keys, scores, prefix) <= 0).all()


@given(KEYS, st.integers(1, 5), st.data())
def test_chosen_are_the_best_that_may_be_shown(keys, k, data):
    scores = np.array(data.draw(st.lists(st.integers(-2, 2), min_size=len(keys), max_size=len(keys))), dtype=float)
    hidden = data.draw(st.sets(st.integers(0, len(keys) - 1)))
    asked = []
    rows = chosen(keys, scores, k, lambda row: asked.append(row) or row not in hidden)
    allowed = sorted((row for row in range(len(keys)) if row not in hidden), key=lambda row: (-scores[row], keys[row]))
    assert rows == allowed[:k]
    assert len(asked) == len(set(asked))
