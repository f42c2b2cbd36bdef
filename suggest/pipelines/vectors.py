"""Here are queries: which encoder are they built with, and what are the vectors of the heaviest?"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from suggest.artifacts import Generation
from suggest.index import QueryColumns
from suggest.pipelines.vector_cache import VectorCache
from suggest.text.encoder import SECTION, Encoder, load_encoder, open_encoder
from suggest.types import Progress

MAX_VECTORS = 200_000
"""Queries that get a vector unless a build is told otherwise, the heaviest."""

STAGE = "encode"
"""What progress is reported as."""

_BATCH = 2_048


def chosen_encoder(name: str, index_dir: str | Path | None = None) -> Encoder | None:
    """The encoder that `--encoder` names.

    Args:
        name: `default`, the table that ships with the package; `none`; the name or path of a model that
            sentence-transformers can load, which is exported first; or a directory that holds an encoder.
        index_dir: if its generation has an encoder that was trained from the one of this name, that is taken.

    Raises:
        ArgumentError: no such model, or one whose export differs from it.
        NotBuiltError: the extra `encoder` is not installed.
    """
    if name == "none":
        return None
    trained = index_dir and _trained(name, Path(index_dir))
    if trained:
        return trained
    if name == "default":
        from suggest.text.encoder_table import default_encoder

        return default_encoder()
    if (Path(name) / f"{SECTION}.json").is_file():
        return load_encoder(Path(name))
    from suggest.pipelines.export_encoder import exported_encoder

    return exported_encoder(name)


def asked_encoder(name: str) -> str:
    """What `--encoder` was when an encoder was trained that is now named by its directory; otherwise the name."""
    about = Path(name) / f"{SECTION}.json"
    return str(json.loads(about.read_text(encoding="utf-8")).get("trained_from", name)) if about.is_file() else name


def _trained(name: str, index_dir: Path) -> Encoder | None:
    """The encoder of the generation that is served now, if it was trained from the one of this name."""
    served = Generation.served(index_dir)
    if served is None or not served.holds(f"{SECTION}.json") or served.json(SECTION).get("trained_from") != name:
        return None
    return open_encoder(served)


def make_vectors(
    columns: QueryColumns,
    encoder: Encoder | None,
    max_vectors: int = MAX_VECTORS,
    cache_dir: Path | None = None,
    progress: Progress | None = None,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Vectors of the heaviest queries.

    Args:
        columns: the admitted queries.
        encoder: makes them; without one no query has a vector.
        max_vectors: how many queries get one, by weight, ties by key.
        cache_dir: where later builds find them; None keeps nothing.
        progress: told of each batch.

    Returns:
        rows of `columns`, int64[m] ascending, and float32[m, dimensions]. Cost: as of the encoder, for what the cache
        does not hold.
    """
    if encoder is None:
        return np.empty(0, dtype=np.int64), np.empty((0, 0), dtype=np.float32)
    # Stable, so that of equal weights the first keys are taken.
    rows = np.sort(np.argsort(-columns.weight, kind="stable")[:max_vectors])
    texts = columns.keys.take(pa.array(rows)).to_pylist()
    return rows, encoded(texts, encoder, cache_dir, progress)


def encoded(
    texts: Sequence[str], encoder: Encoder, cache_dir: Path | None = None, progress: Progress | None = None
) -> npt.NDArray[np.float32]:
    """Vectors of distinct texts, float32[n, dimensions]; those that the cache holds are not made again.

    Args:
        texts: in any order.
        encoder: makes the vectors.
        cache_dir: as of `make_vectors`.
        progress: told of each batch.
    """
    told = progress or (lambda _stage, _done, _total: None)
    told(STAGE, 0, len(texts))
    if cache_dir is None or encoder.is_quick:
        return _made(texts, encoder, lambda done: told(STAGE, done, len(texts)))
    cache = VectorCache(cache_dir, encoder.name, encoder.dimensions)
    vectors, missing = cache.found(texts)
    known = len(texts) - len(missing)
    for at in range(0, len(missing), _BATCH):
        batch = missing[at : at + _BATCH]
        some = [texts[row] for row in batch]
        vectors[batch] = cache.keep(some, encoder.encode(some))
        told(STAGE, known + at + len(batch), len(texts))
    cache.close()
    return vectors


def _made(texts: Sequence[str], encoder: Encoder, told: Callable[[int], None]) -> npt.NDArray[np.float32]:
    vectors = np.empty((len(texts), encoder.dimensions), dtype=np.float32)
    for at in range(0, len(texts), _BATCH):
        batch = texts[at : at + _BATCH]
        vectors[at : at + len(batch)] = encoder.encode(batch)
        told(at + len(batch))
    return vectors
