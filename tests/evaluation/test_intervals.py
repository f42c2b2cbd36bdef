"""Intervals: determinism, known answers, and the coverage they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.evaluation.intervals import bootstrap_mean, bootstrap_ratio

TESTS = st.lists(st.tuples(st.floats(0, 1), st.sampled_from("abcde")), min_size=1, max_size=40)


@given(TESTS)
def test_bootstrap_mean_value_is_the_plain_mean_and_repeats_exactly(tests):
    values, users = np.array([value for value, _ in tests]), [user for _, user in tests]
    interval = bootstrap_mean(values, users, resamples=20)
    assert interval.value == pytest.approx(values.mean())
    assert interval == bootstrap_mean(values, users, resamples=20)


def test_bootstrap_mean_of_one_user_has_no_width():
    """With one user there is nothing to draw: the interval says nothing, and shows it."""
    assert bootstrap_mean(np.array([0.0, 1.0]), ["a", "a"]) == (0.5, 0.5, 0.5)


def test_bootstrap_mean_draws_users_and_not_tests():
    """Two users, one always right with 99 tests, one always wrong with 1: a draw has 0, 0.99 or 1."""
    values = np.array([1.0] * 99 + [0.0])
    interval = bootstrap_mean(values, ["right"] * 99 + ["wrong"])
    assert interval == (0.99, 0.0, 1.0)


def test_bootstrap_mean_interval_holds_the_truth_about_as_often_as_it_says():
    """200 samples of 60 users with a known mean of 0.3: 95% intervals hold it in 88% to 99% of them."""
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(200):
        chances = rng.beta(3, 7, size=60)
        values = rng.random((60, 5)) < chances[:, None]
        users = [str(user) for user in range(60) for _ in range(5)]
        interval = bootstrap_mean(values.ravel().astype(float), users, resamples=200)
        held += interval.low <= 0.3 <= interval.high
    assert 0.88 * 200 <= held <= 0.99 * 200


@given(TESTS, st.floats(0.5, 4))
def test_bootstrap_ratio_of_a_multiple_is_exact(tests, factor):
    """The draws are paired: where one system is always `factor` times the other, no draw differs."""
    values, users = np.array([value + 0.1 for value, _ in tests]), [user for _, user in tests]
    assert bootstrap_ratio(values * factor, values, users, resamples=20) == pytest.approx((factor, factor, factor))


@pytest.mark.parametrize(
    ("values", "baseline", "users"),
    [([], [], []), ([1.0], [1.0], ["a", "b"]), ([1.0], [1.0, 1.0], ["a"]), ([1.0], [0.0], ["a"])],
)
def test_bootstrap_ratio_without_tests_pairs_or_baseline_is_refused(values, baseline, users):
    with pytest.raises(ValueError, match="expected"):
        bootstrap_ratio(np.array(values), np.array(baseline), users)
