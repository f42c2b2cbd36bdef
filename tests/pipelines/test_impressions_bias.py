"""Examination by position: laws of the estimate, and worlds in which it is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.pipelines.position_bias import (
    LEAST_EXAMINATION,
    Strata,
    estimate_examination,
    looks,
    prior_examination,
)

_EMPTY = Strata(*(np.empty(0, dtype) for dtype in (np.int64, np.int64, np.float64, np.float64)))

_counts = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 5), st.integers(1, 30), st.floats(0, 1)),
    max_size=20,
    unique_by=lambda row: row[:2],
)


def _strata(rows: list[tuple[int, int, float, float]]) -> Strata:
    numbers, positions, shown, clicks = zip(*sorted(rows), strict=True) if rows else ((), (), (), ())
    return Strata(
        np.array(numbers, np.int64), np.array(positions, np.int64), np.array(shown, float), np.array(clicks, float)
    )


def _drawn(examination: np.ndarray, attraction: np.ndarray, n_shown: np.ndarray, seed: int) -> Strata:
    """Clicks by the position-based model; `n_shown` is int[n_strata, n_positions]."""
    number, position = np.nonzero(n_shown)
    shown = n_shown[number, position]
    clicks = np.random.default_rng(seed).binomial(shown, examination[position] * attraction[number])
    return Strata(number, position, shown.astype(float), clicks.astype(float))


def test_estimate_is_the_prior_where_nothing_is_known():
    assert estimate_examination(_EMPTY, 8) == pytest.approx(prior_examination(8))


def test_estimate_is_the_prior_where_no_query_ever_moved():
    """Clicks by position alone do not tell a look from a liking."""
    fixed = _strata([(0, 0, 100, 90.0), (1, 1, 100, 2.0), (2, 2, 100, 50.0)])
    assert estimate_examination(fixed, 3) == pytest.approx(prior_examination(3))


@given(rows=_counts)
def test_estimate_falls_from_one_and_stays_above_its_least(rows):
    strata = _strata([(number, position, float(n), share * n) for number, position, n, share in rows])
    curve = estimate_examination(strata, 6)
    assert curve[0] == 1.0
    assert (np.diff(curve) <= 0).all()
    assert curve.min() >= LEAST_EXAMINATION


def test_estimate_of_two_positions_is_the_ratio_of_their_click_rates():
    """One stratum and no prior: the answer by hand is (30/300) / (60/200)."""
    strata = _strata([(0, 0, 200, 60.0), (0, 1, 300, 30.0)])
    assert estimate_examination(strata, 2, prior_clicks=1e-9)[1] == pytest.approx(1 / 3, abs=1e-4)


def test_estimate_maximises_the_conditional_likelihood():
    """No curve nearby makes the clicks' places likelier."""
    rng = np.random.default_rng(0)
    truth = np.array([1.0, 0.7, 0.5, 0.3])
    strata = _drawn(truth, rng.uniform(0.1, 0.9, 30), rng.integers(0, 20, (30, 4)), seed=1)

    def log_likelihood(curve: np.ndarray) -> float:
        looks = strata.n_shown * curve[strata.position]
        return float(strata.n_clicks @ np.log(looks / np.bincount(strata.number, looks)[strata.number]))

    best = estimate_examination(strata, 4, prior_clicks=1e-9)
    for _ in range(50):
        assert log_likelihood(best) >= log_likelihood(best * np.exp(rng.normal(0, 0.02, 4)))


@pytest.mark.parametrize("n_each", [1, 3, 50])
def test_estimate_finds_the_truth_from_strata_of_any_size(n_each):
    """Six hundred looks or one at each position: an unknown attraction in each stratum costs nothing."""
    truth = np.array([1.0, 0.8, 0.5, 0.3, 0.1])
    n_strata = 15_000 // n_each
    attraction = np.random.default_rng(2).uniform(0.05, 0.9, n_strata)
    strata = _drawn(truth, attraction, np.full((n_strata, 5), n_each), seed=3)
    assert estimate_examination(strata, 5) == pytest.approx(truth, rel=0.06)


def test_estimate_is_not_moved_by_an_order_that_follows_relevance():
    """What attracts most is shown at the top nine times in ten: the shares of clicks by position are far too steep."""
    truth = np.array([1.0, 0.8, 0.6, 0.5])
    attraction = np.array([0.9, 0.5, 0.2, 0.05] * 500)
    n_shown = np.full((2000, 4), 1)
    n_shown[np.arange(2000), np.tile(np.arange(4), 500)] = 40
    strata = _drawn(truth, attraction, n_shown, seed=4)
    naive = np.bincount(strata.position, strata.n_clicks) / np.bincount(strata.position, strata.n_shown)
    assert naive[3] / naive[0] < 0.25
    assert estimate_examination(strata, 4) == pytest.approx(truth, rel=0.1)


def test_positions_without_a_link_to_the_others_follow_the_prior():
    """Positions 0 and 1 are compared, position 2 with nothing: it stands to the others as the prior has it."""
    curve = estimate_examination(_strata([(0, 0, 1000, 500.0), (0, 1, 1000, 250.0), (1, 2, 1000, 900.0)]), 3)
    assert curve[1] == pytest.approx(0.5, abs=0.02)
    assert LEAST_EXAMINATION < curve[2] <= curve[1]


def test_few_clicks_move_the_prior_little():
    curve = estimate_examination(_strata([(0, 0, 1, 1.0), (0, 7, 1, 0.0)]), 8)
    assert curve == pytest.approx(prior_examination(8), rel=0.25)


def test_looks_past_the_curve_are_those_of_its_end():
    assert looks(np.array([1.0, 0.5]), np.array([0, 1, 2, 199])).tolist() == [1.0, 0.5, 0.5, 0.5]
