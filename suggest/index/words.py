"""Here are words in any order, the last perhaps unfinished: which queries hold them all, best first?

A conjunctive search: the shortest list of postings proposes queries, best first, and a forward index
from each query to its words says which of them hold the others, until `k` are found. Scripts without
spaces are indexed by pairs of characters too, since what is typed of them is rarely a whole word.

Source: Gog, Pibiri & Venturini, "Efficient and Effective Query Auto-Completion", SIGIR 2020, sections
3.2 and 3.3: postings are ranks, the forward index, and stored answers for a single unfinished word.
Ours looks at blocks of candidates at once rather than at one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation
from suggest.index.budget import Budget
from suggest.index.entries import EntryIndex, ascending
from suggest.index.strings import StringTable

SECTION = "words"
"""Beginning of the names of the files."""

CHUNK = 4
"""Words in one row of the forward index: four fill 16 bytes, and most queries have no more."""

EMPTY = 0
"""What an unused place of the forward index holds; words are there by their number plus one."""

FIRST_BLOCK = 1024
"""Candidates looked at before any other; numpy's own overhead is worth as many."""

LARGEST_BLOCK = 16_384
"""Candidates looked at together at most: what fits into the nearest caches."""

N_BUCKETS = 32
"""Bits of a query's sketch: neighbouring words share one, each bit about as many occurrences."""

SCANNED_SHARE = 128
"""Where more than one in so many queries has an unfinished word, a filter that empties its stored list is
met by walking all queries by rank."""

SORTED_SHARE = 16
"""Where fewer than one in so many queries meets an interval, sorting them costs less than walking all."""

_GROWTH = 4


class Condition(NamedTuple):
    """What a query must hold: at least `times` words with numbers in [first, last)."""

    first: int
    last: int
    times: int = 1


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
            self._forward = generation.array(f"{SECTION}_forward")
            self._sketch = generation.array(f"{SECTION}_sketch")
            self._n_queries = len(self._sketch)

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

    def admitted(self, by_rank: npt.NDArray[np.bool_]) -> Admitted:
        """A filter of few queries, with the words that these hold: some 20 ns for each of their words."""
        ranks = by_rank.nonzero()[0].astype(np.uint32)
        # A place for what an unused one holds before all words, and one for links after them.
        by_place = np.zeros(len(self) + 2, dtype=np.bool_)
        if len(self):
            chunks = self._forward.take(ranks, axis=0)
            while len(chunks):
                by_place[np.minimum(chunks, len(self) + 1)] = True
                _, chunks = self._linked(chunks)
        return Admitted(by_rank, ranks, by_place[1:-1])

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
        sizes = [self._entries.count(condition.first, condition.last) for condition in conditions]
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
        smallest = sizes.index(min(sizes))
        words = [at for at, condition in enumerate(conditions) if condition.last - condition.first == 1]
        size = sizes[smallest]
        if smallest in words or (size**2 < k * self._n_queries if words else size * SORTED_SHARE < self._n_queries):
            return smallest
        return min(words, key=sizes.__getitem__, default=-1)

    def _first(
        self,
        k: int,
        blocks: Iterator[npt.NDArray[np.uint32]],
        conditions: Sequence[Condition],
        budget: Budget,
        is_right: Callable[[int], bool] | None,
    ) -> list[int]:
        """The first `k` ranks of ascending blocks that meet all conditions."""
        masks = [self._buckets(condition) for condition in conditions]
        # Words and narrow intervals have one bit, and all of those are looked for at once.
        needed = reduce(or_, (mask for mask in masks if mask & mask - 1 == 0), 0)
        wide = [mask for mask in masks if mask & mask - 1]
        found: list[int] = []
        for block in blocks:
            sketches = self._sketch.take(block)
            likely = sketches & needed == needed
            for mask in wide:
                likely &= sketches & mask != 0
            ranks = block[likely]
            if len(ranks) and conditions:
                ranks = ranks[self._met(ranks, conditions)]
            right: list[int] = ranks.tolist()
            found += right if is_right is None else [rank for rank in right if budget.spend(1) and is_right(rank)]
            if len(found) >= k:
                break
        return found[:k]

    def _buckets(self, condition: Condition) -> int:
        """The bits of a sketch that words in the interval set: a query without any of them holds none of these."""
        starts = self._entries.starts
        total = starts[len(self)]
        low, high = (starts[number] * N_BUCKETS // total for number in (condition.first, condition.last - 1))
        return (2 << high) - (1 << low)

    def _of_condition(
        self, condition: Condition, budget: Budget, allowed: npt.NDArray[np.bool_] | None
    ) -> Iterator[npt.NDArray[np.uint32]]:
        """The ranks of one condition that are allowed, ascending, in growing blocks."""
        first, last = self._entries.starts[condition.first], self._entries.starts[condition.last]
        ranks = self._entries.ranks[first:last]
        if condition.last - condition.first > 1:
            if not budget.spend(len(ranks)):
                return
            # The filter before the order: looking a rank up takes a fifth of sorting it.
            ranks = ascending(ranks if allowed is None else ranks[allowed.take(ranks)])
            allowed = None
        for block in _charged(ranks, budget):
            yield block if allowed is None else block[allowed.take(block)]

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

    def _met(self, ranks: npt.NDArray[np.uint32], conditions: Sequence[Condition]) -> npt.NDArray[np.bool_]:
        """Which queries meet all conditions."""
        # `take`: with an index in brackets numpy takes six times as long.
        chunks = self._forward.take(ranks, axis=0)
        hits = [_hits(chunks, condition) for condition in conditions]
        rows: npt.NDArray[np.int64] | None = None
        while True:
            linked, chunks = self._linked(chunks)
            if not len(linked):
                break
            rows = linked if rows is None else rows[linked]
            for found, condition in zip(hits, conditions, strict=True):
                found[rows] += _hits(chunks, condition)
        met = _enough(hits[0], conditions[0])
        for found, condition in zip(hits[1:], conditions[1:], strict=True):
            met &= _enough(found, condition)
        return met

    def _linked(self, chunks: npt.NDArray[np.uint32]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.uint32]]:
        """The rows of chunks that go on, and the chunks in which they do."""
        # The last place of a full chunk holds the number of the chunk that goes on, counted from after the words.
        links = chunks[:, CHUNK - 1]
        linked = (links > len(self)).nonzero()[0]
        return linked, self._forward.take(links[linked].astype(np.int64) + (self._n_queries - len(self) - 1), axis=0)


