"""Here is what people typed before they corrected themselves: which queries did they mean?"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.budget import Budget
from suggest.index.strings import StringTable, save_strings

_NAME = "learned"


class Learned(NamedTuple):
    """One correction that people made.

    Attributes:
        typed: the words they typed, unaccented, joined by spaces.
        rank: of the query they meant.
        cost: nats of typing this for that.
    """

    typed: str
    rank: int
    cost: float


class LearnedCorrections:
    """Corrections by what was typed, memory-mapped."""

    def __init__(self, generation: Generation) -> None:
        self._n_corrections = 0
        if generation.holds(f"{_NAME}_rank.npy"):
            self._typed = StringTable(generation, f"{_NAME}_typed")
            self._rank = generation.array(f"{_NAME}_rank").data
            self._cost = generation.array(f"{_NAME}_cost").data
            self._n_corrections = len(self._typed)

    def starting_with(self, typed: str, limit: int, budget: Budget) -> list[Learned]:
        """The first corrections of texts that start so, in order of these; a node each. About 8 µs."""
        if not self._n_corrections:
            return []
        found: list[Learned] = []
        at = bisect_left(self._typed, typed)
        while at < self._n_corrections and len(found) < limit and budget.spend(1):
            text = self._typed[at]
            if not text.startswith(typed):
                break
            found.append(Learned(text, self._rank[at], self._cost[at]))
            at += 1
        return found


def save_learned(writer: GenerationWriter, corrections: Sequence[Learned]) -> None:
    """Writes what `LearnedCorrections` reads; in any order, no file when there is none."""
    if not corrections:
        return
    typed, rank, cost = zip(*sorted(corrections), strict=True)
    save_strings(writer, f"{_NAME}_typed", pa.array(typed, pa.string()))
    writer.save_array(f"{_NAME}_rank", np.array(rank, np.uint32))
    writer.save_array(f"{_NAME}_cost", np.array(cost, np.float32))
