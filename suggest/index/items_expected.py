"""Here is an item's vector: which queries does a linear regression of queries on items' vectors expect beside it?

The mean vector of a query's items says where they lie, and that a direction in which all items lie says nothing is
what the regression adds. Its weights of a query are that mean, turned by one matrix for all queries: so the item is
turned instead, and nothing but a length is kept for each query.

Source: ridge regression, Hoerl & Kennard, "Ridge Regression: Biased Estimation for Nonorthogonal Problems", 1970.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.sparse import positions

SECTION = "item_expected"
"""Beginning of the names of the files."""

_RIDGE = 30.0
"""Added to each direction's sum of squares: as of so many items without any query."""

_DECIMALS = 6
"""Kept, so that how many queries are asked about cannot show in the last bits."""

Floats = npt.NDArray[np.float32]


class ExpectedQueries:
    """The regression of a generation: a matrix in memory, and 8 bytes a query."""

    def __init__(self, generation: Generation) -> None:
        self._ids = generation.array(f"{SECTION}_ids")
        self._lengths = generation.array(f"{SECTION}_lengths")
        self._turn = generation.array(f"{SECTION}_turn")

    @classmethod
    def open(cls, generation: Generation) -> ExpectedQueries | None:
        """None where items have no vectors."""
        return cls(generation) if generation.holds(f"{SECTION}_turn.npy") else None

    def lengths(self, ids: npt.NDArray[np.int64]) -> Floats:
        """Lengths of the sums of the vectors of queries' items, float32[n]; 0 for one without."""
        at = positions(self._ids, ids)
        found: Floats = np.zeros(len(ids), np.float32)
        found[at >= 0] = self._lengths[at[at >= 0]]
        return found

    def of(self, vector: Floats, centres: Floats, lengths: Floats) -> Floats:
        """About which share of items with such a vector have each query, float32[n]; may be below 0.

        Args:
            vector: of the item, float32[d].
            centres: of the queries, the sums of their items' vectors made to unit length, float32[n, d].
            lengths: of these sums, float32[n].
        """
        expected: Floats = np.round(centres @ (self._turn @ vector) * lengths, _DECIMALS)
        return expected


def save_expected(writer: GenerationWriter, ids: npt.NDArray[np.uint32], lengths: Floats, vectors: Floats) -> None:
    """Writes what `ExpectedQueries` reads.

    Args:
        writer: the generation being built.
        ids: of the queries, ascending.
        lengths: of the sums of the vectors of their items, float32[n].
        vectors: of all items with queries, float32[n_items, d].
    """
    vectors = vectors.astype(np.float64)
    squares = vectors.T @ vectors + _RIDGE * np.eye(vectors.shape[1])
    writer.save_array(f"{SECTION}_ids", ids.astype(np.uint32))
    writer.save_array(f"{SECTION}_lengths", lengths.astype(np.float32))
    writer.save_array(f"{SECTION}_turn", np.linalg.inv(squares).astype(np.float32))
