"""Queries that hold the typed words, in whatever order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from suggest.candidates.candidate import Candidate, Match
from suggest.candidates.typed import Typed
from suggest.index import Budget, QueryTable
from suggest.index.forward import Condition
from suggest.index.words import Admitted, WordIndex, conditions_of
from suggest.text import unaccented
from suggest.text import words as words_of
from suggest.text.unspaced import PAIR, unspaced_runs

WORDS_COST = 5.0
"""Nats: of two hundred people who mean a query of several words, about one begins with another than the first."""

BEGINNING_COST = 0.3
"""Nats of a query that begins with the very words, written otherwise: `t shirt` for `t-shirt`."""

N_COMPARED = 16
"""The heaviest matches that are compared word by word with what was typed; each costs 3 µs."""

MAX_PAIRS = 8
"""Pairs of characters of one typed word that are looked up; what they let through is checked on the text."""


class Wanted(NamedTuple):
    """What a query must hold to be found.

    Attributes:
        conditions: on its words and pairs of characters.
        within: texts that must occur anywhere in its unaccented key, which the conditions do not ensure.
        beginning: numbers [first, last) of the words that it begins with if it begins as typed, one after the other;
            None where numbers of words do not tell.
    """

    conditions: list[Condition]
    within: list[str]
    beginning: list[tuple[int, int]] | None = None


def any_order(
    typed: Typed,
    words: WordIndex,
    queries: QueryTable,
    k: int,
    budget: Budget,
    allowed: Admitted | None = None,
) -> list[Candidate]:
    """The best `k` queries that hold all typed words, best first; exact while the budget lasts.

    A finished word is a word of the query, the unfinished one begins another. A typed word with
    characters of a script without spaces occurs anywhere in the query: where its words begin and end
    nobody can tell before it is finished.

    Args:
        typed: the words.
        words: the index of words.
        queries: the queries it is about.
        k: at most this many.
        budget: charged for every query looked at.
        allowed: which queries count; all when None.

    Returns:
        Candidates; those that simply begin with what was typed are among them. None when nothing is
        typed or a finished word is unknown. Cost: about 60 µs at a million queries, 500 µs at the worst.
    """
    found = wanted(typed, words)
    ranks = words.matching(found.conditions, k, budget, allowed, _occurring(found.within, queries))
    if not ranks:
        return []
    parts = (*typed.complete, typed.last) if typed.last else typed.complete
    anywhere = Match("words", 0, WORDS_COST, parts)
    beginning = Match("words", 0, BEGINNING_COST, parts)
    compared = ranks[:N_COMPARED] if len(parts) > 1 else []
    if found.beginning is not None:
        begin = words.beginning(compared, found.beginning)
    else:
        begin = [rank for rank in compared if _begins(queries.key(queries.id_of_rank.item(rank)), parts)]
    id_of_rank = queries.id_of_rank.item
    return [Candidate(id_of_rank(rank), "words", None, 0, beginning if rank in begin else anywhere) for rank in ranks]


def _begins(key: str, parts: tuple[str, ...]) -> bool:
    return " ".join(words_of(unaccented(key))).startswith(" ".join(parts))


def wanted(typed: Typed, words: WordIndex) -> Wanted:
    """What typed words ask of a query; no condition when no query can meet them."""
    runs = [word for word in (*typed.complete, typed.last) if unspaced_runs(word)]
    numbers = [words.find(word) for word in typed.complete if word not in runs]
    if -1 in numbers:
        return Wanted([], [])
    last = words.interval(typed.last) if typed.last and typed.last not in runs else None
    conditions = conditions_of(numbers, last)
    if not runs:
        return Wanted(conditions, [], _beginning(typed, numbers, last, words))
    conditions += [condition for run in runs for condition in _conditions(run, words)]
    # A pair, or a character alone, is in a query when its condition is met; a longer text must be looked for.
    within = [run for run in runs if len(run) > PAIR or unspaced_runs(run) != [run]]
    return Wanted(list(dict.fromkeys(conditions)), within)


def _beginning(
    typed: Typed, numbers: list[int], last: tuple[int, int] | None, words: WordIndex
) -> list[tuple[int, int]]:
    """The words that a query begins with if it begins as typed; the last one may go on even where it is finished."""
    intervals = [(number, number + 1) for number in numbers]
    if last is not None:
        intervals.append(last)
    elif numbers:
        intervals[-1] = words.interval(typed.complete[-1])
    return intervals


def _conditions(typed: str, words: WordIndex) -> Iterator[Condition]:
    """What the pairs of characters in a typed word ask: a character alone begins a pair wherever it stands."""
    pairs = [run[at : at + PAIR] for run in unspaced_runs(typed) for at in range(max(1, len(run) - 1))]
    return (Condition(*words.interval(pair)) for pair in pairs[:MAX_PAIRS])


def _occurring(within: list[str], queries: QueryTable) -> Callable[[int], bool] | None:
    """Whether all texts occur in the query of a rank; None when there is nothing to ask. About 4 µs a query."""
    if not within:
        return None

    def occur(rank: int) -> bool:
        key = unaccented(queries.key(int(queries.id_of_rank[rank])))
        return all(text in key for text in within)

    return occur
