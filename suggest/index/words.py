"""Here are words in any order, the last perhaps unfinished: which queries hold them all, best first?

A conjunctive search: the shortest list of postings proposes queries, best first, and a forward index
from each query to its words (`suggest.index.forward`) says which of them hold the others, until `k` are
found. Scripts without spaces are indexed by pairs of characters too, since what is typed of them is rarely
a whole word.

Source: Gog, Pibiri & Venturini, "Efficient and Effective Query Auto-Completion", SIGIR 2020, sections
3.2 and 3.3: postings are ranks, the forward index, and stored answers for a single unfinished word.
Ours looks at blocks of candidates at once rather than at one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation
from suggest.index.budget import Budget
from suggest.index.entries import EntryIndex, ascending
from suggest.index.forward import Condition, ForwardIndex
from suggest.index.strings import StringTable

SECTION = "words"
"""Beginning of the names of the files."""

FIRST_BLOCK = 1024
"""Candidates looked at before any other; numpy's own overhead is worth as many."""

LARGEST_BLOCK = 16_384
"""Candidates looked at together at most: what fits into the nearest caches."""

SCANNED_SHARE = 128
"""Where more than one in so many queries has an unfinished word, a filter that empties its stored list is
met by walking all queries by rank."""

SORTED_SHARE = 16
"""Where fewer than one in so many queries meets an interval, sorting them costs less than walking all."""

_GROWTH = 4


