"""Related queries of those that are asked for most, made before anybody asks."""

from __future__ import annotations

from suggest.artifacts import GenerationWriter
from suggest.candidates.asking import Asking
from suggest.engine.related import RelatedQueries
from suggest.index import ALL, Indexes
from suggest.index.related import GATED, LISTS, MOST_OTHERS, SECTION, Lists, RelatedIndex, save_lists
from suggest.rank import Policy
from suggest.rank.related import SERVICE_MIN_RELEVANCE
from suggest.types import Progress

MOST_LISTS = 1_000
"""Queries whose lists are made in advance, the heaviest: about 3 ms each, and most requests are for few queries."""

REMADE = (LISTS, GATED, f"{SECTION}.json")
"""Beginnings of the names of what is written here, and again where another order is trained."""

_TOLD_EVERY = 100


def write_related_lists(writer: GenerationWriter, policy: Policy, now_us: int, told: Progress) -> None:
    """Answers for nobody in particular, by the code that serves, over the files written so far, in their best order.

    Cost: 3 ms a list.

    Args:
        writer: the generation being built; all else that `RelatedQueries` reads is written.
        policy: what may be shown.
        now_us: the moment of asking, in µs.
        told: of each list.
    """
    generation = writer.written()
    indexes = Indexes.open(generation)
    related = RelatedQueries(generation, indexes, policy, is_trained=True, related=RelatedIndex.open(generation))
    queries = indexes.prefixes.queries
    heaviest = queries.id_of_rank[:MOST_LISTS].tolist()
    found: dict[str, Lists] = {LISTS: {}, GATED: {}}
    for done, query_id in enumerate(heaviest):
        if not done % _TOLD_EVERY:
            told("relate queries", done, len(heaviest))
        scored = related.scored(queries.key(query_id), Asking(now_us, ALL))
        for section, gate in ((LISTS, None), (GATED, SERVICE_MIN_RELEVANCE)):
            found[section][query_id] = related.listed(scored, MOST_OTHERS, gate)
    for section, lists in found.items():
        save_lists(writer, section, lists)
    writer.save_json(SECTION, {"version": 1, "is_learned": related.orders.learned is not None})
