"""Here are lists of candidates with what was wanted of each: which order do they teach? For any surface's features.

Source: Burges, "From RankNet to LambdaRank to LambdaMART: An Overview", MSR-TR-2010-82; Platt, "Probabilistic Outputs
for Support Vector Machines and Comparisons to Regularized Likelihood Methods", 1999.
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import version as version_of
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from suggest.errors import ArgumentError, NotEnoughExamples
from suggest.features import Feature
from suggest.rank.fit import LEAST_TRAINING_LISTS, LEAST_VALIDATION_LISTS, Examples
from suggest.rank.order_model import OrderModel
from suggest.rank.trees import Trees

Objective = Literal["lambdarank", "binary"]

MAX_TREES = 100
MAX_LEAVES = 15
"""Of one tree, as for typeahead: see `suggest.rank.fit`."""

PATIENCE = 20
"""Trees without a rise after which `fit_order` stops."""

_K = 10
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

    Trees are added until NDCG@10 of the validation part has not risen for a while, and those up to the best are kept.
    The log-odds are then calibrated on all lists of that part, those without anything wanted too.

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
        patience: trees without a rise after which to stop.
        seed: of the features drawn for each tree.
        n_threads: threads of LightGBM.

    Raises:
        NotEnoughExamples: too few lists hold both what was wanted and what was not, or nothing tells these apart.
        ArgumentError: arrays that do not fit together.
    """
    for part, examples in (("training", training), ("validation", validation)):
        _require_sound(part, examples, len(features))
    taught, checked = training.teaching(), validation.teaching()
    _require_enough(taught, checked)
    parameters = _parameters(features, taught, objective, learning_rate, max_leaves, seed, n_threads)
    booster, ndcg = _boosted(taught, checked, features, parameters, (max_trees, patience))
    trees = Trees.of(_with_a_split(booster, taught).dump_model())
    slope, intercept = calibration(trees.scores(validation.features), validation.labels > 0)
    gain, splits = (booster.feature_importance(kind).tolist() for kind in ("gain", "split"))
    about = {
        "parameters": parameters,
        "n_trees": trees.n_trees,
        "n_lists": {"training": len(taught.sizes), "validation": len(checked.sizes)},
        "validation": {f"ndcg@{_K}": ndcg},
        "importance": {
            feature.name: {"gain": gain[number], "splits": splits[number]} for number, feature in enumerate(features)
        },
        "versions": {"python": platform.python_version(), **{name: version_of(name) for name in _PACKAGES}},
    }
    names = tuple(feature.name for feature in features)
    return OrderModel(name, names, version, trees, slope, intercept, about)


_PACKAGES = ("shorttext-suggest", "lightgbm", "numpy")


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


def _require_sound(part: str, examples: Examples, n_features: int) -> None:
    n_rows = len(examples.labels)
    if examples.features.shape != (n_rows, n_features) or examples.features.dtype != np.float32:
        got = f"{examples.features.dtype}{list(examples.features.shape)}"
        raise ArgumentError(f"{part}.features", f"expected float32[{n_rows}, {n_features}], got {got}")
    if examples.sizes.sum() != n_rows or (examples.sizes < 1).any():
        raise ArgumentError(f"{part}.sizes", f"expected sizes of 1 or more that sum to {n_rows}")
    if np.isinf(examples.features).any():
        raise ArgumentError(f"{part}.features", "expected no infinite values")


def _require_enough(taught: Examples, checked: Examples) -> None:
    if len(taught.sizes) >= LEAST_TRAINING_LISTS and len(checked.sizes) >= LEAST_VALIDATION_LISTS:
        return
    raise NotEnoughExamples(
        f"expected at least {LEAST_TRAINING_LISTS} lists to train on and {LEAST_VALIDATION_LISTS} to validate with "
        f"that hold both what was wanted and what was not, got {len(taught.sizes)} and {len(checked.sizes)}; train on "
        "a longer log"
    )


def _parameters(
    features: Sequence[Feature],
    taught: Examples,
    objective: Objective,
    learning_rate: float,
    max_leaves: int,
    seed: int,
    n_threads: int,
) -> dict[str, Any]:
    return {
        "objective": objective,
        "metric": "ndcg",
        "eval_at": [_K],
        "learning_rate": learning_rate,
        "num_leaves": max_leaves,
        "max_bin": 63,
        "min_data_in_leaf": int(np.clip(len(taught.labels) // 5000, 20, 200)),
        "lambda_l2": 1.0,
        "feature_fraction": 0.8,
        "monotone_constraints": [feature.monotone for feature in features],
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": n_threads,
        "verbose": -1,
    }


def _boosted(
    taught: Examples,
    checked: Examples,
    features: Sequence[Feature],
    parameters: dict[str, Any],
    limits: tuple[int, int],
) -> tuple[Any, float]:
    """LightGBM's `Booster` of the best iteration, and its NDCG@10 of the validation part."""
    import lightgbm

    max_trees, patience = limits
    training = lightgbm.Dataset(
        taught.features,
        taught.labels,
        group=taught.sizes,
        weight=taught.weights,
        init_score=taught.offsets,
        categorical_feature=[number for number, feature in enumerate(features) if feature.categorical],
        params=parameters,
    )
    booster = lightgbm.train(
        parameters,
        training,
        max_trees,
        valid_sets=[training.create_valid(checked.features, checked.labels, group=checked.sizes)],
        callbacks=[lightgbm.early_stopping(patience, verbose=False)],
    )
    ndcg = float(booster.best_score["valid_0"][f"ndcg@{_K}"])
    # `dump_model` and all else then see the best iteration only.
    return lightgbm.Booster(model_str=booster.model_to_string(num_iteration=booster.best_iteration)), ndcg


def _with_a_split(booster: Any, taught: Examples) -> Any:
    if booster.feature_importance("split").any():
        return booster
    raise NotEnoughExamples(
        f"no feature tells what was wanted from what was not in {len(taught.sizes)} lists with {len(taught.labels)} "
        "rows; train on a longer log"
    )
