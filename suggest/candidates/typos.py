"""Queries that may have been meant by a text with slips: letters, spaces left out, spaces too many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf, log1p
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA

from suggest.candidates.candidate import Candidate, Match
from suggest.candidates.typed import Typed
from suggest.index import Budget, QueryTable
from suggest.index.spelling import Spelling, allowed_edits
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


class _Word(NamedTuple):
    """What one typed word may stand for.

    Attributes:
        text: a word or, when not finished, the beginning of one.
        finished: whether nothing may follow.
        edits, cost: of taking it for this.
        weight: of the word, or of the heaviest that begins so.
    """

    text: str
    finished: bool
    edits: int
    cost: float
    weight: float


class _Reading(NamedTuple):
    """One way to read the whole text.

    Attributes:
        kind: `typo`, `split` or `join`.
        words: in the order typed.
        cost: of all words and spaces, in nats.
    """

    kind: str
    words: tuple[_Word, ...]
    cost: float

    @property
    def promise(self) -> float:
        """No query that holds these words can score higher, unless others weigh more than its heaviest word does."""
        return log1p(min([word.weight for word in self.words])) - self.cost


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
        readings = [*self._corrected(typed, budget, least, held), *self._respaced(typed, held)]
        readings.sort(key=lambda reading: (-reading.promise, reading.cost))
        best = {candidate.query_id: (score, candidate) for score, candidate in self._known(typed, k, budget, allowed)}
        for at, reading in enumerate(readings[: MAX_READINGS if typed.complete else MAX_READINGS_OF_A_WORD]):
            if reading.promise <= least:
                break
            for score, candidate in self._found(reading, _wanted(k, at), least, budget, allowed):
                known = best.get(candidate.query_id)
                if known is None or score > known[0]:
                    best[candidate.query_id] = score, candidate
            if len(best) >= k:
                least = max(least, sorted(score for score, _ in best.values())[-k])
        order = sorted(best.values(), key=lambda each: (-each[0], int(self._queries.rank[each[1].query_id])))
        return [candidate for _, candidate in order[:k]]

    def _known(
        self, typed: Typed, k: int, budget: Budget, allowed: Admitted | None
    ) -> Iterator[tuple[float, Candidate]]:
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
                yield log1p(self._queries.weight[query_id]) - cost, Candidate(query_id, "typo", match=match)

    def _corrected(self, typed: Typed, budget: Budget, least: float, held: _Held) -> Iterator[_Reading]:
        """Readings word by word, with at least one correction, whose promise could be above `least`."""
        given = [(text, True) for text in typed.complete] + ([(typed.last, False)] if typed.last else [])
        as_typed = [self._as_typed(text, finished, held) for text, finished in given]
        order = sorted(range(len(given)), key=lambda at: as_typed[at].weight)
        options = [[word] if word.weight else [] for word in as_typed]
        limit = _OF_A_WORD if len(given) > 1 else MAX_READINGS_OF_A_WORD
        for at in order[:MAX_CORRECTED]:
            text, finished = given[at]
            found = self._spelling.corrections(
                text, finished=finished, limit=limit, budget=budget, least=least, held=held
            )
            options[at] += [_Word(*correction) for correction in found]
        for words in _combined(options):
            if any(word.edits for word in words):
                yield _Reading("typo", words, sum(word.cost for word in words))

    def _as_typed(self, text: str, finished: bool, held: _Held) -> _Word:
        return _Word(text, finished, 0, 0.0, self._weight(text, finished, held))

    def _weight(self, text: str, finished: bool, held: _Held) -> float:
        """Of a word, or of the heaviest that begins so; 0 for none that counts."""
        if finished:
            first = self._words.find(text)
            last = first + 1
        else:
            first, last = self._words.interval(text)
        if first < 0 or first == last or not (held is None or held[first:last].any()):
            return 0.0
        return float(self._words.weight[first:last].max())

    def _respaced(self, typed: Typed, held: _Held) -> Iterator[_Reading]:
        """Readings with one space more or less, all other words as typed."""
        texts = [*typed.complete, typed.last] if typed.last else list(typed.complete)
        for at in range(len(texts) - 1):
            yield from self._reading("join", [*texts[:at], texts[at] + texts[at + 1], *texts[at + 2 :]], typed, held)
        for at, text in enumerate(texts):
            for cut in range(1, len(text)) if len(text) >= _SHORTEST_SPLIT else ():
                # Most beginnings are no words: the cheapest test first.
                if self._words.find(text[:cut]) >= 0:
                    parts = [*texts[:at], text[:cut], text[cut:], *texts[at + 1 :]]
                    yield from self._reading("split", parts, typed, held)

    def _reading(self, kind: str, texts: Sequence[str], typed: Typed, held: _Held) -> Iterator[_Reading]:
        """One reading, if all its words are known."""
        n_finished = len(texts) - (typed.last != "")
        words = []
        for at, text in enumerate(texts):
            word = self._as_typed(text, at < n_finished, held)
            if not word.weight:
                return
            words.append(word)
        yield _Reading(kind, tuple(words), self._spelling.space_cost)

    def _found(
        self, reading: _Reading, k: int, least: float, budget: Budget, allowed: Admitted | None
    ) -> Iterator[tuple[float, Candidate]]:
        """The best queries of a reading whose score could be above `least`."""
        complete = [self._words.find(word.text) for word in reading.words if word.finished]
        last = None if reading.words[-1].finished else self._words.interval(reading.words[-1].text)
        parts = tuple([word.text for word in reading.words])
        edits = sum(word.edits for word in reading.words) + (reading.kind != "typo")
        for rank in self._words.search(complete, last, k, budget, allowed):
            query_id = int(self._queries.id_of_rank[rank])
            gain = log1p(self._queries.weight[query_id]) - reading.cost
            if gain + self._spelling.unfinished_cost <= least:
                return
            distance = self._distance(unaccented(self._queries.key(query_id)), parts, reading.words[-1])
            match = Match(reading.kind, edits, reading.cost + distance, parts)
            yield gain - distance, Candidate(query_id, "typo", match=match)

    def _distance(self, key: str, parts: tuple[str, ...], last: _Word) -> float:
        """Nats for how far a query is from beginning with just the words that were read."""
        beginning = " ".join(parts)
        if not key.startswith(beginning):
            return _ELSEWHERE
        if last.finished or not last.edits:
            return 0.0
        untyped = len(key[len(beginning) :].partition(" ")[0])
        return _UNTYPED * untyped if untyped else -self._spelling.unfinished_cost


def _wanted(k: int, at: int) -> int:
    """How many queries are asked of a reading, by its place: unlikelier ones are there for their best alone."""
    return k if at < _LIKELIEST else -(-k // _SHARE)


def _combined(options: Sequence[Sequence[_Word]]) -> list[tuple[_Word, ...]]:
    """The best ways to choose one for each word, by weight and cost; at most `MAX_READINGS`."""
    if len(options) == 1:
        return [(word,) for word in options[0]]
    chosen: list[tuple[float, tuple[_Word, ...]]] = [(0.0, ())]
    for words in options:
        costs = [(word.cost - log1p(word.weight), word) for word in words]
        chosen = [(cost + more, (*before, word)) for cost, before in chosen for more, word in costs]
        chosen.sort()
        # One more than needed: the best may be the text as typed, which is no correction.
        del chosen[MAX_READINGS + 1 :]
    return [words for _, words in chosen]
