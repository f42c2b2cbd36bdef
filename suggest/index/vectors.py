"""Here are vectors: which of the stored ones lie nearest, and how near?

Rows are kept as int8 with one scale each, a quarter of float32. A vector asked for is rounded the same way, so that
every product is a sum of whole numbers below 2^24 (up to 1,040 dimensions), which float32 holds exactly: scores depend
neither on the batch nor on threads or BLAS. Up to `MAX_EXACT` rows all are compared; above, a sketch of all of them
gives a shortlist, and that is compared.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation, GenerationWriter
from suggest.errors import ArtifactError
from suggest.index.sparse import positions
from suggest.index.vector_codes import Codes, Sketch, quantised

MAX_EXACT = 4_096
"""Most rows of which all are compared."""

LEAST_RECALL = 0.97
"""Share of the ten true neighbours that a search must find; below it nothing is published."""

_WANTED_RECALL = 0.98
_FIRST_SHORTLIST = 64
_LONGEST_SHORTLIST = 16_384
"""Where a sketch tells little, much is compared: slower by 1 ms a thousand rows, and still an answer."""
_JUDGED = 256
_JUDGED_K = 10
_BLOCK = 1_024
"""Vectors asked for at once, and rows compared at once: bounds memory."""


class VectorIndex:
    """Nearest stored vectors by cosine, memory-mapped: 1 byte a dimension and 8 bytes a row.

    With more than `MAX_EXACT` rows, another quarter byte a dimension is read into memory.

    Attributes:
        dimensions: of the vectors.
    """

    def __init__(self, generation: Generation, section: str) -> None:
        about: dict[str, Any] = generation.json(section)
        self.dimensions: int = about["dimensions"]
        self._shortlist: int = about["shortlist"]
        self._ids = generation.array(f"{section}_ids")
        self._codes = Codes(generation.array(f"{section}_codes"), generation.array(f"{section}_scales"))
        self._sketch = Sketch.load(generation.path(f"{section}.sketch")) if self._shortlist else None

    def __len__(self) -> int:
        return len(self._ids)

    def nearest(
        self, vectors: npt.NDArray[np.float32], k: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """The `k` stored rows with the largest inner product with each vector, best first, ties by id.

        Args:
            vectors: float32[m, d]; a row of zeros has no neighbours.
            k: how many, at least 1.

        Returns:
            ids int64[m, k], -1 where there are fewer, and scores float32[m, k], 0 there. Cost: see docs/encoder.md.
        """
        ids = np.full((len(vectors), k), -1)
        scores = np.zeros((len(vectors), k), dtype=np.float32)
        for at in range(0, len(vectors) if len(self) else 0, _BLOCK):
            places, products = _nearest(self._codes, self._sketch, self._shortlist, vectors[at : at + _BLOCK], k)
            ids[at : at + _BLOCK, : places.shape[1]] = np.where(places < 0, -1, self._ids[places].astype(np.int64))
            scores[at : at + _BLOCK, : places.shape[1]] = products
        return ids, scores

    def rows(self, ids: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.float32]:
        """The vectors of ids, float32[n, d] of about unit length; zeros for those without one. About 5 µs for ten."""
        if not len(self):
            return np.zeros((len(ids), self.dimensions), dtype=np.float32)
        at = positions(self._ids, np.asarray(ids, dtype=np.int64))
        # Some row for those without one too: few lack theirs, and picking out the others takes as long as reading them.
        found = self._codes.decoded(at)
        found[at < 0] = 0
        return found

    def holds(self, ids: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.bool_]:
        """Which of the ids have a vector, bool[n]."""
        return positions(self._ids, np.asarray(ids, dtype=np.int64)) >= 0


def save_vectors(
    writer: GenerationWriter, section: str, ids: npt.NDArray[np.uint32], vectors: npt.NDArray[np.float32]
) -> None:
    """Writes what `VectorIndex(generation, section)` reads; about 5 s for 200,000 rows of 256 dimensions.

    Args:
        writer: the generation being built.
        section: beginning of the names of the files.
        ids: ascending, each once.
        vectors: float32[n, d], of unit length; rows of zeros are left out.

    Raises:
        ArtifactError: too few of the true neighbours would be found; nothing may be published.
    """
    some = vectors.any(axis=1)
    ids, vectors = ids[some].astype(np.uint32), np.ascontiguousarray(vectors[some], dtype=np.float32)
    codes = quantised(vectors)
    shortlist = 0
    if len(ids) > MAX_EXACT:
        sketch = Sketch.learned(vectors)
        shortlist = _checked_shortlist(section, vectors, codes, sketch)
        sketch.save(writer.path(f"{section}.sketch"))
    writer.save_json(section, {"dimensions": vectors.shape[1], "shortlist": shortlist})
    writer.save_array(f"{section}_ids", ids)
    writer.save_array(f"{section}_codes", codes.values)
    writer.save_array(f"{section}_scales", codes.scales)


def _nearest(
    codes: Codes, sketch: Sketch | None, shortlist: int, vectors: npt.NDArray[np.float32], k: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Places of the nearest rows, best first, -1 where there are fewer; and their scores, 0 there."""
    asked = quantised(vectors)
    values = asked.values.astype(np.float32)
    if sketch is None:
        places, products = _all_compared(codes, values, k)
    else:
        # Rounded vectors, so that the shortlist is as independent of the batch as the scores.
        places = sketch.shortlist(asked.values * asked.scales[:, None], max(shortlist, 2 * k))
        products = _compared(codes, values, places)
    places = np.where((places < 0) | (asked.scales == 0)[:, None], -1, places)
    # Places ascend, so that a stable sort leaves ties in their order.
    order = np.argsort(np.where(places < 0, np.inf, -products), axis=1, kind="stable")[:, :k]
    row = np.arange(len(order))[:, None]
    places = places[row, order]
    scores = products[row, order] * asked.scales[:, None]
    return places, np.where(places < 0, 0, scores).astype(np.float32)


