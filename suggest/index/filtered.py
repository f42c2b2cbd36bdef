"""Here is a prefix and a filter: which queries start so and pass, best first?

Three ways to the same answer, the cheapest that is exact: a light prefix is enumerated; of a prefix with
few that pass, these are compared; otherwise the stored list may hold enough of them already, and if not,
block minima find the best of the run without looking at each.
"""

from __future__ import annotations

from itertools import islice

from suggest.index import heavy
from suggest.index.attributes import Allowed
from suggest.index.budget import Budget
from suggest.index.prefix import Completions, PrefixIndex


def filtered_top(index: PrefixIndex, prefix: str, k: int, locale: str, allowed: Allowed, budget: Budget) -> Completions:
    """The best `k` queries that start with a normalised prefix and pass a filter, with their texts.

    Exact while the budget lasts, at any selectivity. About 1 µs a text, and 2 to 40 µs to find them.

    Args:
        index: of the generation whose filter it is.
        prefix: as `normalise_prefix` makes it.
        k: at most this many; fewer when there are fewer or the budget ends.
        locale: a name that `PrefixIndex.locale` returned. In one locale only queries searched there count.
        allowed: the filter, compiled.
        budget: charged one node a query looked at.
    """
    if allowed.is_everything:
        return index.top(prefix, k, locale) if budget.spend(k) else Completions([], [])
    span = index.interval(prefix)
    if span is None:
        return _light(index, prefix, k, locale, allowed, budget)
    ids = _heavy(index, prefix, span, k, locale, allowed, budget)
    return Completions(ids, [index.queries.text(query_id) for query_id in ids])


def filtered_top_ids(
    index: PrefixIndex, prefix: str, k: int, locale: str, allowed: Allowed, budget: Budget
) -> list[int]:
    """The ids of `filtered_top` alone; cheaper, since the ranker will drop most of them unseen."""
    if allowed.is_everything:
        return index.top_ids(prefix, k, locale) if budget.spend(k) else []
    span = index.interval(prefix)
    if span is None:
        return _light(index, prefix, k, locale, allowed, budget).ids
    return _heavy(index, prefix, span, k, locale, allowed, budget)


def _light(index: PrefixIndex, prefix: str, k: int, locale: str, allowed: Allowed, budget: Budget) -> Completions:
    if not allowed.n_queries or not budget.spend(heavy.HEAVY_OVER):
        return Completions([], [])
    found = index.top(prefix, heavy.HEAVY_OVER, locale)
    kept = [number for number, query_id in enumerate(found.ids) if allowed.by_id[query_id]][:k]
    return Completions([found.ids[number] for number in kept], [found.texts[number] for number in kept])


def _heavy(
    index: PrefixIndex, prefix: str, span: tuple[int, int], k: int, locale: str, allowed: Allowed, budget: Budget
) -> list[int]:
    order = allowed.order(locale)
    start, end = order.between(*span)
    # Among so many the stored list, the best of all, is likely to hold enough that pass.
    if (end - start) * heavy.DEEP_TOP > k * (span[1] - span[0]) and end - start > heavy.DEEP_OVER:
        if not budget.spend(heavy.DEEP_TOP):
            return []
        stored = index.top_ids(prefix, heavy.DEEP_TOP, locale)
        passing = list(islice((query_id for query_id in stored if allowed.by_id[query_id]), k))
        if len(passing) == k:
            return passing
    if start == end or not budget.spend(order.cost(start, end, k)):
        return []
    return allowed.ids(order.best(start, end, k))
