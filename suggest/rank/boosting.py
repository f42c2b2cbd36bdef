"""Trees that LightGBM adds one after the other, stopped in time; what every order is fitted with.

Source: Ke et al., "LightGBM: A Highly Efficient Gradient Boosting Decision Tree", NeurIPS 2017.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from suggest.errors import NotEnoughExamples, SuggestError
from suggest.features import Feature
from suggest.rank.examples import Examples, require_sound
from suggest.rank.trees import Trees

PATIENCE = 20
"""Trees without a better figure after which nothing more is added."""

K = 10
"""Of the figures that say when to stop."""

_PACKAGES = ("shorttext-suggest", "lightgbm", "numpy")


def parameters(
    features: Sequence[Feature], taught: Examples, *, learning_rate: float, max_leaves: int, seed: int, n_threads: int
) -> dict[str, Any]:
    """Of LightGBM, for what is learned from some lists; objective and metric are the caller's."""
    return {
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


def boosted(
    taught: Examples,
    checked: Examples,
    features: Sequence[Feature],
    chosen: dict[str, Any],
    *,
    max_trees: int,
    patience: int = PATIENCE,
    metric: str,
    judge: Callable[..., tuple[str, float, bool]] | None = None,
) -> tuple[Any, float]:
    """LightGBM's `Booster` of the best iteration, and its figure on the lists that say when to stop.

    Args:
        taught: to learn from.
        checked: to stop by.
        features: of the columns.
        chosen: parameters of LightGBM.
        max_trees: at most this many.
        patience: trees without a better figure after which to stop.
        metric: name of the figure.
        judge: computes it; None where LightGBM does.

    Raises:
        NotEnoughExamples: nothing tells what was wanted from what was not.
    """
    lightgbm = _lightgbm()
    training = _dataset(taught, features, chosen)
    booster = lightgbm.train(
        chosen,
        training,
        max_trees,
        valid_sets=[training.create_valid(checked.features, checked.labels, group=checked.sizes)],
        feval=judge,
        callbacks=[lightgbm.early_stopping(patience, verbose=False)],
    )
    figure = float(booster.best_score["valid_0"][metric])
    # `dump_model` and all else then see the best iteration only.
    best = lightgbm.Booster(model_str=booster.model_to_string(num_iteration=booster.best_iteration))
    if not best.feature_importance("split").any():
        raise NotEnoughExamples(
            f"no feature tells what was wanted from what was not in {len(taught.sizes)} lists with "
            f"{len(taught.labels)} rows; train on a longer log"
        )
    return best, figure


class Relearned(NamedTuple):
    """What an order learned anew.

    Attributes:
        trees: in place of those it had.
        taught: the lists that taught them.
        importance: of the features, as `importance` tells it.
    """

    trees: Trees
    taught: Examples
    importance: dict[str, dict[str, Any]]


def relearned(examples: Examples, features: Sequence[Feature], training: Mapping[str, Any], n_trees: int) -> Relearned:
    """What an order learns from more lists, with as many trees, once lists held back have judged it.

    Args:
        examples: all lists; weights and offsets as of the first fit.
        features: of the columns.
        training: of the order: how it came about, with its `parameters`.
        n_trees: exactly, fewer where nothing is left to learn.

    Raises:
        ArgumentError: arrays that do not fit together.
    """
    require_sound("examples", examples, features)
    taught, chosen = examples.teaching(), dict(training["parameters"])
    booster = _lightgbm().train(chosen, _dataset(taught, features, chosen), n_trees)
    return Relearned(Trees.of(booster.dump_model()), taught, importance(booster, features))


def _dataset(taught: Examples, features: Sequence[Feature], chosen: dict[str, Any]) -> Any:
    return _lightgbm().Dataset(
        taught.features,
        taught.labels,
        group=taught.sizes,
        weight=taught.weights,
        init_score=taught.offsets,
        categorical_feature=[number for number, feature in enumerate(features) if feature.categorical],
        params=chosen,
    )


def importance(booster: Any, features: Sequence[Feature]) -> dict[str, dict[str, Any]]:
    """What each feature's splits gained, and how many there are, by name."""
    gain, splits = (booster.feature_importance(kind).tolist() for kind in ("gain", "split"))
    return {
        feature.name: {"gain": own_gain, "splits": n_splits}
        for feature, own_gain, n_splits in zip(features, gain, splits, strict=True)
    }


def versions() -> dict[str, str]:
    """Of what an order depends on."""
    return {"python": platform.python_version(), **{package: version(package) for package in _PACKAGES}}


def _lightgbm() -> ModuleType:
    try:
        import lightgbm
    except OSError as error:
        raise SuggestError(f"LightGBM cannot be loaded ({error}); on Debian: apt-get install libgomp1") from error
    return lightgbm