def _all_compared(
    codes: Codes, values: npt.NDArray[np.float32], k: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """The `k` best rows of all, ascending."""
    products = (values @ codes.values.astype(np.float32).T) * codes.scales
    n = products.shape[1]
    if n <= k:
        return np.broadcast_to(np.arange(n), products.shape), products
    places = np.sort(np.argpartition(products, n - k, axis=1)[:, -k:], axis=1)
    return places, np.take_along_axis(products, places, 1)


def _compared(codes: Codes, values: npt.NDArray[np.float32], places: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Products of each vector with the rows of its own shortlist, float32[m, n]."""
    products = np.empty(places.shape, dtype=np.float32)
    for row, listed in enumerate(places):
        products[row] = codes.values[listed].astype(np.float32) @ values[row]
    return products * codes.scales[places]


def _checked_shortlist(section: str, vectors: npt.NDArray[np.float32], codes: Codes, sketch: Sketch) -> int:
    """How long a shortlist has to be, by what is found of the ten true neighbours of a sample of rows."""
    sample = vectors[np.linspace(0, len(vectors) - 1, _JUDGED).astype(np.int64)]
    true = sample @ vectors.T
    k = _JUDGED_K + 1
    # The row itself is no neighbour. What lies as near as the tenth counts for it: rows may be equal.
    least = -np.partition(-true, k - 1, axis=1)[:, k - 1] - np.finfo(np.float32).eps
    shortlist = _FIRST_SHORTLIST
    while True:
        places, _ = _nearest(codes, sketch, shortlist, sample, k)
        hits = (places >= 0) & (np.take_along_axis(true, places, 1) >= least[:, None])
        recall = float((hits.sum(axis=1) - 1).mean()) / _JUDGED_K
        if recall >= _WANTED_RECALL or shortlist >= _LONGEST_SHORTLIST:
            break
        shortlist *= 2
    if recall < LEAST_RECALL:
        raise ArtifactError(
            f"{section}: a search would find {recall:.3f} of the ten true neighbours, expected at least "
            f"{LEAST_RECALL}; nothing was published. Choose another --encoder"
        )
    return shortlist
