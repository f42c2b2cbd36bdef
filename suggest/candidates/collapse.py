"""Near-duplicates: of several forms of one query, which is shown?"""

from __future__ import annotations

from collections.abc import Sequence

from suggest.candidates.candidate import Candidate
from suggest.candidates.request import Request
from suggest.index import Indexes


def has_near_duplicates(ids: Sequence[int], indexes: Indexes) -> bool:
    """Whether two of these queries are forms of one. About 1 µs."""
    grouped = [group for group in indexes.groups.groups(ids) if group >= 0]
    return len(set(grouped)) < len(grouped)


def collapsed(candidates: Sequence[Candidate], request: Request, indexes: Indexes) -> list[Candidate]:
    """The candidates without those that another one stands for.

    Of each group the form stays that most people use, a person's own form before others'. A form that
    was typed exactly stays beside it. About 1 µs where no candidate has a near-duplicate at all.
    """
    ids = [candidate.query_id for candidate in candidates]
    if not request.collapse or not has_near_duplicates(ids, indexes):
        return list(candidates)
    groups = indexes.groups.groups(ids)
    typed = indexes.prefixes.queries.find(request.key)
    weight = indexes.prefixes.queries.weight
    kept: dict[int, int] = {}
    for row, (candidate, group) in enumerate(zip(candidates, groups, strict=True)):
        usual = kept.setdefault(group, row)
        if _use(candidate, weight) > _use(candidates[usual], weight):
            kept[group] = row
    return [
        candidate
        for row, (candidate, group) in enumerate(zip(candidates, groups, strict=True))
        if group < 0 or kept[group] == row or candidate.query_id == typed
    ]


def _use(candidate: Candidate, weight: Sequence[float]) -> tuple[bool, float]:
    return candidate.own is not None, weight[candidate.query_id] if candidate.query_id >= 0 else 0.0
