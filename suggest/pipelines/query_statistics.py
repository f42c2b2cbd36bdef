"""How often is each query asked, by how many, how lately, where, and in which words?"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from suggest.index.table import RECENT_DAYS
from suggest.types import DAY_US

_DECAY_UNITS = 1 << 30
"""Decayed counts are added as whole 2^-30ths: a sum of floats would depend on the order of rows."""

_DECAYED = ("decayed", *(f"decayed_{days}d" for days in RECENT_DAYS))
"""Names of the decayed counts; `_units` behind them where they are whole numbers."""


def query_uses(searches: ir.Table, watermark_us: int, half_life_us: int) -> ir.Table:
    """What each user did with each query in each locale: the step that makes everything else small.

    Args:
        searches: user, key, source: string; locale: string or null; ts_us: int64.
        watermark_us: the moment that decay is relative to; later searches count as of this moment.
        half_life_us: age in microseconds at which a search counts half.

    Returns:
        key, locale, user: string, together unique; n_searches, n_independent (searches of a source
        other than typeahead and related), decayed_units (in 2^-30ths; and the same for each of `RECENT_DAYS`),
        last_seen_us: int64.
    """
    age_us = ibis.greatest(watermark_us - searches.ts_us, 0).cast("float64")
    half_lives_us = (half_life_us, *(days * DAY_US for days in RECENT_DAYS))
    decayed = {
        f"{name}_units": (2.0 ** (-age_us / half_life) * _DECAY_UNITS).round().cast("int64").sum().cast("int64")
        for name, half_life in zip(_DECAYED, half_lives_us, strict=True)
    }
    return searches.group_by("key", "locale", "user").agg(
        n_searches=searches.count(),
        n_independent=searches.source.notin(["typeahead", "related"]).sum().cast("int64"),
        **decayed,
        last_seen_us=searches.ts_us.max(),
    )


def surface_forms(searches: ir.Table, counts: ir.Table) -> ir.Table:
    """The most frequent form in which each query was written; of equal ones the smallest by code points.

    Args:
        searches: key, display: string.
        counts: key, display: string; count: int64.

    Returns:
        key: string, unique; display: string.
    """
    searched = searches.group_by("key", "display").agg(count=searches.count())
    counted = counts.group_by("key", "display").agg(count=counts["count"].sum().cast("int64"))
    forms = searched.union(counted)
    forms = forms.group_by("key", "display").agg(n_uses=forms["count"].sum())
    of_key = ibis.window(group_by="key", order_by=[forms.n_uses.desc(), forms.display])
    ranked = forms.mutate(place=ibis.row_number().over(of_key))
    return ranked.filter(ranked.place == 0).select("key", "display")


def query_statistics(uses: ir.Table, forms: ir.Table, counts: ir.Table, max_per_user: int | None) -> ir.Table:
    """One row for each query, over all locales.

    Args:
        uses: as `query_uses` returns.
        forms: as `surface_forms` returns.
        counts: key: string; count, users: int64.
        max_per_user: most searches of one user that add to one query's weight; None for no bound.

    Returns:
        key: string, unique; display: string; count: int64, searches of all sources and counts;
        users: int64, distinct users over independent sources, and the users of counts; decayed: float64;
        last_seen_us: int64, 0 when no event searched it; weight: float64, the popularity to order by;
        decayed_1d, decayed_7d: float64, of events alone, whose moments are known. Decayed counts of one user
        are bounded like the weight.
    """
    columns = ("n_searches", "n_independent", *(f"{name}_units" for name in _DECAYED))
    by_user = uses.group_by("key", "user").agg(
        **{name: uses[name].sum().cast("int64") for name in columns}, last_seen_us=uses.last_seen_us.max()
    )
    most_units = None if max_per_user is None else max_per_user * _DECAY_UNITS
    logged = by_user.group_by("key").agg(
        count=by_user.n_searches.sum().cast("int64"),
        users=(by_user.n_independent > 0).sum().cast("int64"),
        last_seen_us=by_user.last_seen_us.max(),
        weight=_bounded(by_user.n_searches, max_per_user).sum().cast("float64"),
        **{
            name: _bounded(by_user[f"{name}_units"], most_units).sum().cast("float64") / _DECAY_UNITS
            for name in _DECAYED
        },
    )
    n_counted = counts["count"].sum()
    counted = counts.group_by("key").agg(
        count=n_counted.cast("int64"),
        users=counts.users.sum().cast("int64"),
        last_seen_us=ibis.literal(0, "int64"),
        weight=n_counted.cast("float64"),
        decayed=n_counted.cast("float64"),
        **{name: ibis.literal(0.0, "float64") for name in _DECAYED[1:]},
    )
    # At most two rows of a key meet here, so the sum of floats is the same in either order.
    both = logged.union(counted)
    summed = both.group_by("key").agg(
        count=both["count"].sum().cast("int64"),
        users=both.users.sum().cast("int64"),
        last_seen_us=both.last_seen_us.max(),
        weight=both.weight.sum(),
        **{name: both[name].sum() for name in _DECAYED},
    )
    return forms.join(summed, "key").select("key", "display", *summed.columns[1:])


def locale_weights(uses: ir.Table, counts: ir.Table, max_per_user: int | None) -> ir.Table:
    """The weight of each query in each locale, users bounded within the locale.

    Args:
        uses: as `query_uses` returns.
        counts: key: string; locale: string or null; count: int64.
        max_per_user: as in `query_statistics`.

    Returns:
        key, locale: string, together unique; locale is null for rows without one; weight: float64.
    """
    logged = uses.select("key", "locale", n_uses=_bounded(uses.n_searches, max_per_user))
    both = logged.union(counts.select("key", "locale", n_uses=counts["count"]))
    return both.group_by("key", "locale").agg(weight=both.n_uses.sum().cast("float64"))


def region_weights(searches: ir.Table, counts: ir.Table, max_per_user: int | None) -> ir.Table:
    """The weight of each query in each region, users bounded within the region.

    Args:
        searches: key, user: string; region: string or null.
        counts: key: string; region: string or null; count: int64.
        max_per_user: as in `query_statistics`.

    Returns:
        key, region: string, together unique, regions as they were written; weight: float64. Without what names none.
    """
    named = searches.filter(searches.region.notnull())
    by_user = named.group_by("key", "region", "user").agg(n_searches=named.count())
    logged = by_user.select("key", "region", n_uses=_bounded(by_user.n_searches, max_per_user))
    counted = counts.filter(counts.region.notnull())
    both = logged.union(counted.select("key", "region", n_uses=counted["count"]))
    return both.group_by("key", "region").agg(weight=both.n_uses.sum().cast("float64"))


def _bounded(n_searches: ir.IntegerColumn, max_per_user: int | None) -> ir.IntegerColumn:
    return n_searches if max_per_user is None else ibis.least(n_searches, max_per_user)
