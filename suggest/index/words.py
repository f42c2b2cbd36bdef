"""Here are words in any order, the last perhaps unfinished: which queries hold them all, best first?

A conjunctive search: the shortest list of postings proposes queries, best first, and a forward index
from each query to its words says which of them hold the others, until `k` are found. Scripts without
spaces are indexed by pairs of characters too, since what is typed of them is rarely a whole word.

Source: Gog, Pibiri & Venturini, "Efficient and Effective Query Auto-Completion", SIGIR 2020, sections
3.2 and 3.3: postings are ranks, the forward index, and stored answers for a single unfinished word.
Ours looks at blocks of candidates at once rather than at one after the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation
from suggest.index.budget import Budget
from suggest.index.entries import EntryIndex
from suggest.index.strings import StringTable

SECTION = "words"
"""Beginning of the names of the files."""

CHUNK = 4
"""Words in one row of the forward index: four fill 16 bytes, and most queries have no more."""

PAD = 0xFFFFFFFF
"""What an empty place of the forward index holds."""

FIRST_BLOCK = 128
"""Candidates looked at before any other; numpy's own overhead is worth as many."""

LARGEST_BLOCK = 8192
"""Candidates looked at together at most: what fits into the nearest caches."""

_GROWTH = 4
_BYTE_SUM = np.uint32(0x01010101)
_TOP_BYTE = np.uint32(24)


class Condition(NamedTuple):
    """What a query must hold: at least `times` words with numbers in [first, last)."""

    first: int
    last: int
    times: int = 1


