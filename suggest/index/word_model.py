"""Here are words, the last unfinished: how does it go on, though nobody may have searched that before?

A bigram model of the words of queries. Words and pairs of words that too few people used are not in it; what
they would have is left to the words by themselves, so that every query still has a probability.

Source: interpolated Kneser-Ney smoothing, Kneser & Ney, "Improved backing-off for m-gram language modeling",
ICASSP 1995, in the form of Chen & Goodman, "An empirical study of smoothing techniques for language modeling",
1999, section 2.7. With c the weight of a pair, D the discount and n the number of different words before one:
P(b | a) = max(c(a, b) - D, 0) / c(a, any) + left(a) P(b), P(b) = n(b) / n(any), left(a) = what is left of 1.
Endings are found by A*: Hart, Nilsson & Raphael, "A formal basis for the heuristic determination of minimum
cost paths", 1968; the best rest of a query after each word is known, so that nothing is looked at in vain.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation
from suggest.index.budget import Budget
from suggest.index.entries import EntryIndex
from suggest.index.strings import StringTable

SECTION = "word_model"
"""Beginning of the names of the files."""

PER_NAT = 1024
"""Costs are negative natural logarithms of probabilities, as whole numbers: sums are exact, and ties are ties."""

LARGEST_COST = 65_535

LARGEST_COUNT = 65_535
"""Of people; so many are never too few."""

MAX_ADDED = 4
"""Most words of one ending."""

CHARACTER_COST = 3 * PER_NAT
"""What each character of a word costs that is not in the model. Such a word is never shown, so that only
its own query is judged by it. Trigrams of characters take 2.8 nats for each one of them, 1.6% of what never
seen queries cost; bigrams 3.07, single characters 3.5, equal ones 3.9. They would move no ending."""

COSTS_KEPT = 65_536
"""Costs of one word after another that are remembered, some 8 MB at most."""

_FOUND = -1


class Ending(NamedTuple):
    """What may follow the complete words of what is typed.

    Attributes:
        words: the first starts with the unfinished word.
        log_p: natural logarithm of the probability of these words, and then the end, after the context.
        n_context: how many words of the context that takes into account.
    """

    words: tuple[str, ...]
    log_p: float
    n_context: int


class Read(NamedTuple):
    """Where a query stands after some of its words.

    Attributes:
        word: number of the last one; None before the first.
        cost: of all of them.
    """

    word: int | None
    cost: int


START = Read(None, 0)


class WordModel:
    """Words that enough people used and what follows them, memory-mapped: about 32 bytes a word and 8 a pair."""

    def __init__(self, generation: Generation) -> None:
        """Maps what `save_word_model` wrote; a generation without words has no files."""
        self._words = EntryIndex(generation, SECTION)
        self._n_words = len(self._words)
        if not self._n_words:
            return
        self._log_p = generation.array(f"{SECTION}_log_p")
        self._texts = StringTable(generation, f"{SECTION}_text")
        self._seconds = generation.array(f"{SECTION}_second")
        names = ("by_start", "rows", "second", "pair", "start", "end", "rest", "left", "alone")
        arrays = (generation.array(f"{SECTION}_{name}").data for name in names)
        (self._by_start, self._rows, self._second, self._pair, *by_word) = arrays
        self._start, self._end, self._rest, self._left, self._alone = by_word
        self._costs = _Costs(self._n_words, self._rows, self._seconds, self._start, self._pair, self._left, self._alone)
        # People complete the same words again and again: a hit takes a tenth of the search.
        self._cost_after = lru_cache(COSTS_KEPT)(self._costs.searched)
        self._users, self._pair_users = (generation.array(f"{SECTION}_{name}").data for name in ("users", "pair_users"))

    def __len__(self) -> int:
        """How many words there are."""
        return self._n_words

    def log_p(self, ids: Sequence[int]) -> list[float]:
        """`log_probability` of queries of the generation, by id, to three digits; 0 without a model."""
        found: list[float] = self._log_p.take(ids).tolist() if self._n_words else [0.0] * len(ids)
        return found

    def admits_word(self, word: str) -> bool:
        """Whether enough people used a word. About 1 µs."""
        return self._words.find(word) >= 0

    def admits_pair(self, first: str, second: str) -> bool:
        """Whether enough people used one word right after another. About 5 µs."""
        numbers = self._words.find(first), self._words.find(second)
        return min(numbers) >= 0 and self._costs.position(*numbers) >= 0

    def n_users(self, words: Sequence[str]) -> int:
        """How many people used a word, or two words in a row; 0 where too few did. About 5 µs."""
        numbers = [self._words.find(word) for word in words]
        if min(numbers) < 0:
            return 0
        if len(numbers) == 1:
            return int(self._users[numbers[0]])
        position = self._costs.position(numbers[0], numbers[1])
        return int(self._pair_users[position]) if position >= 0 else 0

    def endings(self, context: Sequence[str], partial: str, k: int, budget: Budget) -> list[Ending]:
        """The `k` most probable ways to end a query, best first; equal ones in code point order of their words.

        The first word follows the last one of the context in queries of enough people, and every further
        word the one before it. Exact while the budget lasts.

        Args:
            context: the complete words typed, as of `suggest.text.tokens.typed_tokens`; none, or one that is
                not in the model, is followed by any word or by none.
            partial: what is typed of the next word; may be all of it, or empty.
            k: at most this many.
            budget: charged a node for each word that follows the context and each place of the search.
        """
        if not budget.spend(1) or not len(self):
            return []
        search = self._first_words(context, partial, k, budget)
        heapq.heapify(search)
        found: list[tuple[int, tuple[int, ...]]] = []
        while search and len(found) < k:
            cost, words, so_far, position, last = heapq.heappop(search)
            if position == _FOUND:
                found.append((cost, words))
            elif budget.spend(1):
                self._go_on(search, words, so_far, position, last)
            else:
                break
        n_context = min(len(context), 1)
        texts = self._texts
        return [Ending(tuple(texts[word] for word in words), -cost / PER_NAT, n_context) for cost, words in found]

    def log_probability(self, words: Sequence[str]) -> float:
        """Natural logarithm of the probability of a whole query, its end included; finite for unknown words.

        Args:
            words: as of `suggest.text.tokens.tokens`. About 3 µs a word.
        """
        return self.log_probability_after(self.read((), START), words)

    def read(self, words: Sequence[str], so_far: Read) -> Read:
        """Where a query stands after further words. About 3 µs a word."""
        return Read(*self._read(words, *so_far)) if self._n_words else so_far

    def log_p_of(self, so_far: Read) -> float:
        """Natural logarithm of the probability of the words read."""
        return -so_far.cost / PER_NAT

    def log_probability_after(self, so_far: Read, words: Sequence[str]) -> float:
        """`log_probability` of a query whose first words were read already."""
        if not self._n_words:
            return 0.0
        before, cost = self._read(words, *so_far)
        return 0.0 if before is None else -(cost + self._end[before]) / PER_NAT

    def _read(self, words: Sequence[str], before: int | None, cost: int) -> tuple[int | None, int]:
        for word in words:
            number = self._words.find(word)
            if number < 0:
                number = self._n_words
                cost += spelling_cost(len(word))
            cost += self._cost_after(before, number)
            before = number
        return before, cost

    def _first_words(self, context: Sequence[str], partial: str, k: int, budget: Budget) -> list[_Place]:
        """The `k` best first words of endings: each has an ending of its own, so that more are never needed."""
        if not context:
            numbers = [self._by_start[rank] for rank in self._words.top(partial, k, budget)]
            return [(self._start[word] + self._rest[word], (word,), self._start[word], 0, 0) for word in numbers]
        before = self._words.find(context[-1])
        if before < 0:
            return []
        positions = self._following(before, partial, k, budget)
        return [
            (self._pair[at] + self._rest[word], (word,), self._pair[at], 0, 0)
            for at, word in ((at, self._second[at]) for at in positions)
        ]

    def _following(self, before: int, partial: str, k: int, budget: Budget) -> Sequence[int]:
        """Positions of the `k` best pairs of a word with one that starts with `partial`, best first."""
        start, end = self._rows[before], self._rows[before + 1]
        if not partial:
            return range(start, min(start + k, end))
        first, last = self._words.interval(partial)
        if first == last or not budget.spend(end - start):
            return ()
        # One comparison instead of two: what is below `first` wraps around to what is large.
        is_so = self._seconds[start:end] - np.uint32(first) < last - first
        found: list[int] = (np.flatnonzero(is_so)[:k] + start).tolist()
        return found

    def _go_on(self, search: list[_Place], words: tuple[int, ...], so_far: int, position: int, last: int) -> None:
        """Puts what follows one place of the search into it: the end, the best next word, and the next sibling."""
        word = words[-1]
        heapq.heappush(search, (so_far + self._end[word], words, so_far, _FOUND, 0))
        start, end = self._rows[word], self._rows[word + 1]
        if start < end and len(words) < MAX_ADDED:
            cost, child = so_far + self._pair[start], self._second[start]
            heapq.heappush(search, (cost + self._rest[child], (*words, child), cost, start, end))
        position += 1
        if position < last:
            cost, sibling = so_far - self._pair[position - 1] + self._pair[position], self._second[position]
            heapq.heappush(search, (cost + self._rest[sibling], (*words[:-1], sibling), cost, position, last))


class _Costs(NamedTuple):
    """What words cost one after another; not the model's own, which a cache of them would keep from being let go.

    Attributes:
        n_words: how many there are.
        rows: where the pairs of each word start, and where the last one's end.
        seconds: the second word of each pair.
        start: what each word costs at the start of a query.
        pair: what the second word of each pair costs.
        left: what is added after each word to the cost of one that it makes no pair with.
        alone: what each word costs after one that it makes no pair with; last, what unknown ones do.
    """

    n_words: int
    rows: Sequence[int]
    seconds: npt.NDArray[np.uint32]
    start: Sequence[int]
    pair: Sequence[int]
    left: Sequence[int]
    alone: Sequence[int]

    def searched(self, before: int | None, number: int) -> int:
        """What a word costs after another, None for the start; unknown words have the number behind all words."""
        if before is None:
            return self.start[number]
        position = self.position(before, number) if max(before, number) < self.n_words else -1
        return self.pair[position] if position >= 0 else self.left[before] + self.alone[number]

    def position(self, first: int, second: int) -> int:
        """Where an admitted pair stands, or -1."""
        start, end = self.rows[first], self.rows[first + 1]
        found = np.flatnonzero(self.seconds[start:end] == second)
        return start + int(found[0]) if len(found) else -1


_Place = tuple[int, tuple[int, ...], int, int, int]
"""A place of the search: least cost of an ending from here, the words up to here, what they cost, and where the
last one stands in the row of its predecessor and where that row ends; `_FOUND` for an ending that is complete."""


_Count = TypeVar("_Count", int, npt.NDArray[np.int32])


def spelling_cost(n_characters: _Count) -> _Count:
    """What the spelling of an unknown word costs."""
    return n_characters * CHARACTER_COST
