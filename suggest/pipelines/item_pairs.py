"""Which queries belong to which items? Those searched beside them and those clicked there, with how often seen."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

_UNITS = 1 << 24
"""Looks are summed in whole 2^-24ths: a sum of floats would depend on the order of rows."""

MAX_LOOKS = 10.0
"""Of one person at one query beside one item: who comes back a hundred times refuses it no more than ten times."""


def item_pairs(searches: ir.Table, shown: ir.Table | None) -> ir.Table:
    """One row for each query that somebody searched or clicked beside an item, or that was shown there.

    Args:
        searches: with user, key: string; item: string or null.
        shown: of the surface `item`: user, input (the item), key: string; position, n_clicks: int64, as
            `suggest.pipelines.impressions.slots` returns; None where none was logged.

    Returns:
        item, key: string, together unique; users: int64, distinct people who searched or clicked it there; looks:
        float64, times it was looked at there, at position p counted as 1 / (p + 1); clicks: int64, of different
        people. In no order.
    """
    searched = searches.filter(searches.item.notnull()).select("item", "key", "user").distinct()
    if shown is None:
        counted = searched.group_by("item", "key").agg(users=searched.user.nunique())
        return counted.mutate(looks=ibis.literal(0.0), clicks=ibis.literal(0, "int64"))
    looked = shown.mutate(units=(_UNITS / (1.0 + shown.position)).round().cast("int64"))
    by_user = looked.group_by(looked.input.name("item"), "key", "user").agg(
        units=ibis.least(looked.units.sum().cast("int64"), int(_UNITS * MAX_LOOKS)), clicks=looked.n_clicks.max()
    )
    both = searched.mutate(
        units=ibis.literal(0, "int64"), clicks=ibis.literal(0, "int64"), wanted=ibis.literal(value=True)
    )
    both = both.union(by_user.select("item", "key", "user", "units", "clicks", wanted=by_user.clicks > 0))
    counted = both.group_by("item", "key").agg(
        users=both.user.nunique(where=both.wanted),
        looks=both.units.sum().cast("float64") / _UNITS,
        clicks=both.clicks.sum().cast("int64"),
    )
    return counted.select("item", "key", "users", "looks", "clicks")
