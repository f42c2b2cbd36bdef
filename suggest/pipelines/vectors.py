"""Queries in, their vectors out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from suggest.index import QueryColumns
from suggest.pipelines.admitted import Progress
from suggest.text.encoder import Encoder

MAX_VECTORS = 200_000
"""Queries that get a vector, the heaviest ones."""


def chosen_encoder(name: str) -> Encoder | None:
    """The encoder of `--encoder`: `default`, `none`, or a sentence-transformers model by name or path."""
    return None


def make_vectors(
    columns: QueryColumns, encoder: Encoder | None, max_vectors: int, cache: Path, told: Progress
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """The rows of the heaviest queries, ascending, int64[m], and their vectors, float32[m, d]."""
    return np.zeros(0, np.int64), np.zeros((0, 0), np.float32)
