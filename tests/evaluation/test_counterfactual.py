"""Estimators in a world so small that the truth is a sum: three queries, two positions, known click chances."""

import math
from functools import cache
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.evaluation.counterfactual import Decisions, estimate

QUERIES = ("x", "y", "z")
EXAMINED = (0.9, 0.5)
ATTRACTS = {"x": 0.1, "y": 0.3, "z": 0.6}
# The logged order draws one of the six ordered pairs; x first is likely, z first hardly ever comes.
LISTS = tuple(permutations(QUERIES, 2))
CHANCES = dict(zip(LISTS, (0.35, 0.3, 0.12, 0.13, 0.06, 0.04), strict=True))
EVALUATED = ("z", "y")


def click_chance(query, position):
    return EXAMINED[position] * ATTRACTS[query]


def propensity(query, position):
    return sum(chance for shown, chance in CHANCES.items() if shown[position] == query)


TRUTH = sum(click_chance(query, position) for position, query in enumerate(EVALUATED))
LOGGED = sum(
    chance * click_chance(query, position) for shown, chance in CHANCES.items() for position, query in enumerate(shown)
)


def logged(n_lists, seed, model=click_chance, skew=1.0):
    """A log of the world; `skew` falsifies its propensities."""
    rng = np.random.default_rng(seed)
    lists = [LISTS[i] for i in rng.choice(len(LISTS), size=n_lists, p=list(CHANCES.values()))]
    rows = [(number, position, query) for number, shown in enumerate(lists) for position, query in enumerate(shown)]
    chances = np.array([click_chance(query, position) for _, position, query in rows])
    return Decisions(
        users=[f"u{number % 50}" for number, _, _ in rows],
        lists=np.array([number for number, _, _ in rows]),
        rewards=(rng.random(len(rows)) < chances).astype(float),
        propensities=np.array([propensity(query, position) * skew for _, position, query in rows]),
        agreement=np.array([float(EVALUATED[position] == query) for _, position, query in rows]),
        filled=np.ones(len(rows)),
        predicted=np.array([model(query, position) for _, position, query in rows]),
        predicted_instead=np.array([model(EVALUATED[position], position) for _, position, _ in rows]),
    )


@cache
def estimates(clip=math.inf, **options):
    return [estimate(logged(150, seed, **options), clip=clip, resamples=2) for seed in range(300)]


def mean_and_error(values):
    return np.mean(values), np.std(values) / math.sqrt(len(values))


def off(query, position):
    """A model that is wrong everywhere: too low at first and too high at second."""
    return click_chance(query, position) * (0.5 if position == 0 else 1.5) + 0.05


@pytest.mark.parametrize("name", ["ips", "doubly_robust"])
@pytest.mark.parametrize("model", [click_chance, off])
def test_estimators_are_unbiased_whatever_the_model(name, model):
    mean, error = mean_and_error([getattr(each, name).value for each in estimates(model=model)])
    assert abs(mean - TRUTH) < 3.5 * error
    assert error < 0.03


def test_self_normalised_estimator_comes_to_the_truth():
    assert estimate(logged(60_000, 1), clip=math.inf, resamples=2).snips.value == pytest.approx(TRUTH, rel=0.06)


def test_logged_value_is_that_of_the_order_that_drew_the_lists():
    assert estimate(logged(60_000, 1), resamples=2).logged.value == pytest.approx(LOGGED, rel=0.03)
    assert LOGGED < 0.6 * TRUTH


def test_doubly_robust_varies_less_than_ips_with_a_decent_model():
    def decent(query, position):
        return 0.8 * click_chance(query, position) + 0.05

    found = estimates(model=decent)
    ips, doubly_robust = (np.var([getattr(each, name).value for each in found]) for name in ("ips", "doubly_robust"))
    assert doubly_robust < 0.7 * ips


def test_doubly_robust_forgives_wrong_propensities_where_the_model_is_right():
    found = estimates(skew=0.5)
    mean, error = mean_and_error([each.doubly_robust.value for each in found])
    assert abs(mean - TRUTH) < 3.5 * error
    assert np.mean([each.ips.value for each in found]) > 1.5 * TRUTH


def test_clip_lowers_ips_and_its_variance_and_says_how_much_was_cut():
    clipped, whole = estimates(clip=3.0), estimates()
    assert all(a.ips.value <= b.ips.value for a, b in zip(clipped, whole, strict=True))
    assert np.mean([each.ips.value for each in clipped]) < 0.9 * TRUTH
    assert np.var([each.ips.value for each in clipped]) < np.var([each.ips.value for each in whole])
    assert clipped[0].clipped_share > 0 == whole[0].clipped_share
    assert clipped[0].to_json()["clip"] == 3.0
    assert whole[0].to_json()["clip"] is None


def test_logged_order_evaluated_on_its_own_log_is_what_it_earned():
    """All weights are 1: every estimator gives the mean, and every decision counts in full."""
    log = logged(300, 3)
    ones = np.ones(len(log.rewards))
    same = Decisions(log.users, log.lists, log.rewards, ones, ones, ones, log.predicted, log.predicted)
    found = estimate(same, resamples=20)
    assert found.ips == found.snips == found.doubly_robust == found.logged
    assert found.effective_sample_size == found.n_decisions == 600
    assert found.n_lists == 300


def test_effective_sample_size_falls_with_uneven_weights():
    found = estimate(logged(2000, 3), clip=math.inf, resamples=2)
    assert found.effective_sample_size < 0.3 * found.n_decisions


def test_nothing_in_common_is_said_and_not_made_up():
    log = logged(50, 3)
    none = np.zeros(len(log.rewards))
    found = estimate(Decisions(log.users, log.lists, log.rewards, log.propensities, none, none + 1, none, none))
    assert (found.ips.value, found.snips, found.effective_sample_size) == (0.0, None, 0.0)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    found = [estimate(logged(400, seed), clip=math.inf, resamples=100) for seed in range(100)]
    for name in ("ips", "snips", "doubly_robust"):
        held = sum(getattr(each, name).low <= TRUTH <= getattr(each, name).high for each in found)
        assert held >= 0.85 * 100


@given(st.floats(max_value=0) | st.floats(min_value=1.001))
def test_impossible_propensities_are_refused(value):
    log = logged(2, 1)
    bad = Decisions(log.users, log.lists, log.rewards, np.full(4, value), *[log.agreement] * 4)
    with pytest.raises(ValueError, match="propensities"):
        estimate(bad)


def test_no_decisions_unequal_columns_and_a_clip_of_nothing_are_refused():
    log, none = logged(2, 1), np.zeros(0)
    with pytest.raises(ValueError, match="one length above 0"):
        estimate(Decisions([], none.astype(int), *[none] * 6))
    with pytest.raises(ValueError, match="one length above 0"):
        estimate(Decisions(log.users[1:], log.lists, *[log.filled] * 6))
    with pytest.raises(ValueError, match="clip"):
        estimate(log, clip=0)
