"""What was shown, and what of it was clicked, with the bias of its position removed?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from suggest.pipelines.position_bias import Floats, Strata, estimate_examination

_UNITS = 1 << 24
"""Sums are of whole 2^-24ths: a sum of floats would depend on the order of rows."""

LEAST_PROPENSITY = 0.001
"""A smaller one counts as this: a single click must not weigh more than a thousand."""

_LONGEST_INPUT = 12
"""Inputs of this length and longer are judged alike: so much is typed of few queries."""

CLICK_SCHEMA = ibis.schema(
    {
        "surface": "string",
        "key": "string",
        "n_shown": "float64",
        "n_clicks": "float64",
        "examined": "float64",
        "expected_clicks": "float64",
    }
)
"""Columns of `click_statistics`."""

_STRATUM = ("surface", "locale", "input", "key")


def shown_texts(events: ir.Table) -> ir.Table:
    """Every text that impressions and clicks name: query: string, rows repeat."""
    shown = events.filter(events.type == "impression").select(query="shown").unnest("query")
    return shown.union(events.filter(events.type == "click").select("query"))


def slots(events: ir.Table, spelled: ir.Table) -> ir.Table:
    """One row for each query of each list, with whether it was clicked.

    The impression says what was really seen, so a click is joined by its person, request and query; its position is
    not used. Of several impressions of one request the one known first counts. A query that a list shows twice
    counts at its first position, and a click counts once however often it was sent. What was clicked without an
    impression is in no row.

    Args:
        events: distinct ones: type, user, request_id, surface, input, query, event_id: string; locale: string or null;
            ts_us, known_at_us: int64; shown: array of string; propensities: array of float64 or null.
        spelled: as `spellings` returns, of `shown_texts` at least.

    Returns:
        user, request_id, surface, input, key: string; locale: string or null; position: int64; n_clicks: int64, 0 or 1;
        n_listed: int64, length of the list; propensity: float64, the chance with which the query was shown there, 1
        where none was logged. Without queries that have a problem.
    """
    usable = spelled.filter(spelled.problem.isnull()).select("query", "key")
    lists = _lists(events)
    rows = lists.unnest("shown", offset="place").join(usable, [("shown", "query")])
    listed = rows.group_by("user", "request_id", "surface", "locale", "input", "key", "n_listed").agg(
        position=rows.place.min().cast("int64"), propensity=rows.propensities[rows.place].argmin(rows.place)
    )
    clicks = events.filter(events.type == "click").join(usable, "query")
    clicks = clicks.select("user", "request_id", "key").distinct().mutate(is_click=ibis.literal(1, "int64"))
    joined = listed.left_join(clicks, ["user", "request_id", "key"])
    columns = ("user", "request_id", *_STRATUM, "position", "n_listed")
    chance = joined.propensity.fill_null(1.0)
    return joined.select(*columns, n_clicks=joined.is_click.fill_null(0), propensity=chance)


def _lists(events: ir.Table) -> ir.Table:
    impressions = events.filter(events.type == "impression")
    known = ibis.window(group_by=["user", "request_id"], order_by=["known_at_us", "ts_us", "event_id"])
    first = impressions.mutate(nth=ibis.row_number().over(known))
    columns = ("user", "request_id", "surface", "locale", "input", "shown", "propensities")
    return first.filter(first.nth == 0).select(*columns, n_listed=first.shown.length().cast("int64"))


def position_counts(seen: ir.Table, max_per_user: int | None) -> ir.Table:
    """What `estimate_examination` is made from: the strata that are informative, numbered.

    What was always shown there is a stratum for each input, locale and query. Where chance had a part, all lists of
    one length are one stratum, in which impressions weigh the inverse of their propensity: as if every query had been
    at every position as often, so that an order made for the person tells nothing about what the person likes.

    Args:
        seen: as `slots` returns.
        max_per_user: most impressions of one user, query and input; more are scaled down to it. None for no bound.

    Returns:
        surface: string; number, position: int64, together unique; n_shown, n_clicks: float64. In no order.
    """
    is_random = seen.propensity < 1.0
    weight = 1.0 / ibis.greatest(seen.propensity, LEAST_PROPENSITY)
    weighted = seen.mutate(n_random=ibis.ifelse(is_random, seen.n_listed, 0), weight=weight)
    by_user = weighted.group_by(*_STRATUM, "user", "n_random", "position").agg(
        n_rows=weighted.count(),
        shown_units=_units(weighted.weight).sum(),
        click_units=_units(weighted.weight * weighted.n_clicks).sum(),
        square_units=_units(weighted.weight * weighted.weight).sum(),
    )
    share = _share(by_user.n_rows.sum().over(ibis.window(group_by=[*_STRATUM, "user"])), max_per_user) * _worth(by_user)
    of_query = {name: ibis.ifelse(by_user.n_random > 0, "", by_user[name]) for name in ("locale", "input", "key")}
    bounded = by_user.select(
        "surface",
        "n_random",
        "position",
        **of_query,
        shown_units=(by_user.shown_units * share).round().cast("int64"),
        click_units=(by_user.click_units * share).round().cast("int64"),
    )
    return _numbered(bounded)


def _worth(weighted: ir.Table) -> ir.FloatingValue:
    """By what the weights of lists of one kind are scaled: to as much as they are worth in equal weights.

    Source: the size of a weighted sample is that of Kish, "Survey Sampling", 1965.
    """
    alike = ibis.window(group_by=["surface", "n_random"])
    return weighted.shown_units.sum().over(alike).cast("float64") / weighted.square_units.sum().over(alike)


def _numbered(bounded: ir.Table) -> ir.Table:
    stratum = [*_STRATUM, "n_random"]
    counts = bounded.group_by(*stratum, "position").agg(
        shown_units=bounded.shown_units.sum(), click_units=bounded.click_units.sum()
    )
    within = ibis.window(group_by=stratum)
    marked = counts.mutate(
        n_positions=counts.position.count().over(within), total=counts.click_units.sum().over(within)
    )
    kept = marked.filter((marked.n_positions > 1) & (marked.total > 0) & (marked.shown_units > 0))
    numbered = kept.mutate(number=ibis.dense_rank().over(ibis.window(order_by=stratum)))
    return numbered.select(
        "surface",
        "number",
        "position",
        n_shown=numbered.shown_units.cast("float64") / _UNITS,
        n_clicks=numbered.click_units.cast("float64") / _UNITS,
    )


def examination_curves(connection: Any, seen: ir.Table, max_per_user: int | None) -> dict[str, Floats]:
    """How likely each position of each surface is looked at: see `estimate_examination`.

    Args:
        connection: holds `seen`.
        seen: as `slots` returns.
        max_per_user: as in `position_counts`.

    Returns:
        By surface in alphabetical order, float64[longest list]; empty without impressions.
    """
    lengths = seen.group_by("surface").agg(n_positions=seen.position.max() + 1).order_by("surface")
    counts = position_counts(seen, max_per_user).order_by("surface", "number", "position")
    rows = connection.to_pyarrow(counts)
    curves = {}
    for surface, n_positions in zip(*connection.to_pyarrow(lengths).to_pydict().values(), strict=True):
        of_surface = rows.filter(pc.equal(rows["surface"], surface))
        strata = Strata(*(of_surface[name].to_numpy() for name in Strata._fields))
        curves[surface] = estimate_examination(strata, n_positions)
    return curves


def click_statistics(
    connection: Any, seen: ir.Table, curves: Mapping[str, Floats], max_per_user: int | None
) -> ir.Table:
    """How often each query was looked at and clicked, with the bias of its positions removed.

    `n_clicks / examined` is the share of looks that end in a click: without bias when clicks follow the position-based
    model, whatever the positions. `n_clicks / expected_clicks` is COEC, 1 for the average: what is expected depends on
    the surface and the length of the input too, as short prefixes are looked at by many who want something else.

    Args:
        connection: holds `seen`; takes a table of the curves.
        seen: as `slots` returns.
        curves: as `examination_curves` returns.
        max_per_user: most impressions of one query by which one person counts; who saw more is scaled down to
            it, with what they clicked. None for no bound.

    Returns:
        surface, key: string, together unique; n_shown, n_clicks, examined, expected_clicks: float64. `examined` counts
        in looks at the top position and is above 0. In no order.

    Source: clicks over expected clicks are those of Zhang & Jones, "Comparing click logs and editorial labels for
    training query rewriting", WWW 2007 workshop on query log analysis.
    """
    looks = connection.create_table("examination", _curve_rows(curves), overwrite=True)
    by_user = seen.join(looks, ["surface", "position"])
    by_user = by_user.mutate(length=ibis.least(by_user.input.length(), _LONGEST_INPUT))
    by_user = by_user.group_by("surface", "length", "key", "user").agg(
        n_shown=by_user.count(), n_clicks=by_user.n_clicks.sum(), look_units=by_user.look_units.sum()
    )
    share = _share(by_user.n_shown.sum().over(ibis.window(group_by=["surface", "key", "user"])), max_per_user)
    bounded = by_user.select(
        "surface",
        "length",
        "key",
        shown_units=_units(by_user.n_shown * share),
        click_units=_units(by_user.n_clicks * share),
        look_units=(by_user.look_units * share).round().cast("int64"),
    )
    return _expected(bounded)


def _expected(bounded: ir.Table) -> ir.Table:
    """Adds the clicks that the average query of the same surface and input length would have had, and sums up."""
    alike = ibis.window(group_by=["surface", "length"])
    rate = bounded.click_units.sum().over(alike).cast("float64") / bounded.look_units.sum().over(alike)
    rated = bounded.mutate(expected_units=(bounded.look_units * rate).round().cast("int64"))
    return rated.group_by("surface", "key").agg(
        n_shown=rated.shown_units.sum().cast("float64") / _UNITS,
        n_clicks=rated.click_units.sum().cast("float64") / _UNITS,
        examined=rated.look_units.sum().cast("float64") / _UNITS,
        expected_clicks=rated.expected_units.sum().cast("float64") / _UNITS,
    )


def _curve_rows(curves: Mapping[str, Floats]) -> pa.Table:
    rows = [
        {"surface": surface, "position": position, "look_units": round(look * _UNITS)}
        for surface, curve in curves.items()
        for position, look in enumerate(curve.tolist())
    ]
    schema = pa.schema({"surface": pa.string(), "position": pa.int64(), "look_units": pa.int64()})
    return pa.Table.from_pylist(rows, schema=schema)


def _share(n_shown: ir.IntegerColumn, max_per_user: int | None) -> ir.FloatingValue:
    """By what one person's impressions are scaled, so that they count at most `max_per_user` times."""
    if max_per_user is None:
        return ibis.literal(1.0)
    return max_per_user / ibis.greatest(n_shown, max_per_user).cast("float64")


def _units(value: ir.NumericColumn) -> ir.IntegerColumn:
    return (value * float(_UNITS)).round().cast("int64")
