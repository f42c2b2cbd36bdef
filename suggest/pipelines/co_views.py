"""Which items do the same people watch next to each other, oftener than by chance?

Source: Dunning, "Accurate Methods for the Statistics of Surprise and Coincidence", Computational Linguistics 19, 1993;
that a similarity is made of it as 1 - 1 / (1 + G²) is Apache Mahout's.
"""

from __future__ import annotations

from functools import reduce
from operator import add

import ibis
import ibis.expr.types as ir

from suggest.types.history import SESSION_GAP_US

NEXT = 5
"""Views that count as next to one: a pair costs a row, and what is watched an hour later says little."""

MOST_SEEN = 20
"""Items kept of one item, the strongest."""

LEAST_USERS = 2
"""People who watched both: one alone is chance, and a person."""


def co_views(views: ir.Table, gap_us: int = NEXT * SESSION_GAP_US) -> ir.Table:
    """Pairs of items that people watched within five views of each other.

    Args:
        views: user, item: string; ts_us: int64.
        gap_us: longest time between the two.

    Returns:
        item, other: string, together unique; strength: float64 in (0, 1); place: int64, from 0 for the strongest of an
        item, ties by the other's name. In no order; at most 20 rows an item.
    """
    seen = views.select("user", "item", "ts_us").distinct()
    together = _together(seen, gap_us).group_by("item", "other").agg(both=ibis._.user.nunique())
    together = together.filter(together.both >= LEAST_USERS)
    watched = seen.group_by("item").agg(n_users=seen.user.nunique())
    pairs = together.join(watched, "item").rename(own="n_users")
    pairs = pairs.join(watched.select(other="item", n_others="n_users"), "other")
    pairs = pairs.cross_join(seen.agg(everybody=seen.user.nunique()))
    expected = pairs.own.cast("float64") * pairs.n_others / pairs.everybody
    surprising = pairs.filter(pairs.both > expected)
    scored = surprising.mutate(strength=1.0 - 1.0 / (1.0 + _surprise(surprising)))
    best = ibis.window(group_by="item", order_by=[scored.strength.round(9).desc(), scored.other])
    ranked = scored.mutate(place=ibis.row_number().over(best).cast("int64"))
    return ranked.filter(ranked.place < MOST_SEEN).select("item", "other", "strength", "place")


def _together(seen: ir.Table, gap_us: int) -> ir.Table:
    """user, item, other: distinct, in both directions."""
    in_order = ibis.window(group_by="user", order_by=["ts_us", "item"])
    steps = [
        seen.select(
            "user",
            "item",
            other=seen.item.lead(distance).over(in_order),
            pause_us=seen.ts_us.lead(distance).over(in_order) - seen.ts_us,
        )
        for distance in range(1, NEXT + 1)
    ]
    ahead = ibis.union(*steps)
    ahead = ahead.filter(ahead.other.notnull() & (ahead.other != ahead.item) & (ahead.pause_us <= gap_us))
    forth, back = ahead.select("user", "item", "other"), ahead.select("user", item="other", other="item")
    return forth.union(back, distinct=True)


def _surprise(pairs: ir.Table) -> ir.FloatingValue:
    """G² of who watched both, one, the other and neither."""
    both, own, others = (pairs[name].cast("float64") for name in ("both", "own", "n_others"))
    everybody = pairs.everybody.cast("float64")
    cells = [
        (both, own * others),
        (own - both, own * (everybody - others)),
        (others - both, (everybody - own) * others),
        (ibis.greatest(everybody - own - others + both, 0.0), (everybody - own) * (everybody - others)),
    ]
    terms = [ibis.ifelse(count > 0, count * (count * everybody / margin).ln(), 0.0) for count, margin in cells]
    return 2.0 * reduce(add, terms)
