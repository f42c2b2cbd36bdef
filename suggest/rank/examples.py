"""Lists of candidates with what was wanted of them: are they sound, and are there enough to learn from?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from suggest.errors import ArgumentError, NotEnoughExamples
from suggest.features import Feature

LEAST_TRAINING_LISTS = 100
LEAST_VALIDATION_LISTS = 30
"""Lists with something to learn, fewer of which teach chance."""

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


def require_sound(name: str, examples: Examples, features: Sequence[Feature]) -> None:
    """Refuses what cannot be learned from.

    Args:
        name: of the examples, for the error.
        examples: what is given.
        features: what the columns should be.

    Raises:
        ArgumentError: arrays that do not fit together, or hold what they must not.
    """
    n_rows, shape = len(examples.labels), examples.features.shape
    columns = {"labels": examples.labels, "offsets": examples.offsets, "weights": examples.weights}
    if shape != (n_rows, len(features)) or examples.features.dtype != np.float32:
        got = f"{examples.features.dtype}{list(shape)}"
        raise ArgumentError(f"{name}.features", f"expected float32[{n_rows}, {len(features)}], got {got}")
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
        names = ", ".join(features[number].name for number in infinite)
        raise ArgumentError(f"{name}.features", f"expected no infinite values, got some in {names}")


def require_enough(training: Examples, validation: Examples, taught: Examples, checked: Examples) -> None:
    """Refuses lists of which too few teach something.

    Args:
        training: all lists to learn from.
        validation: all lists to stop by.
        taught: those of the first that teach.
        checked: those of the second.

    Raises:
        NotEnoughExamples: with the numbers.
    """
    if len(taught.sizes) >= LEAST_TRAINING_LISTS and len(checked.sizes) >= LEAST_VALIDATION_LISTS:
        return
    raise NotEnoughExamples(
        f"expected at least {LEAST_TRAINING_LISTS} lists to train on and {LEAST_VALIDATION_LISTS} to validate with "
        f"that hold both what was wanted and what was not, got {len(taught.sizes)} (of {len(training.sizes)}) and "
        f"{len(checked.sizes)} (of {len(validation.sizes)}); train on a longer log"
    )
