"""Here are replayed examples: which order do they teach? LambdaMART, as LightGBM does it.

Source: Burges, "From RankNet to LambdaRank to LambdaMART: An Overview", MSR-TR-2010-82; Ke et al., "LightGBM: A Highly
Efficient Gradient Boosting Decision Tree", NeurIPS 2017.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from suggest.errors import ArgumentError, NotEnoughExamples, SuggestError
from suggest.features import FEATURES
from suggest.rank.ranker import Ranker
from suggest.rank.trees import Trees

MAX_TREES = 60
MAX_LEAVES = 15
"""Of one tree. On a web log MRR@10 with 40, 60 and 100 trees, 7, 15 and 31 leaves, 31 to 255 bins and learning rates
from 0.05 to 0.2 lies within 0.001; 100 trees of 31 leaves take three times as long to score as 60 of 15."""

LEAST_TRAINING_LISTS = 100
LEAST_VALIDATION_LISTS = 30
"""Lists with something to learn, fewer of which teach chance."""

_SMALL_LISTS = 5000
_SMALL_LEAVES = 7
"""With 2000 lists 7 leaves give MRR@10 0.486 and 15 give 0.484 on that log; with 200 lists 0.481 either way, against
0.475 untrained."""
_K = 10
_PATIENCE = 20
_LARGEST_LABEL = 30


@dataclass(frozen=True, eq=False)
class Examples:
    """Lists of candidates with what is known of them, one list after the other.

    Attributes:
        features: float32[n_rows, n_features], columns as `FEATURES`; NaN where missing, never infinite.
        labels: int[n_rows]; 0 for what was not wanted, 1 to 30 for what was, more being better.
        sizes: int[n_lists], rows of each list; they sum to n_rows.
        offsets: float[n_rows], finite: what is added to the scores while learning and left out of them afterwards; None
            for 0 each. The log of how likely each row was looked at keeps its position out of the trees.
        weights: float[n_rows], above 0; None for 1 each.
    """

    features: npt.NDArray[np.float32]
    labels: npt.NDArray[np.integer[Any]]
    sizes: npt.NDArray[np.integer[Any]]
    offsets: npt.NDArray[np.floating[Any]] | None = None
    weights: npt.NDArray[np.floating[Any]] | None = None

    def teaching(self) -> Examples:
        """Without the lists in which all labels are equal: they move no score."""
        if not len(self.sizes):
            return self
        starts = np.cumsum(self.sizes) - self.sizes
        differ = np.maximum.reduceat(self.labels, starts) > np.minimum.reduceat(self.labels, starts)
        kept = np.repeat(differ, self.sizes)
        return Examples(
            self.features[kept],
            self.labels[kept],
            self.sizes[differ],
            None if self.offsets is None else self.offsets[kept],
            None if self.weights is None else self.weights[kept],
        )


def fit(
    training: Examples,
    validation: Examples,
    *,
    seed: int = 0,
    n_threads: int = 1,
    max_trees: int = MAX_TREES,
    max_leaves: int = MAX_LEAVES,
) -> Ranker:
    """Learns an order; the same for the same examples and seed, whatever the number of threads.

    Trees are added until MRR@10 of the validation part has not risen for 20 of them, and those up to the best are kept.
    Cost: about 10 s for 20,000 lists of 50 rows with 50 features on one core.

    Args:
        training: to learn from.
        validation: later ones, to stop in time; a list weighs as much as the most of what was wanted in it, and its
            offsets are not used.
        seed: of the features drawn for each tree.
        n_threads: threads of LightGBM.
        max_trees: at most this many.
        max_leaves: of one tree, at most; 2 to 31.

    Raises:
        NotEnoughExamples: too few lists hold both what was wanted and what was not, or nothing tells these apart.
        ArgumentError: arrays that do not fit together.
    """
    for name, examples in (("training", training), ("validation", validation)):
        _require_sound(name, examples)
    taught, checked = training.teaching(), validation.teaching()
    _require_enough(training, validation, taught, checked)
    parameters = _parameters(taught, max_leaves, seed, n_threads)
    booster, mrr = _boosted(taught, checked, parameters, max_trees)
    gain, split = (booster.feature_importance(kind) for kind in ("gain", "split"))
    if not split.any():
        raise NotEnoughExamples(
            f"no feature tells what was wanted from what was not in {len(taught.sizes)} lists with "
            f"{len(taught.labels)} rows; train on a longer log"
        )
    return Ranker(
        Trees.of(booster.dump_model()),
        {
            "parameters": parameters,
            "n_trees": booster.num_trees(),
            "training": _numbers(training, taught),
            "validation": {**_numbers(validation, checked), f"mrr@{_K}": mrr},
            "importance": {
                feature.name: {"gain": float(own_gain), "splits": int(n_splits)}
                for feature, own_gain, n_splits in zip(FEATURES, gain, split, strict=True)
            },
            "versions": {
                "python": platform.python_version(),
                **{package: version(package) for package in ("shorttext-suggest", "lightgbm", "numpy")},
            },
        },
    )


def _require_sound(name: str, examples: Examples) -> None:
    n_rows, shape = len(examples.labels), examples.features.shape
    columns = {"labels": examples.labels, "offsets": examples.offsets, "weights": examples.weights}
    if shape != (n_rows, len(FEATURES)) or examples.features.dtype != np.float32:
        got = f"{examples.features.dtype}{list(shape)}"
        raise ArgumentError(f"{name}.features", f"expected float32[{n_rows}, {len(FEATURES)}], got {got}")
    for column, values in columns.items():
        if values is not None and values.shape != (n_rows,):
            raise ArgumentError(f"{name}.{column}", f"expected one for each of {n_rows} rows, got {list(values.shape)}")
    if examples.sizes.sum() != n_rows or (examples.sizes < 1).any():
        raise ArgumentError(f"{name}.sizes", f"expected sizes of 1 or more that sum to {n_rows}")
    if n_rows and not (0 <= examples.labels.min() <= examples.labels.max() <= _LARGEST_LABEL):
        raise ArgumentError(f"{name}.labels", f"expected 0 to {_LARGEST_LABEL}")
    if examples.weights is not None and not ((examples.weights > 0) & np.isfinite(examples.weights)).all():
        raise ArgumentError(f"{name}.weights", "expected finite weights above 0")
    if examples.offsets is not None and not np.isfinite(examples.offsets).all():
        raise ArgumentError(f"{name}.offsets", "expected finite ones")
    infinite = np.flatnonzero(np.isinf(examples.features).any(axis=0)).tolist()
    if infinite:
        names = ", ".join(FEATURES[number].name for number in infinite)
        raise ArgumentError(f"{name}.features", f"expected no infinite values, got some in {names}")


def _require_enough(training: Examples, validation: Examples, taught: Examples, checked: Examples) -> None:
    if len(taught.sizes) >= LEAST_TRAINING_LISTS and len(checked.sizes) >= LEAST_VALIDATION_LISTS:
        return
    raise NotEnoughExamples(
        f"expected at least {LEAST_TRAINING_LISTS} lists to train on and {LEAST_VALIDATION_LISTS} to validate with "
        f"that hold both what was wanted and what was not, got {len(taught.sizes)} (of {len(training.sizes)}) and "
        f"{len(checked.sizes)} (of {len(validation.sizes)}); train on a longer log"
    )


def _parameters(taught: Examples, max_leaves: int, seed: int, n_threads: int) -> dict[str, Any]:
    n_lists, n_rows = len(taught.sizes), len(taught.labels)
    return {
        # `lambdarank_norm` stays on: without it MRR@10 on a web log is 0.4351 against 0.4353, mean of four seeds, and
        # lower by 0.002 on the part to validate with.
        "objective": "lambdarank",
        "metric": "None",
        "learning_rate": 0.15,
        "num_leaves": min(max_leaves, _SMALL_LEAVES) if n_lists < _SMALL_LISTS else max_leaves,
        "max_bin": 63,
        "min_data_in_leaf": int(np.clip(n_rows // 5000, 20, 200)),
        "lambda_l2": 1.0,
        "feature_fraction": 0.8,
        "monotone_constraints": [getattr(feature, "monotone", 0) for feature in FEATURES],
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": n_threads,
        "verbose": -1,
    }


def _boosted(taught: Examples, checked: Examples, parameters: dict[str, Any], max_trees: int) -> tuple[Any, float]:
    """LightGBM's `Booster` of the best iteration, and its MRR@10 of the validation part."""
    lightgbm = _lightgbm()
    categorical = [number for number, feature in enumerate(FEATURES) if getattr(feature, "categorical", False)]
    training = lightgbm.Dataset(
        taught.features,
        taught.labels,
        group=taught.sizes,
        weight=taught.weights,
        init_score=taught.offsets,
        categorical_feature=categorical,
        params=parameters,
    )
    validation = training.create_valid(checked.features, checked.labels, group=checked.sizes)
    booster = lightgbm.train(
        parameters,
        training,
        max_trees,
        valid_sets=[validation],
        feval=_reciprocal_rank(checked),
        callbacks=[lightgbm.early_stopping(_PATIENCE, verbose=False)],
    )
    mrr = booster.best_score["valid_0"][f"mrr@{_K}"]
    # `dump_model` and all else then see the best iteration only.
    return lightgbm.Booster(model_str=booster.model_to_string(num_iteration=booster.best_iteration)), float(mrr)


