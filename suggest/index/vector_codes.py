"""Vectors as small whole numbers, and as still smaller codes that say which rows deserve a closer look."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

_LARGEST = 127
_BITS = 4
_TRAINING_ROWS = 20_000


class Codes(NamedTuple):
    """Rows as whole numbers with a scale each: row i is about `values[i] * scales[i]`.

    Attributes:
        values: int8[n, d], -127 to 127.
        scales: float32[n]; 0 for a row of zeros.
    """

    values: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float32]

    def decoded(self, rows: npt.NDArray[np.integer[Any]] | slice) -> npt.NDArray[np.float32]:
        """Rows as they are about, float32[n, d]."""
        decoded = self.values[rows].astype(np.float32)
        decoded *= self.scales[rows, None]
        return decoded


def quantised(vectors: npt.NDArray[np.float32]) -> Codes:
    """Each row rounded to int8 by a scale of its own; a cosine changes by about 0.001 at 256 dimensions."""
    scales = np.abs(vectors).max(axis=1, initial=0).astype(np.float32) / _LARGEST
    divisors = np.where(scales > 0, scales, 1)
    return Codes(np.rint(vectors / divisors[:, None]).astype(np.int8), scales)


class Sketch:
    """Product quantisation with codes of 4 bits, looked through whole: half a byte for two dimensions.

    What it finds is a shortlist: its own distances are rough.

    Source: Jegou, Douze & Schmid, "Product Quantization for Nearest Neighbor Search", TPAMI 2011; Andre, Kermarrec &
    Le Scouarnec, "Accelerated Nearest Neighbor Search with Quick ADC", ICMR 2017 (faiss' fast scan).
    """

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def learned(cls, vectors: npt.NDArray[np.float32]) -> Sketch:
        """Codes of all rows; about 4 s for 200,000 of 256 dimensions. The same rows give the same codes.

        Args:
            vectors: float32[n, d].
        """
        faiss = _faiss()
        d = vectors.shape[1]
        index = faiss.IndexPQFastScan(d, _parts(d), _BITS, faiss.METRIC_INNER_PRODUCT)
        chosen = np.random.default_rng(0).permutation(len(vectors))[:_TRAINING_ROWS]
        index.train(vectors[np.sort(chosen)])
        index.add(vectors)
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> Sketch:
        """Reads what `save` wrote into memory, half a byte for two dimensions of each row."""
        return cls(_faiss().read_index(str(path)))

    def save(self, path: Path) -> None:
        """Writes it to a file."""
        _faiss().write_index(self._index, str(path))

    def shortlist(self, vectors: npt.NDArray[np.float32], n: int) -> npt.NDArray[np.int64]:
        """Rows that are probably among the nearest of each vector, int64[m, n], ascending; -1 where there are fewer."""
        _, rows = self._index.search(np.ascontiguousarray(vectors, dtype=np.float32), n)
        rows.sort(axis=1)
        return rows  # type: ignore[no-any-return]


def _faiss() -> Any:
    # Loaded by indexes that are large enough to need it alone: it takes 0.2 s.
    import faiss

    # A worker answers one request at a time, and builds must not depend on the number of cores.
    faiss.omp_set_num_threads(1)
    return faiss


def _parts(dimensions: int) -> int:
    """Into how many parts a vector is cut: two dimensions each, or as few more as divide it."""
    return dimensions // next(width for width in range(2, dimensions + 1) if dimensions % width == 0)
