"""Queries met in another script or spelling than the one they are stored in."""

from __future__ import annotations

from collections.abc import Iterable
from math import log1p

import numpy as np
import numpy.typing as npt

from suggest.candidates.candidate import Candidate, Match
from suggest.index import Budget, PrefixIndex
from suggest.index.scripts import ScriptIndex
from suggest.text.romanise import loose, romanised
from suggest.text.typed_forms import Variant, retyped_variants, typed_variants

_MIN_SOUND = 4
"""Letters of a loose form below which too many names sound alike."""

_SOUND_COST = 1.5
"""Of a match by sound, beside its edits: it is tried where nothing else was found, and is wrong more often."""

_WORST_SOUND = 8.0
"""A name whose edits cost more than this does not sound like what was typed."""

_Found = dict[int, Match]


def scripts(
    prefix: str,
    index: ScriptIndex,
    prefixes: PrefixIndex,
    k: int,
    budget: Budget,
    allowed: npt.NDArray[np.bool_] | None = None,
) -> list[Candidate]:
    """The best `k` queries of which a form begins with a form of what is typed.

    Forms in the order of their trust: the same script written otherwise, other names, romanisations and
    keystrokes; where these find fewer than `k`, another keyboard layout and names that sound alike.

    Args:
        prefix: normalised.
        index: the further forms.
        prefixes: the queries themselves.
        k: at most this many.
        budget: charged for every entry looked at.
        allowed: by rank, which queries count; all when None.

    Returns:
        Candidates by popularity less cost, best first.
    """
    found: _Found = {}
    _look_up(typed_variants(prefix), index, prefixes, k, budget, allowed, found)
    if len(found) < k:
        _look_up(retyped_variants(prefix), index, prefixes, k, budget, allowed, found)
    if len(found) < k:
        _sounding(prefix, index, prefixes, k, budget, allowed, found)
    return _best(found, prefixes, k)


def _look_up(
    variants: Iterable[Variant],
    index: ScriptIndex,
    prefixes: PrefixIndex,
    k: int,
    budget: Budget,
    allowed: npt.NDArray[np.bool_] | None,
    found: _Found,
) -> None:
    """Adds what each variant finds; what an earlier one found keeps its match."""
    for variant in variants:
        if variant.is_form:
            ranks = index.forms.top(variant.text, k, budget, allowed)
        else:
            ranks = _plain(variant.text, prefixes, k, budget, allowed)
        if ranks:
            match = Match(variant.kind, 0, variant.cost)
            for rank in ranks:
                found.setdefault(rank, match)


def _plain(
    text: str, prefixes: PrefixIndex, k: int, budget: Budget, allowed: npt.NDArray[np.bool_] | None
) -> list[int]:
    if not budget.spend(k):
        return []
    ranks = prefixes.queries.rank[prefixes.top_ids(text, k)]
    found: list[int] = (ranks if allowed is None else ranks[allowed[ranks]]).tolist()
    return found


def _sounding(
    prefix: str,
    index: ScriptIndex,
    prefixes: PrefixIndex,
    k: int,
    budget: Budget,
    allowed: npt.NDArray[np.bool_] | None,
    found: _Found,
) -> None:
    typed = loose(romanised(prefix))
    if len(typed) < _MIN_SOUND:
        return
    ranks, costs = index.sounds.like(typed, budget)
    near = costs <= _WORST_SOUND
    if allowed is not None:
        near &= allowed[ranks]
    ranks, costs = ranks[near], costs[near] + _SOUND_COST
    queries = prefixes.queries
    weight = np.asarray(queries.weight)[queries.id_of_rank[ranks]]
    for at in np.argsort(costs - np.log1p(weight), kind="stable")[: 4 * k].tolist():
        found.setdefault(int(ranks[at]), Match("sound", 0, float(costs[at])))


def _best(found: _Found, prefixes: PrefixIndex, k: int) -> list[Candidate]:
    id_of, weight = prefixes.queries.id_of_rank, prefixes.queries.weight
    scored = sorted((match.cost - log1p(weight[id_of[rank]]), rank) for rank, match in found.items())
    return [Candidate(int(id_of[rank]), "script", match=found[rank]) for _, rank in scored[:k]]
