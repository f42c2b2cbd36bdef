"""How sure is a mean? Bootstrap over users, because the searches of one user are not independent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


class Interval(NamedTuple):
    """A figure with its 95% percentile interval.

    Attributes:
        value: computed on all tests.
        low: the 2.5th percentile of the resamples.
        high: the 97.5th.
    """

    value: float
    low: float
    high: float


def bootstrap_mean(values: Values, users: Sequence[str], *, resamples: int = 1000, seed: int = 0) -> Interval:
    """The mean over tests, with an interval from drawing whole users with replacement.

    Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentile
    intervals); Davison and Hinkley, "Bootstrap Methods and their Application", 1997, section 3.8
    (clusters).

    Args:
        values: one per test, shape (n_tests,).
        users: whose test it is, in the same order.
        resamples: how many draws; each costs time and memory linear in the number of users.
        seed: of the generator; the same arguments give the same interval.

    Raises:
        ValueError: there are no tests, or the two lengths differ.
    """
    return bootstrap_ratio(values, np.ones_like(values), users, resamples=resamples, seed=seed)


def bootstrap_ratio(
    values: Values, baseline: Values, users: Sequence[str], *, resamples: int = 1000, seed: int = 0
) -> Interval:
    """The sum of `values` over the sum of `baseline`, two systems' figures on the same tests.

    Paired: each draw takes the same users for both, so the interval is far narrower than the two
    systems' own. Draws in which the baseline sums to 0 have no ratio and are left out.

    Args:
        values: one per test, shape (n_tests,).
        baseline: one per test, shape (n_tests,).
        users: whose test it is, in the same order.
        resamples: how many draws.
        seed: of the generator.

    Raises:
        ValueError: there are no tests, the lengths differ, or `baseline` sums to 0.
    """
    if not len(values) == len(baseline) == len(users) or len(users) == 0:
        raise ValueError(f"expected equal lengths above 0, got {len(values)}, {len(baseline)} and {len(users)}")
    if not baseline.sum():
        raise ValueError("expected a baseline above 0, got one that sums to 0")
    codes = {user: code for code, user in enumerate(dict.fromkeys(users))}
    groups = np.array([codes[user] for user in users])
    drawn = _resampled(np.bincount(groups, values), np.bincount(groups, baseline), resamples, seed)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Interval(float(values.sum() / baseline.sum()), float(low), float(high))


def _resampled(sums: npt.NDArray[Any], baseline_sums: npt.NDArray[Any], resamples: int, seed: int) -> Values:
    rng = np.random.default_rng(seed)
    ratios = []
    for _ in range(resamples):
        drawn = rng.integers(0, len(sums), size=len(sums))
        below = baseline_sums[drawn].sum()
        if below:
            ratios.append(sums[drawn].sum() / below)
    return np.array(ratios)
