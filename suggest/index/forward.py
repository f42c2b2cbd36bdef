"""Here are queries: which of them hold certain words, each typed word a word of its own?

A forward index leads from each query to its words, and a sketch of a few bits a query says first which need not be
looked at. Many queries are looked at together, with numpy; of few each by itself costs less.

Source: the forward index is that of Gog, Pibiri & Venturini, "Efficient and Effective Query Auto-Completion",
SIGIR 2020, section 3.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from struct import Struct
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation

CHUNK = 4
"""Words in one row of the forward index: four fill 16 bytes, and most queries have no more."""

EMPTY = 0
"""What an unused place of the forward index holds; words are there by their number plus one."""

N_BUCKETS = 32
"""Bits of a query's sketch: neighbouring words share one, each bit about as many occurrences."""

FEW = 16
"""So many queries are looked at one by one: numpy's own overhead is worth as many."""

_CHUNK = Struct(f"<{CHUNK}I")


class Condition(NamedTuple):
    """What a query must hold: at least `times` words with numbers in [first, last)."""

    first: int
    last: int
    times: int = 1

    @property
    def is_word(self) -> bool:
        """Whether it asks for one certain word."""
        return self.last - self.first == 1


class ForwardIndex:
    """The words of each query by its rank, memory-mapped."""

    def __init__(self, generation: Generation, name: str, starts: Sequence[int]) -> None:
        """Maps what `save_words` wrote.

        Args:
            generation: that holds it.
            name: beginning of the names of the files.
            starts: where the occurrences of each word begin, by its number, and at the end how many there are.
        """
        self._starts = starts
        self._n_words = len(starts) - 1
        self._chunks = generation.array(f"{name}_forward")
        self._places = self._chunks.reshape(-1).data
        self._sketch = generation.array(f"{name}_sketch")
        # What added to a link makes the row of its chunk.
        self._first_further = len(self._sketch) - self._n_words - 1

    def __len__(self) -> int:
        """How many queries there are."""
        return len(self._sketch)

    def words(self, ranks: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
        """Whether any of these queries holds a word, bool by number; some 20 ns for each of their words."""
        # A place for what an unused one holds before all words, and one for links after them.
        by_place = np.zeros(self._n_words + 2, dtype=np.bool_)
        chunks = self._chunks.take(ranks, axis=0)
        while len(chunks):
            by_place[np.minimum(chunks, self._n_words + 1)] = True
            chunks = self._next(chunks[self._goes_on(chunks)])
        return by_place[1:-1]

    def meeting(self, ranks: npt.NDArray[np.uint32], conditions: Sequence[Condition], k: int) -> list[int]:
        """The first `k` of the queries that meet all conditions, in the order given.

        About 10 µs for up to `FEW` queries, for a thousand as much as 30.
        """
        if len(ranks) > FEW and conditions:
            ranks = self._likely(ranks, conditions)
        if len(ranks) <= FEW:
            return [rank for rank in ranks.tolist() if self._meets(rank, conditions)][:k]
        if conditions:
            ranks = self._met(ranks, conditions, k)
        met: list[int] = ranks[:k].tolist()
        return met

    def beginning(self, ranks: Sequence[int], intervals: Sequence[tuple[int, int]]) -> list[int]:
        """Those of the queries whose first words are in these intervals [first, last), one each. About 0.3 µs each."""
        places, (first, last) = self._places, intervals[0]
        # Most begin otherwise, which their first word tells.
        likely = [rank for rank in ranks if first < places[CHUNK * rank] <= last]
        return [rank for rank in likely if self._begins(rank, intervals)]

    def _begins(self, rank: int, intervals: Sequence[tuple[int, int]]) -> bool:
        held = self._held(rank)
        for place, (first, last) in zip(held, intervals, strict=False):
            if not first < place <= last:
                return False
        return len(held) >= len(intervals)

    def _likely(self, ranks: npt.NDArray[np.uint32], conditions: Sequence[Condition]) -> npt.NDArray[np.uint32]:
        """The queries whose sketches do not tell that they miss a condition."""
        sketches = self._sketch.take(ranks)
        tests = []
        needed = 0
        for condition in conditions:
            mask = self._buckets(condition)
            if mask & mask - 1:
                tests.append(sketches & mask != 0)
            else:
                # Words and narrow intervals have one bit, and all of those are looked for at once.
                needed |= mask
        if needed:
            tests.append(sketches & needed == needed)
        likely: npt.NDArray[np.bool_] = reduce(np.logical_and, tests)
        return ranks[likely]

    def _buckets(self, condition: Condition) -> int:
        """The bits of a sketch that words in the interval set: a query without any of them holds none of these."""
        starts = self._starts
        total = starts[self._n_words]
        low = starts[condition.first] * N_BUCKETS // total
        high = starts[condition.last - 1] * N_BUCKETS // total
        return (2 << high) - (1 << low)

    def _meets(self, rank: int, conditions: Sequence[Condition]) -> bool:
        """Whether a query meets all conditions. About 0.4 µs."""
        held = self._held(rank)
        for first, last, times in conditions:
            missing = times
            for place in held:
                if first < place <= last:
                    missing -= 1
                    if not missing:
                        break
            else:
                return False
        return True

    def _held(self, rank: int) -> tuple[int, ...]:
        """The words of a query by number plus one, in order; `EMPTY` fills up."""
        held = _CHUNK.unpack_from(self._places, rank * _CHUNK.size)
        while held[-1] > self._n_words:
            further = self._first_further + held[-1]
            held = held[:-1] + _CHUNK.unpack_from(self._places, further * _CHUNK.size)
        return held

    def _met(self, ranks: npt.NDArray[np.uint32], conditions: Sequence[Condition], k: int) -> npt.NDArray[np.uint32]:
        """The queries that meet all conditions; when there are more than `k`, at least the first so many."""
        # `take`: with an index in brackets numpy takes six times as long.
        chunks = self._chunks.take(ranks, axis=0)
        met = _enough([_hits(chunks, condition) for condition in conditions], conditions)
        sure = met.nonzero()[0]
        if len(sure) > k:
            chunks, met = chunks[: sure[k]], met[: sure[k]]
        undecided = (self._goes_on(chunks) > met).nonzero()[0]
        if len(undecided) > FEW:
            met[undecided] = self._met_by_long(chunks[undecided], conditions)
        elif len(undecided):
            met[undecided] = [self._meets(rank, conditions) for rank in ranks[undecided].tolist()]
        return ranks[: len(met)][met]

    def _met_by_long(self, chunks: npt.NDArray[np.uint32], conditions: Sequence[Condition]) -> npt.NDArray[np.bool_]:
        """The same of queries with more words than a chunk holds, given the first chunk of each."""
        hits = [_hits(chunks, condition) for condition in conditions]
        rows = np.arange(len(chunks))
        while len(rows):
            chunks = self._next(chunks)
            for found, condition in zip(hits, conditions, strict=True):
                found[rows] += _hits(chunks, condition)
            goes_on = self._goes_on(chunks)
            rows, chunks = rows[goes_on], chunks[goes_on]
        return _enough(hits, conditions)

    def _goes_on(self, chunks: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
        """Whether each chunk goes on in another."""
        # The last place of a full chunk holds the number of the chunk that goes on, counted from after the words.
        return chunks[:, CHUNK - 1] > self._n_words

    def _next(self, chunks: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
        """The chunks in which these go on."""
        return self._chunks.take(chunks[:, CHUNK - 1].astype(np.int64) + self._first_further, axis=0)


def _hits(chunks: npt.NDArray[np.uint32], condition: Condition) -> npt.NDArray[np.uint32]:
    """Which words of each chunk are in the interval: a byte each, 1 where it is, all in one number."""
    size = condition.last - condition.first
    # Below the first wraps around to beyond the last.
    inside = chunks == condition.last if size == 1 else chunks - np.uint32(condition.first + 1) < size
    return inside.view(np.uint32).ravel()


def _enough(hits: Sequence[npt.NDArray[np.uint32]], conditions: Sequence[Condition]) -> npt.NDArray[np.bool_]:
    """Where there are as many hits as each condition asks for."""
    met = [
        found != 0 if condition.times == 1 else found.view(np.uint8).reshape(-1, CHUNK).sum(axis=1) >= condition.times
        for found, condition in zip(hits, conditions, strict=True)
    ]
    return reduce(np.logical_and, met)