def conditions_of(complete: Sequence[int], last: tuple[int, int] | None) -> list[Condition]:
    """What a query must hold so that every typed word has a word of its own; arguments as of `search`."""
    conditions = [Condition(number, number + 1, complete.count(number)) for number in dict.fromkeys(complete)]
    if last is not None:
        conditions.append(Condition(*last, 1 + sum(last[0] <= number < last[1] for number in complete)))
    return conditions


def _charged(ranks: npt.NDArray[np.uint32], budget: Budget) -> Iterator[npt.NDArray[np.uint32]]:
    """Blocks of given ranks, in growing sizes, as far as the budget lasts."""
    for start, end in _growing(len(ranks), LARGEST_BLOCK):
        if not budget.spend(end - start):
            return
        yield ranks[start:end]


def _growing(length: int, largest: int) -> Iterator[tuple[int, int]]:
    """Bounds [start, end) of blocks that grow up to a largest."""
    start, size = 0, FIRST_BLOCK
    while start < length:
        yield start, min(start + size, length)
        start += size
        size = min(size * _GROWTH, largest)


def _hits(chunks: npt.NDArray[np.uint32], condition: Condition) -> npt.NDArray[np.uint32]:
    """Which words of each chunk are in the interval: a byte each, 1 where it is, all in one number."""
    size = condition.last - condition.first
    # Below the first wraps around to beyond the last.
    inside = chunks == condition.first + 1 if size == 1 else chunks - np.uint32(condition.first + 1) < size
    return inside.view(np.uint32).ravel()


def _enough(hits: npt.NDArray[np.uint32], condition: Condition) -> npt.NDArray[np.bool_]:
    enough: npt.NDArray[np.bool_]
    if condition.times == 1:
        enough = hits != 0
    else:
        enough = hits.view(np.uint8).reshape(-1, CHUNK).sum(axis=1) >= condition.times
    return enough
