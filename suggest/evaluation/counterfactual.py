"""What would another order have earned? Estimates from a log in which lists were partly drawn at random.

A decision is what was put at one position of one list. It counts for the order that is evaluated as far as that
one would have put the same there, and the more the less likely it was: the propensity says how likely.

What is assumed: propensities are right; whatever the evaluated order puts anywhere had some chance there; and
whether a query is clicked depends on it, its position and the request, not on what else is in the list. The last is
the item-position model of Li, Abbasi-Yadkori, Kveton, Muthukrishnan, Vinay and Wen, "Offline Evaluation of Ranking
Policies with Click Models", KDD 2018: whole lists hardly ever agree, positions do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from suggest.evaluation.intervals import Interval, bootstrap

Column = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Decisions:
    """Logged decisions; row i of every column is the same one.

    Attributes:
        users: to whom it was shown.
        lists: int64, the number of the list in which it was made.
        rewards: what came of it, such as 1 for a click.
        propensities: the probability with which what was put there was put there, above 0 and at most 1.
        agreement: the evaluated order's probability of putting the same there; 0 or 1 where it draws nothing.
        filled: the evaluated order's probability of putting anything there.
        predicted: the reward that a model expects of what was put there.
        predicted_instead: the reward it expects of what the evaluated order puts there; 0 where that is nothing.
    """

    users: Sequence[str]
    lists: npt.NDArray[np.int64]
    rewards: Column
    propensities: Column
    agreement: Column
    filled: Column
    predicted: Column
    predicted_instead: Column


@dataclass(frozen=True, slots=True)
class Estimates:
    """Reward a list that the evaluated order would have earned, by several estimators; intervals over users.

    Attributes:
        n_lists: lists logged.
        n_decisions: decisions in them.
        logged: what the logged order did earn.
        direct: what the model of rewards expects, with all its errors.
        ips: rewards weighed by inverse propensity.
        snips: the same over the sum of the weights; None where nothing agrees.
        doubly_robust: what the model expects, corrected by weighed rewards.
        clip: the greatest weight; greater ones were cut to it.
        clipped_share: share of the decisions whose weight was cut.
        effective_sample_size: decisions without weights that would tell as much as those with.
    """

    n_lists: int
    n_decisions: int
    logged: Interval
    direct: Interval
    ips: Interval
    snips: Interval | None
    doubly_robust: Interval
    clip: float
    clipped_share: float
    effective_sample_size: float

    def to_json(self) -> dict[str, Any]:
        """Plain numbers and lists; an interval is `[value, low, high]`, no bound on weights null."""
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        return {**plain, "clip": self.clip if math.isfinite(self.clip) else None}


def estimate(decisions: Decisions, *, clip: float | None = None, resamples: int = 1000, seed: int = 0) -> Estimates:
    """Inverse propensity scoring, self-normalised, and doubly robust.

    IPS is unbiased and varies with the greatest weights. SNIPS is consistent and varies less where the sum of the
    weights strays from what it is on average. Doubly robust is unbiased where the propensities are right or the
    model is, and varies with the errors of the model and not with the rewards. A clip lowers variance at the
    price of a bias, downwards for IPS as rewards are 0 or more.

    Sources: Horvitz and Thompson, "A Generalization of Sampling Without Replacement from a Finite Universe", 1952;
    Swaminathan and Joachims, NIPS 2015 (the self-normalised estimator for counterfactual learning); Dudík,
    Langford and Li, "Doubly Robust Policy Evaluation and Learning", ICML 2011; Ionides, "Truncated Importance
    Sampling", 2008 (the default clip); Kish, "Survey Sampling", 1965 (effective sample size).

    Args:
        decisions: at least one.
        clip: greatest weight; `math.inf` for no bound; None for the square root of the number of decisions.
        resamples: bootstrap draws.
        seed: of the bootstrap.

    Raises:
        ValueError: there are no decisions, columns differ in length, a propensity is outside (0, 1], or `clip`
            is not above 0.
    """
    clip = _checked(decisions, clip)
    raw = decisions.agreement / decisions.propensities
    weights = np.minimum(raw, clip)
    corrected = decisions.predicted_instead + weights * (decisions.rewards - decisions.predicted)
    columns = {
        "logged": decisions.rewards,
        "direct": decisions.predicted_instead,
        "ips": weights * decisions.rewards,
        "doubly_robust": corrected,
    }
    # Each decision stands for its part of a list, so that any draw of users sums to their number of lists.
    _, number, sizes = np.unique(decisions.lists, return_inverse=True, return_counts=True)
    part = 1 / sizes[number]
    figures = {
        name: bootstrap(_ratio, np.column_stack([column, part]), decisions.users, resamples=resamples, seed=seed)
        for name, column in columns.items()
    }
    sums = np.column_stack([columns["ips"], weights, decisions.filled, part])
    squares = float((weights**2).sum())
    return Estimates(
        len(sizes),
        len(raw),
        **figures,
        snips=bootstrap(_normalised, sums, decisions.users, resamples=resamples, seed=seed) if squares else None,
        clip=clip,
        clipped_share=float((raw > clip).mean()),
        effective_sample_size=float(weights.sum()) ** 2 / squares if squares else 0.0,
    )


def _checked(decisions: Decisions, clip: float | None) -> float:
    columns = (
        decisions.lists,
        decisions.rewards,
        decisions.propensities,
        decisions.agreement,
        decisions.filled,
        decisions.predicted,
        decisions.predicted_instead,
    )
    lengths = {len(decisions.users), *map(len, columns)}
    if len(lengths) > 1 or lengths == {0}:
        raise ValueError(f"expected columns of one length above 0, got {sorted(lengths)}")
    if not ((decisions.propensities > 0) & (decisions.propensities <= 1)).all():
        raise ValueError("expected propensities above 0 and at most 1: what was shown had some chance of it")
    clip = math.sqrt(len(decisions.rewards)) if clip is None else clip
    if not clip > 0:
        raise ValueError(f"expected a clip above 0, got {clip}")
    return clip


def _ratio(sums: Column) -> float:
    return float(sums[0] / sums[1])


def _normalised(sums: Column) -> float:
    weighed, weights, filled, lists = sums
    return float(weighed / weights * filled / lists) if weights else math.nan