def _reciprocal_rank(checked: Examples) -> Callable[[npt.NDArray[np.float64], Any], tuple[str, float, bool]]:
    """MRR@10 of the first row that was wanted, as a weighted mean over lists; equal scores count against it."""
    starts = np.cumsum(checked.sizes) - checked.sizes
    wanted = checked.labels > 0
    weights = np.maximum.reduceat(wanted * (1.0 if checked.weights is None else checked.weights), starts)

    def mean(scores: npt.NDArray[np.float64], _: Any) -> tuple[str, float, bool]:
        best = np.maximum.reduceat(np.where(wanted, scores, -np.inf), starts)
        is_before = ~wanted & (scores >= np.repeat(best, checked.sizes))
        ranks = 1 + np.add.reduceat(is_before, starts, dtype=np.int64)
        return f"mrr@{_K}", float(np.average(np.where(ranks <= _K, 1 / ranks, 0), weights=weights)), True

    return mean


def _numbers(given: Examples, used: Examples) -> dict[str, Any]:
    return {
        "n_lists": len(given.sizes),
        "n_lists_used": len(used.sizes),
        "n_rows_used": len(used.labels),
        "has_offsets": used.offsets is not None,
        "has_weights": used.weights is not None,
    }


def _lightgbm() -> ModuleType:
    try:
        import lightgbm
    except OSError as error:
        raise SuggestError(f"LightGBM cannot be loaded ({error}); on Debian: apt-get install libgomp1") from error
    return lightgbm
