"""Random draws that are the same on every machine and with every version of NumPy."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, MutableSequence, Sequence
from itertools import accumulate
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")

_BLOCK = 1 << 16
_DOUBLE = 2.0**-53


class Draws:
    """One stream of draws from PCG64.

    Only raw bits are taken from NumPy: it keeps those stable for ever, its distributions it does not.

    Attributes:
        unit: the next number, uniform over [0, 1); about 0.1 µs.
    """

    def __init__(self, seed: int) -> None:
        self.unit = _units(np.random.PCG64(np.random.SeedSequence(seed))).__next__

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.unit() < probability

    def below(self, n: int) -> int:
        """A whole number, uniform over [0, n)."""
        return int(self.unit() * n)

    def between(self, low: float, high: float) -> float:
        """A number, uniform over [low, high)."""
        return low + (high - low) * self.unit()

    def one_of(self, values: Sequence[T]) -> T:
        """One of the values, each as likely; they must not be empty."""
        return values[int(self.unit() * len(values))]

    def count(self, mean: float) -> int:
        """A geometric number from 0 up with this mean: many zeros, few large ones."""
        go_on = mean / (1.0 + mean)
        n = 0
        while self.unit() < go_on:
            n += 1
        return n

    def shuffle(self, values: MutableSequence[T]) -> None:
        """Puts the values in a random order, in place (Fisher and Yates)."""
        for last in range(len(values) - 1, 0, -1):
            other = self.below(last + 1)
            values[last], values[other] = values[other], values[last]


class Weighted(Generic[T]):
    """A choice among values by weight: O(log n) a pick."""

    def __init__(self, values: Sequence[T], weights: Sequence[float]) -> None:
        self.values = values
        total = sum(weights)
        self._bounds = [bound / total for bound in accumulate(weights)]
        # The sum of floats may end below 1; the last value owns the rest.
        self._bounds[-1] = 1.0

    def pick(self, draws: Draws) -> T:
        """One value."""
        return self.values[bisect_right(self._bounds, draws.unit())]


def zipf(values: Sequence[T], exponent: float) -> Weighted[T]:
    """A choice where the value of rank r weighs r to the power of minus `exponent`."""
    return Weighted(values, [rank**-exponent for rank in range(1, len(values) + 1)])


def _units(bits: np.random.PCG64) -> Iterator[float]:
    while True:
        yield from ((bits.random_raw(_BLOCK) >> np.uint64(11)) * _DOUBLE).tolist()
