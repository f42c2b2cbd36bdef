"""Here is a request: which queries might answer it, and from which source?

Own history and the plain prefix are always asked. The fallbacks after them, each within a budget of
counted work, are asked in turn while they can improve the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf, log1p
from time import perf_counter
from typing import NamedTuple

from suggest.candidates.candidate import Candidate
from suggest.candidates.collapse import collapsed
from suggest.candidates.endings import generated
from suggest.candidates.fallbacks import Asked, Found, fallbacks, reads_as_typed
from suggest.candidates.request import Request
from suggest.candidates.scripts import sound_letters
from suggest.candidates.sources import follow_ups, own_history, popular
from suggest.index import ALL, Budget, Indexes

POOL = 20
"""Popular candidates offered to the ranker when more is not asked for; with 32 MRR@10 on a web log is the same."""

GUESSED = 32
"""Matches asked of a fallback when more is not asked for: with 20, one English misspelling in 1,500 more was missed."""

PLAUSIBLE_NATS = 10.0
"""How much less likely than the best of what matches as typed a guess may be: at 7, one in 70 of what English
misspellings mean was kept out, beyond 10 none."""

SURE_NATS = 0.5
"""A match that costs no more is the text as typed, but for accents and the like."""

NATS_PER_CHAR = 3.05
"""What a guess may cost for each character typed: any slip in a whole word of three letters (9.1 nats) but none in the
beginning of one (11), and two slips in six letters (17.8). Beyond it, nearly anything is as near: `niv` is not `nike`.
At 1.5, a quarter of what English misspellings mean was kept out."""

SOUND_NATS_PER_LETTER = 1.25
"""The same of what only sounds alike, of which there is much more, for each character typed or each letter by which
sounds are compared, whichever are more: at 1.35 `hanguk` is 将棋, and where each syllable in kana or Hangul counts as
one, a fifth of the names found in them are not."""

PLAUSIBLE_SOUND_NATS = 3.0
"""The same as `PLAUSIBLE_NATS` of what only sounds alike: `beijing` finds 北京, and is not 冰箱."""

AS_TYPED = frozenset({"history", "session", "prefix", "generated"})
"""Sources whose candidates begin with what was typed."""

MAX_POOL = 256
"""Where asking the fallbacks for more ends: what the longest stored lists hold."""

MAX_PLAIN = 16_384
"""Where asking the plain prefix for more ends: so many forms of few queries are a log's accident, 30 ms of work."""


class Gathered(NamedTuple):
    """The candidates of a request.

    Attributes:
        candidates: each query once, none hidden, near-duplicates collapsed if so asked.
        n_otherwise: how many were found otherwise than by a plain search, before the collapse.
        tried: the fallbacks that were asked.
        cut: those of them that ran out of budget or time, so that matches may be missing.
        visited: nodes of all of them.
    """

    candidates: list[Candidate]
    n_otherwise: int
    tried: tuple[str, ...]
    cut: tuple[str, ...]
    visited: int


def gather(request: Request, indexes: Indexes, deadline_s: float | None = None) -> Gathered:
    """All candidates of a request.

    Where hidden queries, filters or near-duplicates leave fewer than `request.k`, more are asked for.

    Args:
        request: what is asked.
        indexes: of the generation.
        deadline_s: wall time that each fallback may take besides its budget; None for any.
    """
    asked = max(request.k, POOL)
    while True:
        gathered, has_more = _gathered(request, indexes, asked, deadline_s)
        if len(gathered.candidates) >= request.k or not has_more or asked >= MAX_PLAIN:
            return gathered
        asked *= 2 if asked < MAX_POOL else 4


def _gathered(request: Request, indexes: Indexes, asked: int, deadline_s: float | None) -> tuple[Gathered, bool]:
    """The candidates when each source is asked for so many, and whether one of them may have more."""
    pool = _Pool(request)
    pool.add(own_history(request, indexes))
    pool.add(follow_ups(request, indexes))
    has_more = pool.add(popular(request, indexes, asked)) >= asked
    n_plain = len(pool.candidates)
    pool.add(generated(request, indexes))
    tried: list[str] = []
    cut: list[str] = []
    visited = 0
    reads = reads_as_typed(request, indexes, has_endings=pool.has_endings)
    n_guessed = max(asked, GUESSED)
    situation = Asked(request, indexes, pool.found(indexes), reads)
    for fallback in fallbacks(request):
        if not fallback.may_help(situation):
            continue
        budget = Budget(fallback.nodes, _clock(deadline_s))
        proposed = fallback.find(situation, min(n_guessed, MAX_POOL), budget)
        if fallback.guesses:
            proposed = _plausible(proposed, request.prefix, situation.found.best_gain, indexes)
        has_more |= pool.add(proposed) >= n_guessed
        if proposed:
            situation = situation._replace(found=pool.found(indexes))
        tried.append(fallback.name)
        visited += budget.visited
        if budget.exhausted:
            cut.append(fallback.name)
    kept = collapsed(pool.candidates, request, indexes)
    return Gathered(kept, len(pool.candidates) - n_plain, tuple(tried), tuple(cut), visited), has_more


