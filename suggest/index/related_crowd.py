"""How crowded is it around each vector? What lies near everything is near to nothing in particular.

Source: Lample et al., "Word translation without parallel data", ICLR 2018: a similarity less the mean of those to the
nearest neighbours of either side (CSLS). The neighbours here are those in a sample, the same for all.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

SAMPLE = 1024
"""Vectors that stand for all: with 256 dimensions 0.02 ms a vector on one core."""

NEAREST = 10
_BATCH = 4096


class Surroundings(NamedTuple):
    """What tells how special a nearness is.

    Attributes:
        crowd: float16[n_queries, 2], how near the queries of a sample lie to each query: by cosine, and by the map to
            next queries; NaN for one without a vector, and where no map is known.
        middle: float32[d], mean of the sample's vectors.
    """

    crowd: npt.NDArray[np.float16]
    middle: npt.NDArray[np.float32]


def surroundings(
    vectors: npt.NDArray[np.float32],
    ids: npt.NDArray[np.integer[Any]],
    n_queries: int,
    sequel: npt.NDArray[np.float32] | None,
) -> Surroundings:
    """Of all queries; 0.02 ms a vector, twice that with a map.

    Args:
        vectors: float32[n, d], of unit length.
        ids: of the query of each, below `n_queries`.
        n_queries: how many there are, with and without a vector.
        sequel: float32[d, d], the map to next queries; None without one.
    """
    around = sample(vectors)
    middle = around.mean(axis=0)
    crowd = np.full((n_queries, 2), np.nan, dtype=np.float16)
    crowd[ids, 0] = crowdedness(vectors, around)
    if sequel is not None:
        crowd[ids, 1] = crowdedness(vectors, led(around, middle, sequel))
    return Surroundings(crowd, middle)


def led(
    vectors: npt.NDArray[np.float32], middle: npt.NDArray[np.float32], sequel: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Where what people ask next lies, float32[n, d] of unit length."""
    there = (vectors - middle) @ sequel
    unit: npt.NDArray[np.float32] = there / np.maximum(np.linalg.norm(there, axis=1, keepdims=True), 1e-9)
    return unit


def sample(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Up to `SAMPLE` rows, evenly spread over the rows in their order, float32[m, d]."""
    return vectors[np.linspace(0, len(vectors) - 1, min(SAMPLE, len(vectors))).astype(np.int64)]


def crowdedness(vectors: npt.NDArray[np.float32], around: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Mean inner product of each vector with the `NEAREST` of a sample, itself left out, float32[n].

    Args:
        vectors: float32[n, d].
        around: float32[m, d]; 0 is the answer where it has no rows.
    """
    if not len(around):
        return np.zeros(len(vectors), dtype=np.float32)
    n_nearest = min(NEAREST, len(around))
    means = [_means(vectors[at : at + _BATCH] @ around.T, n_nearest) for at in range(0, len(vectors), _BATCH)]
    return np.concatenate([np.empty(0, dtype=np.float32), *means])


def _means(products: npt.NDArray[np.float32], n_nearest: int) -> npt.NDArray[np.float32]:
    # A vector of the sample is its own neighbour.
    products[products > 1 - 1e-5] = -1
    part = np.partition(products, products.shape[1] - n_nearest, axis=1)[:, -n_nearest:]
    means: npt.NDArray[np.float32] = part.mean(axis=1, dtype=np.float32)
    return means
