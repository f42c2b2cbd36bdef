"""How sure is a mean? Bootstrap over users, because the searches of one user are not independent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

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

    def __str__(self) -> str:
        return f"{self.value:.4f} [{self.low:.4f}, {self.high:.4f}]"


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
    return bootstrap(_ratio, np.column_stack([values, baseline]), users, resamples=resamples, seed=seed)


def bootstrap(
    statistic: Callable[[Values], float],
    columns: Values,
    users: Sequence[str],
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> Interval:
    """A function of sums over tests, with an interval from drawing whole users with replacement.

    Args:
        statistic: takes the columns' sums, shape (n_columns,); NaN where they have no such figure: draws in which
            that happens are left out.
        columns: what is summed, shape (n_tests, n_columns).
        users: whose test it is, shape (n_tests,).
        resamples: how many draws.
        seed: of the generator; the same seed draws the same users for every statistic.

    Returns:
        The figure; its bounds are NaN where no draw has one.
    """
    codes = {user: code for code, user in enumerate(dict.fromkeys(users))}
    groups = np.array([codes[user] for user in users])
    sums = np.column_stack([np.bincount(groups, column) for column in columns.T])
    rng = np.random.default_rng(seed)
    draws = (sums[rng.integers(0, len(sums), size=len(sums))].sum(axis=0) for _ in range(resamples))
    figures = np.array([statistic(draw) for draw in draws])
    figures = figures[~np.isnan(figures)]
    low, high = np.percentile(figures, [2.5, 97.5]) if len(figures) else (np.nan, np.nan)
    return Interval(statistic(columns.sum(axis=0)), float(low), float(high))


def _ratio(sums: Values) -> float:
    return float(sums[0] / sums[1]) if sums[1] else np.nan
