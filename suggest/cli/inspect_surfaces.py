"""What a generation holds for the surfaces besides the typeahead, and which of its orders were learned from the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from suggest.artifacts import Generation


def surfaces_of(generation: Generation) -> dict[str, Any]:
    """Encoder, vectors, items, names and trained models; what is not there is None. Ready for JSON."""
    from suggest.index import Indexes
    from suggest.index.items import VECTORS as ITEM_VECTORS
    from suggest.index.items import Items
    from suggest.index.lexicon import SECTION as LEXICON
    from suggest.index.lexicon import Lexicon
    from suggest.index.vectors import VectorIndex

    indexes = Indexes.open(generation)
    items = Items.open(generation)
    holds_item_vectors = items is not None and generation.holds(f"{ITEM_VECTORS}.json")
    return {
        "encoder": _encoder(generation),
        "query_vectors": None if indexes.vectors is None else len(indexes.vectors),
        "items": None if items is None else len(items),
        "item_vectors": len(VectorIndex(generation, ITEM_VECTORS)) if holds_item_vectors else None,
        "names": len(Lexicon(generation, indexes.prefixes.queries)) if generation.holds(f"{LEXICON}.marisa") else None,
        "trained": _trained(generation),
    }


def _encoder(generation: Generation) -> dict[str, Any] | None:
    """Its name and dimensions, and what it takes on disk."""
    from suggest.text.encoder import SECTION

    if not generation.holds(f"{SECTION}.json"):
        return None
    n_bytes = sum(size for name, size in generation.bytes_by_file().items() if name.startswith(SECTION))
    return {**generation.json(SECTION), "megabytes": n_bytes / 1e6}


def _trained(generation: Generation) -> dict[str, bool]:
    """By surface, whether this log taught its order; what it did not is ordered by what ships with the package."""
    from suggest.pipelines.publish import CARD
    from suggest.rank.item_order import NAME as ITEM_ORDER
    from suggest.rank.related import LEARNED_ORDER
    from suggest.text.tagger_weights import TAGGER_PREFIX

    marks = {"typeahead": CARD, "related": LEARNED_ORDER, "item": ITEM_ORDER, "comment": TAGGER_PREFIX}
    files = generation.manifest["files"]
    return {surface: any(name.startswith(mark) for name in files) for surface, mark in marks.items()}
