"""Admitted queries become what `related` is answered from."""

from __future__ import annotations

import ibis.expr.types as ir

from suggest.index import ranks
from suggest.index.related import ITEMS, LATER, SECTION, save_initials, save_pairs
from suggest.index.related_crowd import surroundings
from suggest.pipelines.admitted import Admitted
from suggest.pipelines.related_pairs import item_rows, later_pairs, later_rows
from suggest.rank.related_model import shipped_order, shipped_sequel


def write_related(made: Admitted) -> None:
    """Writes everything that `RelatedQueries` reads but its lists, which `write_related_lists` makes by serving.

    Cost: the pairs a few seconds a million searches, 0.05 ms a vector.

    Args:
        made: the queries of the generation being built, whose index and vectors are written already.
    """
    writer, ids = made.writer, made.ids
    # Written out: it is counted in four ways, and each would make the sessions anew.
    later = made.connection.create_table("later_pairs", later_pairs(made.tables.searches))
    save_pairs(writer, LATER, ids, later_rows(later, made.row_of, made.policy.min_users))
    uses = made.connection.create_table("item_uses", _uses(made))
    if made.connection.to_pyarrow(uses.count()).as_py():
        save_pairs(writer, ITEMS, ids, item_rows(uses, made.row_of))
    save_initials(writer, made.columns.keys, ranks(made.columns.weight))
    _save_meaning(made)
    shipped_order().save(writer)


def _uses(made: Admitted) -> ir.Table:
    """Who searched a query at an item, or clicked it for one."""
    tables = made.tables
    searched = tables.searches.filter(tables.searches.item.notnull()).select("user", "item", "key")
    clicked = tables.slots.filter((tables.slots.surface == "item") & (tables.slots.n_clicks > 0))
    gone = tables.deleted.filter(tables.deleted.kind == "item").select(item="name")
    both = searched.union(clicked.select("user", "key", item="input").select("user", "item", "key"))
    return both.distinct().anti_join(gone, "item")


def _save_meaning(made: Admitted) -> None:
    """How crowded it is around each vector, and the map to what people ask next where one is known."""
    if not len(made.vectors):
        return
    shipped = shipped_sequel()
    sequel = shipped.matrix if made.encoder is not None and made.encoder.name == shipped.encoder else None
    held = made.ids[made.vector_rows]
    around = surroundings(made.vectors, held, len(made.ids), sequel)
    if sequel is not None:
        made.writer.save_array(f"{SECTION}_sequel", sequel)
    made.writer.save_array(f"{SECTION}_middle", around.middle)
    made.writer.save_array(f"{SECTION}_crowd", around.crowd)
