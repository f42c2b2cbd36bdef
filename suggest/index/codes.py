"""A count in one byte: what a feature needs of it, to 4%.

Steps of an eighth of a doubling from 2^-8 to 2^23; anything smaller is 0, anything larger the largest. What halves
with age is so small soon that a linear step would lose it, and what trees split does not need more digits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

PER_DOUBLING = 8
"""Codes for each factor of two."""

_SMALLEST = -8.0
"""Binary logarithm of the smallest count that is not 0."""

VALUES: npt.NDArray[np.float32] = np.exp2((np.arange(256) - 1) / PER_DOUBLING + _SMALLEST).astype(np.float32)
"""The count of each code, float32[256]; ascending, the first 0."""
VALUES[0] = 0
VALUES.setflags(write=False)


def codes(counts: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.uint8]:
    """The code of each count, not negative, uint8[n]: that of the nearest value in the logarithm."""
    with np.errstate(divide="ignore"):
        steps: npt.NDArray[np.float64] = np.rint((np.log2(counts) - _SMALLEST) * PER_DOUBLING) + 1
    return np.clip(steps, 0, 255).astype(np.uint8)
