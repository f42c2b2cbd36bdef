"""What the surfaces besides the typeahead are answered from: vectors, related queries, items, and names."""

from __future__ import annotations

from collections.abc import Callable

from suggest.pipelines.admitted import Admitted
from suggest.pipelines.write_items import write_items
from suggest.pipelines.write_lexicon import write_lexicon
from suggest.pipelines.write_related import write_related

_SURFACES: dict[str, Callable[[Admitted], None]] = {
    "relate queries": write_related,
    "index items": write_items,
    "index names": write_lexicon,
}


def write_surfaces(made: Admitted) -> None:
    """Writes everything that the surfaces of an engine read besides the query indexes."""
    for stage, write in _SURFACES.items():
        made.told(stage, 0, 0)
        write(made)
