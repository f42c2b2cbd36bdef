"""Here are lists of candidates with what was wanted of each: which order do they teach? For any surface's features.

Source: Burges, "From RankNet to LambdaRank to LambdaMART: An Overview", MSR-TR-2010-82; Platt, "Probabilistic Outputs
for Support Vector Machines and Comparisons to Regularized Likelihood Methods", 1999.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from suggest.features import Feature
from suggest.rank.boosting import PATIENCE, K, boosted, importance, parameters, relearned, versions
from suggest.rank.examples import Examples, require_enough, require_sound
from suggest.rank.order_model import OrderModel
from suggest.rank.trees import Trees

Objective = Literal["lambdarank", "binary"]

MAX_TREES = 100
MAX_LEAVES = 15
"""Of one tree, as for typeahead: see `suggest.rank.fit`."""

_NEWTON_STEPS = 50
_CONVERGED = 1e-9
_LEAST_SLOPE = 1e-3


def fit_order(
    name: str,
    features: Sequence[Feature],
    version: int,
    training: Examples,
    validation: Examples,
    *,
    objective: Objective = "lambdarank",
    learning_rate: float = 0.1,
    max_trees: int = MAX_TREES,
    max_leaves: int = MAX_LEAVES,
    patience: int = PATIENCE,
    seed: int = 0,
    n_threads: int = 1,
) -> OrderModel:
    """Learns an order; the same for the same examples and seed, whatever the number of threads.

    Trees are added until the figure of the validation part is no better after `patience` of them, and those up to the
    best are kept: NDCG@10, or of `binary` the log loss, which tells one tree more from one too many where NDCG@10 of a
    few hundred lists is chance. The log-odds are then calibrated on all lists of that part, those without anything
    wanted too.

    Args:
        name: of the model's files in a generation.
        features: the columns, in order.
        version: of what they mean.
        training: to learn from.
        validation: others, to stop in time; offsets and weights of it are not used.
        objective: `lambdarank` compares within a list, `binary` tells what is wanted from what is not anywhere.
        learning_rate: of one tree.
        max_trees: at most this many.
        max_leaves: of one tree, at most; 2 to 31.
        patience: trees without a better figure after which to stop.
        seed: of the features drawn for each tree.
        n_threads: threads of LightGBM.

    Raises:
        NotEnoughExamples: too few lists hold both what was wanted and what was not, or nothing tells these apart.
        ArgumentError: arrays that do not fit together.
    """
    for part, examples in (("training", training), ("validation", validation)):
        require_sound(part, examples, features)
    taught, checked = training.teaching(), validation.teaching()
    require_enough(training, validation, taught, checked)
    shared = parameters(
        features, taught, learning_rate=learning_rate, max_leaves=max_leaves, seed=seed, n_threads=n_threads
    )
    metric = f"ndcg@{K}" if objective == "lambdarank" else "binary_logloss"
    chosen = {"objective": objective, "metric": metric.partition("@")[0], "eval_at": [K], **shared}
    booster, figure = boosted(taught, checked, features, chosen, max_trees=max_trees, patience=patience, metric=metric)
    trees = Trees.of(booster.dump_model())
    slope, intercept = calibration(trees.scores(validation.features), validation.labels > 0)
    about = {
        "parameters": chosen,
        "n_trees": trees.n_trees,
        "n_lists": {"training": len(taught.sizes), "validation": len(checked.sizes)},
        "validation": {metric: figure},
        "importance": importance(booster, features),
        "versions": versions(),
    }
    names = tuple(feature.name for feature in features)
    return OrderModel(name, names, version, trees, slope, intercept, about)


def fit_again(order: OrderModel, features: Sequence[Feature], examples: Examples) -> OrderModel:
    """The same order learned anew from more lists, with as many trees and the calibration that it has.

    For what is published once lists held back have judged: it learns from these too.

    Args:
        order: of `fit_order`.
        features: the columns, in order.
        examples: all lists; offsets and weights as of the first fit.

    Raises:
        ArgumentError: arrays that do not fit together.
    """
    trees, taught, gains = relearned(examples, features, order.training, order.trees.n_trees)
    n_lists = {**order.training["n_lists"], "published": len(taught.sizes)}
    return replace(order, trees=trees, training={**order.training, "n_lists": n_lists, "importance": gains})


def calibration(scores: npt.NDArray[np.float64], is_wanted: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Slope (above 0) and intercept that make log-odds of scores: logistic regression with Platt's two priors.

    Source: Platt 1999, by Newton's method as Lin, Lin & Weng, "A Note on Platt's Probabilistic Outputs", 2007.

    Args:
        scores: float64[n], of candidates that a model did not learn from.
        is_wanted: bool[n].
    """
    n_wanted = int(is_wanted.sum())
    targets = np.where(is_wanted, (n_wanted + 1) / (n_wanted + 2), 1 / (len(scores) - n_wanted + 2))
    rows = np.column_stack([scores, np.ones(len(scores))])
    weights = np.array([1.0, np.log((n_wanted + 1) / (len(scores) - n_wanted + 1))])
    for _ in range(_NEWTON_STEPS):
        odds = 1 / (1 + np.exp(-np.clip(rows @ weights, -50, 50)))
        curvature = (rows * (odds * (1 - odds))[:, None]).T @ rows + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, rows.T @ (targets - odds))
        weights += np.clip(step, -2, 2)
        if np.abs(step).max() < _CONVERGED:
            break
    return max(float(weights[0]), _LEAST_SLOPE), float(weights[1])
