"""Here is a region: how popular is a query there?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.codes import VALUES, codes
from suggest.index.sparse import positions

SECTION = "regions"
"""Beginning of the names of the files."""


def canonical_region(region: str) -> str:
    """One spelling of a region, so that `de` and `DE` meet."""
    return region.strip().casefold()


class RegionWeights:
    """Popularity of queries in the regions with most searches, memory-mapped: 5 bytes for a query searched there.

    A generation whose log names no region has no files.
    """

    def __init__(self, generation: Generation) -> None:
        self._names: Mapping[str, int] = generation.parameters.get(SECTION, {})
        self._totals: Sequence[float] = generation.parameters.get(f"{SECTION}_total", ())
        if self._names:
            self._starts = generation.array(f"{SECTION}_start").data
            self._ids = generation.array(f"{SECTION}_ids")
            self._weight = generation.array(f"{SECTION}_weight")

    def find(self, region: str | None) -> int:
        """Number of a region, or -1 when nothing is known of it."""
        return -1 if region is None else self._names.get(canonical_region(region), -1)

    def of(self, region: int, ids: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Searches in a region that `find` returned, float32[n], each user's bounded; to 4%. About 6 µs.

        Args:
            region: its number.
            ids: -1 for what is no query of the index.
        """
        start, end = self._starts[region], self._starts[region + 1]
        at = positions(self._ids[start:end], ids)
        return np.where(at < 0, np.float32(0), VALUES[self._weight[start:end][at]])

    def total(self, region: int) -> float:
        """All searches of queries of the index in a region."""
        return self._totals[region]


def save_regions(
    writer: GenerationWriter,
    ids: npt.NDArray[np.uint32],
    regions: Mapping[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]],
) -> None:
    """Writes what `RegionWeights` reads; nothing without regions.

    Args:
        writer: the generation being built.
        ids: of the rows of the queries.
        regions: by canonical name, the rows searched there, at least one and each once, and the weight of each.
    """
    if not regions:
        return
    names = sorted(regions)
    orders = [np.argsort(ids[regions[name][0]]) for name in names]
    starts = np.cumsum([0, *(len(order) for order in orders)])
    writer.save_array(f"{SECTION}_start", starts.astype(np.uint64))
    found = [ids[regions[name][0]][order] for name, order in zip(names, orders, strict=True)]
    weights = [codes(regions[name][1][order]) for name, order in zip(names, orders, strict=True)]
    writer.save_array(f"{SECTION}_ids", np.concatenate(found))
    writer.save_array(f"{SECTION}_weight", np.concatenate(weights))
    writer.parameters[SECTION] = {name: number for number, name in enumerate(names)}
    writer.parameters[f"{SECTION}_total"] = [float(regions[name][1].sum()) for name in names]