class Admitted(NamedTuple):
    """The queries that count.

    Attributes:
        by_rank: whether a query does, bool by rank.
        ranks: of those that do, ascending; None where they are many.
        by_word: whether any of them holds a word, bool by number; None where they are many.
    """

    by_rank: npt.NDArray[np.bool_]
    ranks: npt.NDArray[np.uint32] | None = None
    by_word: npt.NDArray[np.bool_] | None = None


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
            self._forward = ForwardIndex(generation, SECTION, self._entries.starts)
            self._n_queries = len(self._forward)

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

    def words(self, numbers: Iterable[int]) -> list[str]:
        """The words of numbers. About 0.3 µs each."""
        return self._texts.several(numbers)

    def vocabulary(self) -> Iterator[str]:
        """All words in order of their numbers, about 0.5 µs each."""
        return map(self.word, range(len(self)))

    def admitted(self, by_rank: npt.NDArray[np.bool_]) -> Admitted:
        """A filter of few queries, with the words that these hold: some 20 ns for each of their words."""
        ranks = by_rank.nonzero()[0].astype(np.uint32)
        return Admitted(by_rank, ranks, self._forward.words(ranks) if len(self) else None)

    def beginning(self, ranks: Sequence[int], intervals: Sequence[tuple[int, int]]) -> list[int]:
        """Those of the queries whose first words have numbers in these intervals [first, last), one each.

        About 0.5 µs a query. Pairs of characters count as words that stand after all others.
        """
        return self._forward.beginning(ranks, intervals)

    def search(
        self,
        complete: Sequence[int],
        last: tuple[int, int] | None,
        k: int,
        budget: Budget,
        allowed: Admitted | None = None,
    ) -> list[int]:
        """The `k` smallest ranks of the queries that hold what is typed, ascending; exact while the budget lasts.

        Args:
            complete: numbers of the finished words, in any order.
            last: the numbers [first, last) of what the unfinished word may become; None when there is none.
            k: at most this many.
            budget: charged one node for each query looked at.
            allowed: which queries count; all when None.
        """
        return self.matching(conditions_of(complete, last), k, budget, allowed)

    def matching(
        self,
        conditions: Sequence[Condition],
        k: int,
        budget: Budget,
        allowed: Admitted | None = None,
        is_right: Callable[[int], bool] | None = None,
    ) -> list[int]:
        """The `k` smallest ranks of the queries that meet all conditions, ascending.

        Args:
            conditions: what must be met; none is met by no query.
            k: at most this many.
            budget: charged one node for each query looked at, and another for each that `is_right` judges.
            allowed: which queries count; all when None.
            is_right: a last judgement of a rank that meets the conditions.
        """
        starts = self._entries.starts
        sizes = [starts[last] - starts[first] for first, last, _ in conditions]
        if not sizes or not min(sizes):
            return []
        by_rank, ranks, by_word = allowed or (None, None, None)
        if by_word is not None and not all(by_word[first:last].any() for first, last, _ in conditions):
            return []
        if ranks is not None and len(ranks) < min(sizes):
            return self._first(k, _charged(ranks, budget), conditions, budget, is_right)
        if len(conditions) == 1 and conditions[0].times == 1 and is_right is None:
            return self._single(conditions[0], sizes[0], k, budget, by_rank)
        driver = self._driver(conditions, sizes, k)
        others = [condition for at, condition in enumerate(conditions) if at != driver or condition.times > 1]
        blocks = self._all(budget, by_rank) if driver < 0 else self._of_condition(conditions[driver], budget, by_rank)
        return self._first(k, blocks, others, budget, is_right)

    def _single(
        self, condition: Condition, size: int, k: int, budget: Budget, allowed: npt.NDArray[np.bool_] | None
    ) -> list[int]:
        """The best of one condition: from its stored list, unless a filter leaves too few of a long one."""
        first, last, _ = condition
        if allowed is None or size * SCANNED_SHARE < self._n_queries:
            return self._entries.best(first, last, k, budget, allowed)
        stored = self._entries.stored(first, last)
        found: list[int] = stored[allowed.take(stored)].tolist()
        if len(found) >= k:
            return found[:k]
        return self._first(k, self._all(budget, allowed), [condition], budget, None)

    def _driver(self, conditions: Sequence[Condition], sizes: Sequence[int], k: int) -> int:
        """Which condition proposes queries, or -1: all queries do, by rank.

        The postings of one word ascend and are left when `k` are found; those of an interval must all be
        sorted first. If words are independent, `k` are found after `k n / size` queries.
        """
        size = min(sizes)
        smallest = sizes.index(size)
        if conditions[smallest].is_word:
            return smallest
        words = [at for at, condition in enumerate(conditions) if condition.is_word]
        if size**2 < k * self._n_queries if words else size * SORTED_SHARE < self._n_queries:
            return smallest
        return min(words, key=sizes.__getitem__, default=-1)

    def _first(
        self,
        k: int,
        blocks: Iterable[npt.NDArray[np.uint32]],
        conditions: Sequence[Condition],
        budget: Budget,
        is_right: Callable[[int], bool] | None,
    ) -> list[int]:
        """The first `k` ranks of ascending blocks that meet all conditions."""
        found: list[int] = []
        for block in blocks:
            wanted = k - len(found) if is_right is None else len(block)
            right = self._forward.meeting(block, conditions, wanted)
            found += right if is_right is None else [rank for rank in right if budget.spend(1) and is_right(rank)]
            if len(found) >= k:
                break
        return found[:k]

    def _of_condition(
        self, condition: Condition, budget: Budget, allowed: npt.NDArray[np.bool_] | None
    ) -> Iterable[npt.NDArray[np.uint32]]:
        """The ranks of one condition that are allowed, ascending, in growing blocks."""
        first, last = self._entries.starts[condition.first], self._entries.starts[condition.last]
        ranks = self._entries.ranks[first:last]
        if condition.is_word:
            return _charged(ranks, budget, allowed)
        if not budget.spend(len(ranks)):
            return ()
        # The filter before the order: looking a rank up takes a fifth of sorting it.
        return _charged(ascending(ranks if allowed is None else ranks[allowed.take(ranks)]), budget)

    def _all(self, budget: Budget, allowed: npt.NDArray[np.bool_] | None) -> Iterator[npt.NDArray[np.uint32]]:
        """All ranks that are allowed, ascending, in growing blocks; those that are not cost 1/64 node."""
        for start, end in _growing(self._n_queries, SCANNED_SHARE * LARGEST_BLOCK):
            if allowed is None:
                block = np.arange(start, end, dtype=np.uint32)
            else:
                block = (allowed[start:end].nonzero()[0] + start).astype(np.uint32)
            if not budget.spend(len(block) + (end - start) // 64):
                return
            yield block


def conditions_of(complete: Sequence[int], last: tuple[int, int] | None) -> list[Condition]:
    """What a query must hold so that every typed word has a word of its own; arguments as of `search`."""
    conditions = [Condition(number, number + 1, complete.count(number)) for number in dict.fromkeys(complete)]
    if last is not None:
        first, end = last
        conditions.append(Condition(first, end, 1 + sum([first <= number < end for number in complete])))
    return conditions


def _charged(
    ranks: npt.NDArray[np.uint32], budget: Budget, allowed: npt.NDArray[np.bool_] | None = None
) -> Iterator[npt.NDArray[np.uint32]]:
    """Blocks of given ranks that are allowed, in growing sizes, as far as the budget lasts."""
    start, size = 0, FIRST_BLOCK
    while start < len(ranks):
        block = ranks[start : start + size]
        if not budget.spend(len(block)):
            return
        yield block if allowed is None else block[allowed.take(block)]
        start += size
        size = min(size * _GROWTH, LARGEST_BLOCK)


def _growing(length: int, largest: int) -> Iterator[tuple[int, int]]:
    """Bounds [start, end) of blocks that grow up to a largest."""
    start, size = 0, FIRST_BLOCK
    while start < length:
        yield start, min(start + size, length)
        start += size
        size = min(size * _GROWTH, largest)