def _plausible(guesses: list[Candidate], prefix: str, best_gain: float, indexes: Indexes) -> list[Candidate]:
    """The guesses, all of one fallback, that are likely enough by themselves and beside what matches as typed."""
    if not guesses:
        return guesses
    if guesses[0].match.kind == "sound":
        most, apart = SOUND_NATS_PER_LETTER * max(len(prefix), len(sound_letters(prefix))), PLAUSIBLE_SOUND_NATS
    else:
        most, apart = NATS_PER_CHAR * len(prefix), PLAUSIBLE_NATS
    least = best_gain - apart
    return [guess for guess in guesses if guess.match.cost <= most and _gain(guess, indexes) >= least]


def _gain(candidate: Candidate, indexes: Indexes) -> float:
    """Log of how likely it is to be meant, up to a constant."""
    return log1p(indexes.prefixes.queries.weight[candidate.query_id]) - candidate.match.cost


class _Pool:
    """Candidates as they come in: of a query that several sources propose, the first keeps it."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._shows_all = not request.hidden_ids and not request.hidden_keys and request.allowed is None
        self._seen: set[int] = set()
        self.candidates: list[Candidate] = []

    def add(self, candidates: Iterable[Candidate]) -> int:
        """Takes in those that may be shown; returns how many were proposed."""
        n_proposed = 0
        seen, shows_all = self._seen, self._shows_all
        for candidate in candidates:
            n_proposed += 1
            query_id = candidate.query_id
            if query_id in seen or not (shows_all or self._is_shown(candidate)):
                continue
            if query_id >= 0:
                seen.add(query_id)
            self.candidates.append(candidate)
        return n_proposed

    @property
    def has_endings(self) -> bool:
        """Whether any candidate begins with what was typed."""
        return any(candidate.source in AS_TYPED for candidate in self.candidates)

    def found(self, indexes: Indexes) -> Found:
        """What came in so far and is surely meant: what only sounds alike must not keep corrections out."""
        weight = indexes.prefixes.queries.weight
        known: list[float] = []
        gains: list[float] = []
        for candidate in self.candidates:
            if candidate.query_id >= 0:
                own, cost = weight[candidate.query_id], candidate.match.cost
                gains.append(log1p(own) - cost)
                if cost <= SURE_NATS or candidate.source == "words":
                    known.append(own)
        gains.sort()
        return Found.of(
            known,
            self._request.k,
            len(self.candidates),
            best_gain=gains[-1] if gains else -inf,
            least_gain=self._least_gain(gains),
        )

    def _least_gain(self, gains: list[float]) -> float:
        """What no guess at or below is worth finding: it would be implausible, or not be shown.

        The untrained order over all locales is that of gains. Of as many again as are wanted, enough stay when
        near-duplicates are collapsed.
        """
        least = gains[-1] - PLAUSIBLE_NATS if gains else -inf
        n_sure = 2 * self._request.k
        if self._request.is_personal or self._request.locale != ALL or len(gains) < n_sure:
            return least
        return max(least, gains[-n_sure])

    def _is_shown(self, candidate: Candidate) -> bool:
        request = self._request
        if candidate.query_id in request.hidden_ids:
            return False
        if candidate.own is not None and candidate.own.key in request.hidden_keys:
            return False
        if candidate.text and (candidate.text in request.hidden_keys or request.allowed is not None):
            return False  # what nobody searched has no attributes that a filter could look at
        return request.allowed is None or request.allowed.admits(candidate.query_id)


def _clock(deadline_s: float | None) -> Callable[[], bool] | None:
    if deadline_s is None:
        return None
    until = perf_counter() + deadline_s
    return lambda: perf_counter() > until
