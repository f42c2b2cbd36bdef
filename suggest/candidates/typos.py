"""Queries that may have been meant by a text with slips: letters, spaces left out, spaces too many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf, log1p
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA

from suggest.candidates.candidate import Candidate, Match
from suggest.candidates.typed import Typed
from suggest.index import Budget, QueryTable
from suggest.index.spelling import Correction, Spelling, allowed_edits
from suggest.index.spelling_learned import LearnedCorrections
from suggest.index.words import Admitted, WordIndex
from suggest.text import unaccented
from suggest.text import words as segmented

MAX_READINGS = 10
"""Ways to read a text of several words whose queries are looked up."""

MAX_READINGS_OF_A_WORD = 16
"""The same of a single word: whole words among them, which no beginning stands in for."""

MAX_CORRECTED = 2
"""Words of a text that are corrected: unknown ones, then those of which least is known."""

MAX_WORDS = 8
"""A text with more words than this is left as it is."""

_OF_A_WORD = 5
"""Corrections considered of each word, where there are several."""

_SHORTEST_SPLIT = 4
_LIKELIEST, _SHARE = 2, 4
_LEAST_COST = 5.5
"""Nats of a likely slip. At 4.3, the least of all, three times as many full answers were looked at, for no gain."""

_UNTYPED = 0.8
"""Nats for each character of a word that follows a misspelt beginning: the longer, the likelier it was meant whole."""

_ELSEWHERE = 1.0
"""Nats for a query that holds the words but does not begin with them, so that plain completions come first."""


_Held = npt.NDArray[np.bool_] | None
"""By word, whether any query that counts holds it; None where all do."""


class _Reading(NamedTuple):
    """One way to read the whole text.

    Attributes:
        promise: no query that holds these words can score higher, unless others weigh more than its heaviest word does.
        kind: `typo`, `split` or `join`.
        words: in the order typed; each finished but perhaps the last.
        edits, cost: of all words and spaces; the cost in nats.
    """

    promise: float
    kind: str
    words: Sequence[Correction]
    edits: int
    cost: float


class _Guess(NamedTuple):
    """A query that may have been meant.

    Attributes:
        loss: the negative of its score.
        rank: among all queries, the heaviest first: of guesses as likely the first.
        candidate: the query and how it meets what was typed.
    """

    loss: float
    rank: int
    candidate: Candidate


class TypoSearch:
    """What a generation offers to read misspelt texts."""

    def __init__(
        self, spelling: Spelling, words: WordIndex, queries: QueryTable, learned: LearnedCorrections | None = None
    ) -> None:
        self._learned = learned
        self._spelling = spelling
        self._words = words
        self._queries = queries

    def may_help(self, typed: Typed, k: int, weights: Sequence[float]) -> bool:
        """Whether `typos` could change an answer; 1 to 3 µs.

        Always where fewer than `k` matches were found. Where the answer is full, if some word is so much lighter
        than one an edit away that even what is meant by its slip would outweigh the last of the answer.

        Args:
            typed: the words.
            k: how many suggestions are wanted.
            weights: of the queries that match as typed, at most `k`, best first.
        """
        if len(weights) < k:
            return any(allowed_edits(word) for word in (*typed.complete, typed.last)) or len(typed.complete) > 0
        return self.is_rivalled(typed, weights)

    def is_rivalled(self, typed: Typed, weights: Sequence[float]) -> bool:
        """Whether a word typed is so much lighter than one an edit away that a slip is the likelier reading.

        Args:
            typed: the words.
            weights: of the queries that match as typed, best first; none where nothing does.
        """
        needed = _LEAST_COST - (log1p(weights[0]) - log1p(weights[-1]) if weights else 0.0)
        advantage = self._spelling.rivals.advantage
        if advantage(typed.last, finished=False) > needed:
            return True
        return any(advantage(word, finished=True) > needed for word in typed.complete)

    def typos(
        self,
        typed: Typed,
        k: int,
        budget: Budget,
        allowed: Admitted | None = None,
        least: float = -inf,
    ) -> list[Candidate]:
        """Queries that may have been meant, best first by the logarithm of their weight less the cost.

        Args:
            typed: the words, with slips or without; what holds them as they are is not looked for.
            k: at most this many.
            budget: charged by every search made here.
            allowed: which queries count; all when None.
            least: ways to read the text that promise no more are left out.

        Returns:
            Candidates of source `typo`; the match's kind is `typo`, `split` or `join`. Cost: 0.3 to 1 ms.
        """
        if len(typed.complete) >= MAX_WORDS:
            return []
        held = None if allowed is None else allowed.by_word
        words = self._as_typed(typed, held)
        readings = [*self._corrected(words, budget, least, held), *self._respaced(words, held)]
        readings.sort(key=lambda reading: (-reading.promise, reading.cost))
        best = {guess.candidate.query_id: guess for guess in self._known(typed, k, budget, allowed)}
        for at, reading in enumerate(readings[: MAX_READINGS if typed.complete else MAX_READINGS_OF_A_WORD]):
            if reading.promise <= least:
                break
            for guess in self._found(reading, _wanted(k, at), least, budget, allowed):
                query_id = guess.candidate.query_id
                if query_id not in best or guess.loss < best[query_id].loss:
                    best[query_id] = guess
            if len(best) >= k:
                least = max(least, -sorted([guess.loss for guess in best.values()])[k - 1])
        return [guess.candidate for guess in sorted(best.values())[:k]]

    def _known(self, typed: Typed, k: int, budget: Budget, allowed: Admitted | None) -> Iterator[_Guess]:
        """What people who typed this, or go on so, corrected themselves to."""
        text = " ".join([*typed.complete, typed.last]).rstrip()
        if self._learned is None or len(text) < _SHORTEST_SPLIT:
            return
        for typed_key, rank, cost in self._learned.starting_with(text, k, budget):
            is_whole = typed.last or typed_key[len(text) : len(text) + 1] in ("", " ")
            if is_whole and (allowed is None or allowed.by_rank[rank]):
                query_id = int(self._queries.id_of_rank[rank])
                key = unaccented(self._queries.key(query_id))
                match = Match("typo", OSA.distance(typed_key, key), cost, tuple(segmented(key)))
                loss = cost - log1p(self._queries.weight[query_id])
                yield _Guess(loss, rank, Candidate(query_id, "typo", match=match))

    def _as_typed(self, typed: Typed, held: _Held) -> list[Correction]:
        """The words typed, each as it is; those that are not known weigh nothing."""
        words = [self._word(text, held, finished=True) for text in typed.complete]
        return [*words, self._word(typed.last, held, finished=False)] if typed.last else words

    def _word(self, text: str, held: _Held, *, finished: bool) -> Correction:
        return Correction(text, finished, 0, 0.0, self._weight(text, held, finished=finished))

    def _weight(self, text: str, held: _Held, *, finished: bool) -> float:
        """Of a word, or of the heaviest that begins so; 0 for none that counts."""
        if finished:
            number = self._words.find(text)
            is_known = number >= 0 and (held is None or held[number])
            return float(self._words.weight[number]) if is_known else 0.0
        first, last = self._words.interval(text)
        if first == last or not (held is None or held[first:last].any()):
            return 0.0
        return float(self._words.weight[first:last].max())

    def _corrected(self, words: Sequence[Correction], budget: Budget, least: float, held: _Held) -> Iterator[_Reading]:
        """Readings word by word, with at least one correction, whose promise could be above `least`."""
        order = sorted(range(len(words)), key=lambda at: words[at].weight)
        options = [[word] if word.weight else [] for word in words]
        limit = _OF_A_WORD if len(words) > 1 else MAX_READINGS_OF_A_WORD
        for at in order[:MAX_CORRECTED]:
            options[at] += self._spelling.corrections(
                words[at].text, finished=words[at].finished, limit=limit, budget=budget, least=least, held=held
            )
        for chosen in _combined(options):
            edits = sum([word.edits for word in chosen])
            if edits:
                yield _reading("typo", chosen, edits, sum([word.cost for word in chosen]))

    def _respaced(self, words: Sequence[Correction], held: _Held) -> Iterator[_Reading]:
        """Readings with one space more or less, all other words as typed and known."""
        unknown = {at for at, word in enumerate(words) if not word.weight}
        for at, (first, second) in enumerate(pairwise(words)):
            if unknown <= {at, at + 1}:
                joined = self._word(first.text + second.text, held, finished=second.finished)
                if joined.weight:
                    yield self._respaced_reading("join", [*words[:at], joined, *words[at + 2 :]])
        for at, word in enumerate(words):
            if unknown <= {at} and len(word.text) >= _SHORTEST_SPLIT:
                for parts in self._parted(word, held):
                    yield self._respaced_reading("split", [*words[:at], *parts, *words[at + 1 :]])

    def _parted(self, word: Correction, held: _Held) -> Iterator[tuple[Correction, Correction]]:
        """Two known words that make one when the space between them is left out."""
        for cut in range(1, len(word.text)):
            first = self._word(word.text[:cut], held, finished=True)
            # Most beginnings are no words.
            second = self._word(word.text[cut:], held, finished=word.finished) if first.weight else first
            if second.weight:
                yield first, second

    def _respaced_reading(self, kind: str, words: Sequence[Correction]) -> _Reading:
        return _reading(kind, words, 1, self._spelling.space_cost)

    def _found(
        self, reading: _Reading, k: int, least: float, budget: Budget, allowed: Admitted | None
    ) -> Iterator[_Guess]:
        """The best queries of a reading whose score could be above `least`."""
        _, kind, words, edits, cost = reading
        last = words[-1]
        parts = tuple([word.text for word in words])
        beginning = " ".join(parts)
        complete = [self._words.find(word.text) for word in words if word.finished]
        interval = None if last.finished else self._words.interval(last.text)
        for rank in self._words.search(complete, interval, k, budget, allowed):
            query_id = int(self._queries.id_of_rank[rank])
            gain = log1p(self._queries.weight[query_id]) - cost
            if gain + self._spelling.unfinished_cost <= least:
                return
            distance = self._distance(unaccented(self._queries.key(query_id)), beginning, last)
            match = Match(kind, edits, cost + distance, parts)
            yield _Guess(distance - gain, rank, Candidate(query_id, "typo", match=match))

    def _distance(self, key: str, beginning: str, last: Correction) -> float:
        """Nats for how far a query is from beginning with just the words that were read, the last of them given."""
        if not key.startswith(beginning):
            return _ELSEWHERE
        if last.finished or not last.edits:
            return 0.0
        untyped = len(key[len(beginning) :].partition(" ")[0])
        return _UNTYPED * untyped if untyped else -self._spelling.unfinished_cost


def _reading(kind: str, words: Sequence[Correction], edits: int, cost: float) -> _Reading:
    return _Reading(log1p(min([word.weight for word in words])) - cost, kind, words, edits, cost)


def _wanted(k: int, at: int) -> int:
    """How many queries are asked of a reading, by its place: unlikelier ones are there for their best alone."""
    return k if at < _LIKELIEST else -(-k // _SHARE)


def _combined(options: Sequence[Sequence[Correction]]) -> list[tuple[Correction, ...]]:
    """The best ways to choose one for each word, by weight and cost; at most `MAX_READINGS`."""
    if len(options) == 1:
        return [(word,) for word in options[0]]
    chosen: list[tuple[float, tuple[Correction, ...]]] = [(0.0, ())]
    for words in options:
        costs = [(word.cost - log1p(word.weight), word) for word in words]
        chosen = [(cost + more, (*before, word)) for cost, before in chosen for more, word in costs]
        chosen.sort()
        # One more than needed: the best may be the text as typed, which is no correction.
        del chosen[MAX_READINGS + 1 :]
    return [words for _, words in chosen]
