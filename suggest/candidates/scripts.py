"""Queries met in another script or spelling than the one they are stored in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import log1p

import numpy as np
import numpy.typing as npt

from suggest.candidates.candidate import Candidate, Match
from suggest.index import Budget, PrefixIndex
from suggest.index.scripts import ScriptIndex
from suggest.index.sounds import UNFINISHED
from suggest.text.forms import INITIALS, joined
from suggest.text.pinyin import begins_with, pieces, pinyin
from suggest.text.romanise import loose, romanised_beginning
from suggest.text.typed_forms import Variant, retyped_variants, typed_variants

_MIN_SOUND = 4
"""Letters of a loose form below which too many names sound alike."""

_LONGEST_GUESSED = 64
"""Characters typed beyond which nothing is guessed: what long texts mean is rarely unclear, and they cost most."""

_MIN_PIECES = 2
_MAX_ABBREVIATED = 64
"""Queries with the same first letters whose readings are compared, the most popular: 0.3 ms."""
_ABBREVIATED = 1.0

_SOUND_COST = 3.0
"""Of a match by sound, beside its edits: it is tried where nothing else was found, and is wrong more often."""

_WORST_SOUND = 24.0
"""A name whose edits cost more than this does not sound like what was typed."""


def scripts(
    prefix: str,
    index: ScriptIndex,
    prefixes: PrefixIndex,
    k: int,
    budget: Budget,
    allowed: npt.NDArray[np.bool_] | None = None,
    *,
    n_missing: int,
) -> list[Candidate]:
    """The best `k` queries of which a form begins with a form of what is typed.

    First the same script written otherwise, other names, romanisations and keystrokes; where these find fewer
    than `n_missing`, abbreviated pinyin, and then another keyboard layout.

    Args:
        prefix: normalised (`normalise_prefix`).
        index: the further forms.
        prefixes: the queries themselves.
        k: at most this many.
        budget: charged for every entry looked at.
        allowed: by rank, which queries count; all when None.
        n_missing: how many suggestions the answer lacks.

    Returns:
        Candidates by popularity less cost, best first; queries that start with the prefix may be among them.
        Cost: 80 µs in ASCII on a log in ASCII, 50 to 150 µs otherwise.
    """
    search = _Search(index, prefixes, k, budget, allowed)
    if index or not prefix.isascii():
        search.look_up(typed_variants(prefix))
    for further in (search.add_abbreviated, search.add_retyped):
        if len(prefix) <= _LONGEST_GUESSED and len(search.found) < n_missing:
            further(prefix)
    return search.best()


def sounding(
    prefix: str,
    index: ScriptIndex,
    prefixes: PrefixIndex,
    k: int,
    budget: Budget,
    allowed: npt.NDArray[np.bool_] | None = None,
) -> list[Candidate]:
    """The best `k` queries and names within a few letters of how a prefix sounds; as `scripts` otherwise. 1 to 2 ms."""
    search = _Search(index, prefixes, k, budget, allowed)
    if len(prefix) <= _LONGEST_GUESSED:
        search.add_sounding(prefix)
    return search.best()


def sound_letters(prefix: str) -> str:
    """The letters by which a normalised prefix is compared with how names sound."""
    return loose(romanised_beginning(prefix))


@dataclass(frozen=True, slots=True)
class _Search:
    """What one request has found so far: the cheapest match of each rank."""

    index: ScriptIndex
    prefixes: PrefixIndex
    k: int
    budget: Budget
    allowed: npt.NDArray[np.bool_] | None
    found: dict[int, Match] = field(default_factory=dict)

    def look_up(self, variants: Iterable[Variant]) -> None:
        """Finds what is written exactly so, and what goes on after it."""
        forms, k, budget, allowed = self.index.forms, self.k, self.budget, self.allowed
        for variant in variants:
            if not variant.is_form:
                ranks = self._plain(variant.text)
            elif forms.begins(whole := variant.text.rstrip()):
                self._add(forms.exact(whole, k, budget, allowed), Match(variant.kind, 0, variant.cost))
                ranks = forms.top(variant.text, k, budget, allowed)
            else:  # as most are: not looked up twice
                continue
            if ranks:
                self._add(ranks, Match(variant.kind, 0, variant.cost + UNFINISHED))

    def add_retyped(self, prefix: str) -> None:
        """Finds what the same keys write on another layout."""
        self.look_up(retyped_variants(prefix, to_ascii=not self.index))

    def add_abbreviated(self, prefix: str) -> None:
        """Finds Chinese of which some characters are typed, some spelt in full and some by a letter."""
        typed = pieces(joined(pinyin(prefix))) if self.index else []
        if len(typed) < _MIN_PIECES or not self.budget.spend(_MAX_ABBREVIATED):
            return
        first_letters = INITIALS + "".join([piece[0] for piece in typed])
        queries = self.prefixes.queries
        for rank in self.index.forms.top(first_letters, _MAX_ABBREVIATED, self.budget, self.allowed):
            if begins_with(queries.key(int(queries.id_of_rank[rank])), typed):
                self._add([rank], Match("initials", 0, _ABBREVIATED + UNFINISHED))

    def add_sounding(self, prefix: str) -> None:
        """Finds names within a few letters of how the prefix sounds."""
        typed = sound_letters(prefix) if self.index else ""
        if len(typed) < _MIN_SOUND:
            return
        ranks, costs = self.index.sounds.like(typed, self.budget)
        near = costs <= _WORST_SOUND
        if self.allowed is not None:
            near &= self.allowed[ranks]
        ranks, costs = ranks[near], costs[near] + _SOUND_COST
        queries = self.prefixes.queries
        weight = np.asarray(queries.weight)[queries.id_of_rank[ranks]]
        for at in np.argsort(costs - np.log1p(weight), kind="stable")[: 4 * self.k].tolist():
            self._add([int(ranks[at])], Match("sound", 0, float(costs[at])))

    def best(self) -> list[Candidate]:
        """The best `k` by popularity less cost."""
        id_of, weight = self.prefixes.queries.id_of_rank, self.prefixes.queries.weight
        scored = sorted((match.cost - log1p(weight[id_of[rank]]), rank) for rank, match in self.found.items())
        return [Candidate(int(id_of[rank]), "script", match=self.found[rank]) for _, rank in scored[: self.k]]

    def _plain(self, text: str) -> list[int]:
        if not self.budget.spend(self.k):
            return []
        ids = self.prefixes.top_ids(text, self.k)
        if not ids:
            return []
        ranks = self.prefixes.queries.rank[ids]
        found: list[int] = (ranks if self.allowed is None else ranks[self.allowed[ranks]]).tolist()
        return found

    def _add(self, ranks: Iterable[int], match: Match) -> None:
        for rank in ranks:
            if rank not in self.found or self.found[rank].cost > match.cost:
                self.found[rank] = match
