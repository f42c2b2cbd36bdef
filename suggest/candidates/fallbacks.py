"""Here is a request that its prefix answers badly: which other searches may help, and at what cost?"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.candidates.any_order import any_order
from suggest.candidates.candidate import Candidate
from suggest.candidates.request import Request
from suggest.candidates.scripts import scripts, sounding
from suggest.candidates.typed import typed_words
from suggest.candidates.typos import TypoSearch
from suggest.index import Budget, Indexes
from suggest.index.spelling import MOST_NODES
from suggest.index.words import Admitted
from suggest.text.typed_forms import typed_variants


class Found(NamedTuple):
    """What is known before a fallback is asked.

    Attributes:
        n: candidates so far that are surely meant.
        n_all: candidates so far.
        weights: popularity of the heaviest of the sure ones, at most as many as will be shown, best first.
        best_gain: logarithm of weight less cost of the best candidate so far; without any, nothing is implausible.
        least_gain: guesses with no more are not worth finding.
    """

    n: int
    n_all: int
    weights: list[float]
    best_gain: float
    least_gain: float

    @classmethod
    def of(
        cls, weights: list[float], k: int, n_all: int, *, best_gain: float = -inf, least_gain: float = -inf
    ) -> Found:
        """From the popularity of each sure candidate, in any order, of which `k` will be shown."""
        return cls(len(weights), n_all, sorted(weights, reverse=True)[:k], best_gain, least_gain)


class Asked(NamedTuple):
    """A request that other searches may help, and what is known when they are asked.

    Attributes:
        request: what is asked.
        indexes: of the generation.
        found: the candidates so far.
        reads_as_typed: whether the text is one that a person means to type, see `reads_as_typed`.
    """

    request: Request
    indexes: Indexes
    found: Found
    reads_as_typed: bool = False

    @property
    def allowed(self) -> npt.NDArray[np.bool_] | None:
        """By rank, which queries count; None for all."""
        return None if self.request.allowed is None else self.request.allowed.by_rank

    @property
    def admitted(self) -> Admitted | None:
        """The same, with the words that these queries hold."""
        return None if self.request.allowed is None else self.request.allowed.admitted(self.indexes.words)

    @property
    def is_short(self) -> bool:
        """Whether the answer lacks suggestions."""
        return bool(self.request.prefix) and self.found.n < self.request.k


def reads_as_typed(request: Request, indexes: Indexes, *, has_endings: bool) -> bool:
    """Whether a person typed words that they or enough others use, the last as far as it goes. About 5 µs.

    Args:
        request: what is asked.
        indexes: of the generation.
        has_endings: whether the text could be ended by known words.
    """
    if not (request.is_personal and has_endings):
        return False
    uses = request.history.word_uses if request.history else {}
    *complete, _ = request.prefix.split(" ")
    return all(word in uses or indexes.word_model.admits_word(word) for word in complete)


class Fallback(NamedTuple):
    """A search for queries that do not start with what was typed.

    Attributes:
        name: of the search, for metrics.
        nodes: the work one request may spend on it.
        may_help: whether it can improve on the candidates found so far.
        find: its candidates, at most as many as asked for, given what was found before.
        guesses: whether it says what may have been meant: shown only where that is likely enough, see `gather`.
    """

    name: str
    nodes: int
    may_help: Callable[[Asked], bool]
    find: Callable[[Asked, int, Budget], list[Candidate]]
    guesses: bool = False


def fallbacks(request: Request) -> tuple[Fallback, ...]:
    """The searches that a request may be given to."""
    return FALLBACKS if request.match == "any" and len(request.prefix) <= MAX_CHARS else ()


def fallbacks_may_help(asked: Asked) -> bool:
    """Whether any fallback can improve on these candidates of the plain prefix. 3 to 10 µs."""
    return any(fallback.may_help(asked) for fallback in fallbacks(asked.request))


def _scripts_may_help(asked: Asked) -> bool:
    """Where something is missing, or a query written otherwise weighs more than what would be shown."""
    if asked.is_short:
        return bool(asked.indexes.scripts) or not (asked.request.prefix.isascii() and asked.reads_as_typed)
    scripts_index, queries = asked.indexes.scripts, asked.indexes.prefixes.queries
    if not scripts_index or not asked.request.prefix:
        return False
    budget = Budget(SCRIPT_NODES)
    texts = [variant.text for variant in typed_variants(asked.request.prefix) if variant.is_form]
    forms = scripts_index.forms
    best = min((rank for text in texts if forms.begins(text) for rank in forms.top(text, 1, budget)), default=None)
    return best is not None and queries.weight[queries.id_of_rank[best]] > asked.found.weights[-1]


def _find_scripts(asked: Asked, k: int, budget: Budget) -> list[Candidate]:
    request, indexes = asked.request, asked.indexes
    # Words that are words were not typed on another layout.
    n_missing = 0 if asked.reads_as_typed else request.k - asked.found.n
    return scripts(request.prefix, indexes.scripts, indexes.prefixes, k, budget, asked.allowed, n_missing=n_missing)


def _find_words(asked: Asked, k: int, budget: Budget) -> list[Candidate]:
    typed, indexes = typed_words(asked.request.prefix), asked.indexes
    return any_order(typed, indexes.words, indexes.prefixes.queries, k, budget, asked.admitted)


def _typos_may_help(asked: Asked) -> bool:
    typed = typed_words(asked.request.prefix)
    if asked.reads_as_typed:
        return _typo_search(asked.indexes).is_rivalled(typed, asked.found.weights)
    return _typo_search(asked.indexes).may_help(typed, asked.request.k, asked.found.weights)


def _find_typos(asked: Asked, k: int, budget: Budget) -> list[Candidate]:
    typed, least = typed_words(asked.request.prefix), asked.found.least_gain
    return _typo_search(asked.indexes).typos(typed, k, budget, asked.admitted, least)


def _sounds_may_help(asked: Asked) -> bool:
    is_lacking = asked.is_short and asked.found.n_all < asked.request.k
    return is_lacking and bool(asked.indexes.scripts) and not asked.reads_as_typed


def _find_sounding(asked: Asked, k: int, budget: Budget) -> list[Candidate]:
    indexes = asked.indexes
    return sounding(asked.request.prefix, indexes.scripts, indexes.prefixes, k, budget, asked.allowed)


def _typo_search(indexes: Indexes) -> TypoSearch:
    return TypoSearch(indexes.spelling, indexes.words, indexes.prefixes.queries, indexes.learned)


MAX_CHARS = 128
"""Of a longer text only its beginning is looked up: nobody types so much without having been answered."""

SCRIPT_NODES = 20_000
WORD_NODES = 500_000
TYPO_NODES = MOST_NODES
SOUND_NODES = 200_000
"""What one request may spend: the milliseconds of DESIGN's targets in nodes, of which arrays take 10 ns each."""

FALLBACKS: tuple[Fallback, ...] = (
    Fallback("script", SCRIPT_NODES, _scripts_may_help, _find_scripts),
    Fallback("words", WORD_NODES, lambda asked: asked.is_short, _find_words),
    Fallback("typo", TYPO_NODES, _typos_may_help, _find_typos, guesses=True),
    Fallback("sound", SOUND_NODES, _sounds_may_help, _find_sounding, guesses=True),
)
"""In the order in which they are asked: the likelier and cheaper first."""
