"""Here is a locale: which counts serve it, and how popular is a query there?"""

from __future__ import annotations

from collections.abc import Container

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation
from suggest.types.locales import canonical_locale


class LocaleWeights:
    """Popularity of queries in one locale, sparse: only of those searched there."""

    def __init__(self, generation: Generation, number: int) -> None:
        self._ids = generation.array(f"locale_{number}_ids")
        self._weight = generation.array(f"locale_{number}_weight")

    def __getitem__(self, query_id: int) -> float:
        """Weight of a query; 0.0 when it was never searched there. About 1 µs."""
        # As the ids' own type: otherwise numpy converts the whole column on every call.
        at = int(self._ids.searchsorted(np.uint32(query_id)))
        if at < len(self._ids) and self._ids[at] == query_id:
            return float(self._weight[at])
        return 0.0

    def of(self, ids: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """The weights of several queries, float32[n]. About 5 µs."""
        at = np.minimum(self._ids.searchsorted(ids.astype(np.uint32)), len(self._ids) - 1)
        return np.where(self._ids[at] == ids, self._weight[at], np.float32(0))

    def by_id(self, n_queries: int) -> npt.NDArray[np.float32]:
        """The weights of all queries, float32 by id; 0.0 where one was never searched there."""
        weights = np.zeros(n_queries, dtype=np.float32)
        weights[self._ids] = self._weight
        return weights


def locale_to_serve(wanted: str, known: Container[str], otherwise: str) -> str:
    """The longest beginning of the tag that is known, as in the lookup of RFC 4647 section 3.4."""
    tag = canonical_locale(wanted)
    while tag:
        if tag in known:
            return tag
        tag = tag.rpartition("-")[0]
    return otherwise
