"""Admitted queries become what `related` is answered from."""

from __future__ import annotations

import ibis.expr.types as ir
import numpy as np

from suggest.candidates.asking import Asking
from suggest.engine.related import RelatedQueries
from suggest.index import ALL, ranks
from suggest.index.related import (
    GATED,
    ITEMS,
    LATER,
    LISTS,
    MOST_OTHERS,
    SECTION,
    PairRows,
    save_initials,
    save_pairs,
)
from suggest.index.related_crowd import surroundings
from suggest.pipelines.admitted import Admitted
from suggest.pipelines.related_pairs import item_rows, later_pairs, later_rows
from suggest.rank.related import SERVICE_MIN_RELEVANCE
from suggest.rank.related_model import shipped_order, shipped_sequel

MOST_LISTS = 1_000
"""Queries whose lists are made in advance, the heaviest: about 3 ms each, and most requests are for few queries."""

_TOLD_EVERY = 500


def write_related(made: Admitted) -> None:
    """Writes everything that `RelatedQueries` reads; the last of the writers, since its lists are made by serving.

    Cost: the pairs a few seconds a million searches, 0.05 ms a vector, 3 ms a list.

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
    writer.save_json(SECTION, {"version": 1})
    _save_lists(made)


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


def _save_lists(made: Admitted) -> None:
    """Answers for nobody in particular, made by the code that serves, over the files written so far."""
    related = RelatedQueries(made.writer.written(), made.indexes, made.policy, is_trained=False)
    row_of = np.empty(len(made.ids), dtype=np.int64)
    row_of[made.ids] = np.arange(len(made.ids))
    nobody = Asking(made.tables.watermark_us, ALL)
    heaviest = np.argsort(ranks(made.columns.weight))[:MOST_LISTS]
    found: dict[str, list[tuple[int, int, float]]] = {LISTS: [], GATED: []}
    for done, row in enumerate(heaviest.tolist()):
        if not done % _TOLD_EVERY:
            made.told("relate queries", done, len(heaviest))
        scored = related.scored_known(int(made.ids[row]), nobody)
        for section, gate in ((LISTS, None), (GATED, SERVICE_MIN_RELEVANCE)):
            best = related.listed(scored, MOST_OTHERS, gate)
            found[section] += [(row, int(row_of[other]), score) for other, score in best]
    for section, pairs in found.items():
        rows, others, scores = zip(*pairs, strict=True) if pairs else ((), (), ())
        columns = np.array(rows, np.int64), np.array(others, np.int64), np.array(scores, np.float64)
        save_pairs(made.writer, section, made.ids, PairRows(*columns))
