"""Here is a run of neighbours: which of them are best?

Source: minima of blocks, and of blocks of blocks, are the sparse summary of a range minimum query; the
`k` best of a range lie in the `k` blocks with the smallest minima. See Fischer & Heun, "Space-Efficient
Preprocessing Schemes for Range Minimum Queries on Static Arrays", SIAM J. Comput. 40(2), 2011.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BLOCK = 64
"""Values below one minimum."""

SCANNED = 1024
"""So many neighbours are looked at one by one: numpy takes less time for them than for one more level."""


class BestOfRange:
    """The positions of the smallest values of any range, exactly; ties by position. Memory: 1/16 byte a value more."""

    def __init__(self, values: npt.NDArray[np.uint32]) -> None:
        """Takes the values, uint32[n], and keeps them; about 1 ns each."""
        self._levels = [values]
        while len(self._levels[-1]) > SCANNED:
            below = self._levels[-1]
            self._levels.append(np.minimum.reduceat(below, np.arange(0, len(below), BLOCK)))

    def cost(self, first: int, last: int, k: int) -> int:
        """How many values `best` looks at, at most."""
        return min(last - first, SCANNED + (len(self._levels) - 1) * (k + 2) * BLOCK)

    def best(self, first: int, last: int, k: int) -> npt.NDArray[np.int64]:
        """Positions of the `k` smallest values in [first, last), the smallest first, int64.

        About 8 µs for up to `SCANNED` values, and 10 µs more for each level above; O(k log n) values.
        """
        ranges = [(first, last)]
        # A range is answered by the whole blocks in it and by what is left over at its two ends.
        while last - first > SCANNED:
            first, last = -(-first // BLOCK), last // BLOCK
            ranges.append((first, last))
        chosen = self._smallest(len(ranges) - 1, np.arange(first, last), k)
        for level in range(len(ranges) - 2, -1, -1):
            below, above = ranges[level], ranges[level + 1]
            inside = (chosen[:, None] * BLOCK + np.arange(BLOCK)).ravel()
            before, after = np.arange(below[0], above[0] * BLOCK), np.arange(above[1] * BLOCK, below[1])
            chosen = self._smallest(level, np.concatenate((before, inside, after)), k)
        return chosen

    def _smallest(self, level: int, positions: npt.NDArray[np.int64], k: int) -> npt.NDArray[np.int64]:
        # One number of both, so that equal values come in the order of their positions.
        keyed = self._levels[level][positions].astype(np.uint64) << np.uint64(32) | positions.astype(np.uint64)
        if len(keyed) > k:
            keyed = np.partition(keyed, k - 1)[:k]
        keyed.sort()
        return (keyed & np.uint64(0xFFFFFFFF)).astype(np.int64)
