"""Here is a log: which queries come later in the sessions of which, and which are asked for the same items?"""

from __future__ import annotations

from functools import reduce

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from suggest.index.related import PairRows
from suggest.pipelines.sessionise import sessionise

STEPS = 5
"""So many searches after a query still count as coming from it."""

MOST_QUERIES = 50
"""Queries of one item that are paired, those of most people: of more, an item says little."""

SIGNIFICANT = 3.84
"""Least log-likelihood ratio kept: what chance alone exceeds once in twenty."""


def later_pairs(searches: ir.Table, steps: int = STEPS) -> ir.Table:
    """Which query comes after which in people's sessions, at most `steps` searches later.

    Args:
        searches: with user: string, session: string or null, ts_us, known_at_us: int64, key: string.
        steps: at most so many searches on.

    Returns:
        user, key, later_key: string, together unique, of different queries. In no order.
    """
    named = sessionise(searches)
    in_order = ibis.window(group_by=["user", "session", "session_start_us"], order_by=["ts_us", "known_at_us", "key"])
    parts = [named.select("user", "key", later_key=named.key.lead(step).over(in_order)) for step in range(1, steps + 1)]
    pairs = reduce(lambda left, right: left.union(right), parts)
    return pairs.filter(pairs.later_key.notnull() & (pairs.later_key != pairs.key)).distinct()


def later_rows(pairs: ir.Table, row_of: ir.Table, min_users: int) -> PairRows:
    """Pairs that enough people made and that are commoner than chance, by the root of the log-likelihood ratio.

    The strength says how sure it is that who searched the one comes to the other more than others do; as a root it
    grows with the number of people and not with its square.

    Args:
        pairs: as `later_pairs` returns.
        row_of: key: string, unique; row: int64.
        min_users: how many people must have made a pair.
    """
    both = pairs.group_by("key", "later_key").agg(users=pairs.count())
    left = pairs.group_by("key").agg(left=pairs.user.nunique())
    reached = pairs.group_by("later_key").agg(reached=pairs.user.nunique())
    known = both.filter(both.users >= min_users).join(left, "key").join(reached, "later_key")
    known = known.join(row_of, "key").select("row", "later_key", "users", "left", "reached")
    known = known.join(row_of.select(later_key="key", other_row="row"), "later_key").drop("later_key")
    n_users = pairs.user.nunique().to_pyarrow().as_py()
    found = known.order_by("row", "other_row").to_pyarrow()
    users, left, reached = (found[name].to_numpy().astype(np.float64) for name in ("users", "left", "reached"))
    ratio = log_likelihood_ratio(users, left, reached, float(max(n_users, 1)))
    kept = ratio >= SIGNIFICANT
    rows, others = (found[name].to_numpy()[kept] for name in ("row", "other_row"))
    return PairRows(rows, others, np.sqrt(ratio[kept]))


def item_rows(uses: ir.Table, row_of: ir.Table) -> PairRows:
    """Queries for the same items, in both directions: cosine over items, each weighing less the more queries it has.

    Source: Salton & Buckley, "Term-weighting approaches in automatic text retrieval", 1988, items being the terms.

    Args:
        uses: item, key: string, and user: string; whoever searched a query at an item, or clicked it for one.
        row_of: key: string, unique; row: int64.
    """
    counted = uses.group_by("item", "key").agg(users=uses.user.nunique()).join(row_of, "key")
    best = ibis.window(group_by="item", order_by=[counted.users.desc(), counted.row])
    kept = counted.mutate(place=ibis.row_number().over(best))
    kept = kept.filter(kept.place < MOST_QUERIES).select("item", "row")
    sizes = kept.group_by("item").agg(rarity=(1.0 + kept.count()).log())
    weighed = kept.join(sizes, "item")
    weighed = weighed.mutate(share=1.0 / weighed.rarity).select("item", "row", "share")
    norms = weighed.group_by("row").agg(norm=(weighed.share * weighed.share).sum().sqrt())
    other = weighed.select("item", other_row="row", other_share="share")
    pairs = weighed.join(other, "item").filter(lambda pair: pair.row != pair.other_row)
    summed = pairs.group_by("row", "other_row").agg(dot=(pairs.share * pairs.other_share).sum())
    joined = summed.join(norms, "row").join(norms.select(other_row="row", other_norm="norm"), "other_row")
    rows = joined.select("row", "other_row", strength=joined.dot / (joined.norm * joined.other_norm))
    found = rows.order_by("row", "other_row").to_pyarrow()
    return PairRows(*(found[name].to_numpy() for name in PairRows._fields))


def log_likelihood_ratio(
    both: npt.NDArray[np.float64],
    first: npt.NDArray[np.float64],
    second: npt.NDArray[np.float64],
    total: float,
) -> npt.NDArray[np.float64]:
    """How much better two things explain each other than chance does, float64[n]; below 0 where they shun each other.

    Source: Dunning, "Accurate methods for the statistics of surprise and coincidence", Computational Linguistics
    19(1), 1993: minus twice the log of the ratio, here with the sign of the association.

    Args:
        both: how often the two meet.
        first: how often the first occurs, at least as often.
        second: likewise.
        total: of all occasions.
    """
    cells = (both, first - both, second - both, total - first - second + both)
    rows, columns = (first, total - first), (second, total - second)
    expected = (
        rows[0] * columns[0] / total,
        rows[0] * columns[1] / total,
        rows[1] * columns[0] / total,
        rows[1] * columns[1] / total,
    )
    ratio = 2 * sum(_weighed(seen, due) for seen, due in zip(cells, expected, strict=True))
    return np.where(both * total >= first * second, ratio, -ratio)


def _weighed(seen: npt.NDArray[np.float64], due: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(seen > 0, seen * np.log(np.maximum(seen, 1e-12) / np.maximum(due, 1e-12)), 0.0)