class WordIndex:
    """The words of all queries, memory-mapped. Words are unaccented, as `typed_words` makes them.

    A query meets what is typed when every typed word has a word of its own in it: a repeated word must be
    repeated there, and one word does not serve both for a complete word and for the unfinished one.

    Beside the words proper there are the pairs of neighbouring characters of scripts without spaces
    (`suggest.text.unspaced.character_pairs`); their weight is 0.

    Attributes:
        weight: by word, the weights of the queries that hold it, summed, float32.
        weight_alone: by word, the weight of the queries that are this word and no other, float32.
    """

    def __init__(self, generation: Generation) -> None:
        """Maps the section that `save_words` wrote; one without words has no files."""
        self._entries = EntryIndex(generation, SECTION)
        self.weight = self.weight_alone = np.empty(0, dtype=np.float32)
        if len(self._entries):
            self._texts = StringTable(generation, f"{SECTION}_text")
            self.weight = generation.array(f"{SECTION}_weight")
            self.weight_alone = generation.array(f"{SECTION}_weight_alone")
            self._forward = generation.array(f"{SECTION}_forward")
            self._n_queries = len(generation.array("id_of_rank"))
            self._n_further = len(self._forward) - self._n_queries

    def __len__(self) -> int:
        """How many words there are; their numbers ascend in code point order."""
        return len(self._entries)

    def find(self, word: str) -> int:
        """The number of a word, or -1. About 1 µs."""
        return self._entries.find(word)

    def interval(self, prefix: str) -> tuple[int, int]:
        """The numbers [first, last) of the words that start with `prefix`; (0, 0) when none does. About 3 µs."""
        return self._entries.interval(prefix)

    def word(self, number: int) -> str:
        """The word of a number. About 0.5 µs."""
        return self._texts[number]

    def vocabulary(self) -> Iterator[str]:
        """All words in order of their numbers, about 0.5 µs each."""
        return map(self.word, range(len(self)))

    def search(
        self,
        complete: Sequence[int],
        last: tuple[int, int] | None,
        k: int,
        budget: Budget,
        allowed: npt.NDArray[np.bool_] | None = None,
    ) -> list[int]:
        """The `k` smallest ranks of the queries that hold what is typed, ascending; exact while the budget lasts.

        Args:
            complete: numbers of the finished words, in any order.
            last: the numbers [first, last) of what the unfinished word may become; None when there is none.
            k: at most this many.
            budget: charged one node for each query looked at.
            allowed: by rank, which queries count; all when None.
        """
        if len(complete) == 1 and last is None:
            return self._entries.best(complete[0], complete[0] + 1, k, budget, allowed)
        conditions = [Condition(number, number + 1, count) for number, count in Counter(complete).items()]
        if last is not None:
            n_inside = sum(last[0] <= number < last[1] for number in complete)
            conditions.append(Condition(*last, 1 + n_inside))
        return self.matching(conditions, k, budget, allowed)

    def matching(
        self,
        conditions: Sequence[Condition],
        k: int,
        budget: Budget,
        allowed: npt.NDArray[np.bool_] | None = None,
        is_right: Callable[[int], bool] | None = None,
    ) -> list[int]:
        """The `k` smallest ranks of the queries that meet all conditions, ascending.

        Args:
            conditions: what must be met; none is met by no query.
            k: at most this many.
            budget: charged one node for each query looked at, and another for each that `is_right` judges.
            allowed: by rank, which queries count; all when None.
            is_right: a last judgement of a rank that meets the conditions.
        """
        sizes = [self._entries.count(condition.first, condition.last) for condition in conditions]
        if not sizes or not min(sizes):
            return []
        if len(conditions) == 1 and conditions[0].times == 1 and is_right is None:
            return self._entries.best(conditions[0].first, conditions[0].last, k, budget, allowed)
        driver = sizes.index(min(sizes))
        others = [condition for at, condition in enumerate(conditions) if at != driver or condition.times > 1]
        found: list[int] = []
        for block in self._proposed(conditions[driver], budget):
            ranks = block if allowed is None else block[allowed[block]]
            right = ranks[self._met(ranks, others)].tolist() if others and len(ranks) else ranks.tolist()
            found += right if is_right is None else [rank for rank in right if budget.spend(1) and is_right(rank)]
            if len(found) >= k:
                break
        return found[:k]

    def _proposed(self, condition: Condition, budget: Budget) -> Iterator[npt.NDArray[np.uint32]]:
        """The ranks of one condition, ascending, in growing blocks."""
        first, last = self._entries.starts[condition.first], self._entries.starts[condition.last]
        ranks = self._entries.ranks[first:last]
        if condition.last - condition.first > 1:
            if not budget.spend(len(ranks)):
                return
            ranks = np.unique(ranks)
        start, size = 0, FIRST_BLOCK
        while start < len(ranks):
            block = ranks[start : start + size]
            if not budget.spend(len(block)):
                return
            yield block
            start += size
            size = min(size * _GROWTH, LARGEST_BLOCK)

    def _met(self, ranks: npt.NDArray[np.uint32], conditions: Sequence[Condition]) -> npt.NDArray[np.bool_]:
        """Which queries meet all conditions."""
        chunks = self._forward[ranks]
        counts = [_counts(chunks, condition) for condition in conditions]
        rows: npt.NDArray[np.int64] | None = None
        while self._n_further:
            # The last place of a full chunk holds the number of the chunk that goes on, counted from after the words.
            links = chunks[:, CHUNK - 1] - np.uint32(len(self))
            linked = np.flatnonzero(links < self._n_further)
            if not len(linked):
                break
            rows = linked if rows is None else rows[linked]
            chunks = self._forward[links[linked] + np.uint32(self._n_queries)]
            for count, condition in zip(counts, conditions, strict=True):
                count[rows] += _counts(chunks, condition)
        met = counts[0] >= conditions[0].times
        for count, condition in zip(counts[1:], conditions[1:], strict=True):
            met &= count >= condition.times
        return met


def _counts(chunks: npt.NDArray[np.uint32], condition: Condition) -> npt.NDArray[Any]:
    """How many words of each chunk are in the interval, uint32[n_chunks]."""
    # Below the first wraps around to beyond the last. Four booleans are one number, whose bytes a product sums.
    inside = chunks - np.uint32(condition.first) < condition.last - condition.first
    return inside.view(np.uint32).ravel() * _BYTE_SUM >> _TOP_BYTE
