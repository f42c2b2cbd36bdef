"""Near-duplicates: of several forms of one query, which is shown?"""

from __future__ import annotations

from collections.abc import Sequence
from math import log1p

from suggest.candidates.candidate import Candidate
from suggest.candidates.request import Request
from suggest.index import Indexes


def kept_forms(ids: Sequence[int], request: Request, indexes: Indexes) -> Sequence[int]:
    """Positions of the queries that stay: of each group the first, and a form that was typed exactly.

    About 2 µs where no query has a near-duplicate among the others.

    Args:
        ids: queries of the index, the one that most people use first.
        request: what is asked.
        indexes: of the generation.
    """
    if not request.collapse:
        return range(len(ids))
    groups = indexes.groups.groups(ids)
    if len(set(groups)) == len(groups):
        return range(len(ids))
    typed = indexes.prefixes.queries.find(request.key)
    seen: set[int] = set()
    kept = []
    for position, (query_id, group) in enumerate(zip(ids, groups, strict=True)):
        if group not in seen or query_id == typed:
            kept.append(position)
        seen.add(group)
    return kept


def collapsed(candidates: Sequence[Candidate], request: Request, indexes: Indexes) -> list[Candidate]:
    """The candidates without those that another one stands for.

    Of each group the form stays that most people use for what they typed so: a person's own before others',
    then by use and by how likely the match is. A form that was typed exactly stays beside it, and so does what
    only the person's history knows. What may have been meant by a slip yields to a form that matches as typed,
    not to another guess: of two forms of a word the rarer is as likely the right one.
    """
    known = [row for row, candidate in enumerate(candidates) if candidate.query_id >= 0]
    ids = [candidates[row].query_id for row in known]
    groups = indexes.groups.groups(ids) if request.collapse else ids
    if len(set(groups)) == len(groups):  # as in most answers: what people use most need not be looked up
        return list(candidates)
    local, everywhere = indexes.prefixes.weights(ids, request.locale), indexes.prefixes.weights(ids)

    def use(at: int) -> tuple[bool, bool, float, float]:
        # Use alone let a guess hide the form that begins with what was typed: `womens` was answered by
        # `running shoes women`, read as `women s`, in place of `womens running shoes`.
        candidate = candidates[known[at]]
        cost = candidate.match.cost
        return candidate.own is not None, local[at] > 0, log1p(local[at]) - cost, log1p(everywhere[at]) - cost

    by_use = sorted(range(len(known)), key=use, reverse=True)
    kept = kept_forms([ids[at] for at in by_use], request, indexes)
    if len(kept) == len(known):
        return list(candidates)
    stays = {known[by_use[position]] for position in kept}
    sure = {group for row, group in zip(known, groups, strict=True) if not candidates[row].match.edits}
    dropped = {
        row
        for row, group in zip(known, groups, strict=True)
        if row not in stays and (not candidates[row].match.edits or group in sure)
    }
    return [candidate for row, candidate in enumerate(candidates) if row not in dropped]
