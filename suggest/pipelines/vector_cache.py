"""Vectors that an earlier build made: kept by the hash of their text, so that a build encodes only what is new.

    INDEX/vectors-cache/<hash of the encoder's name>/000000.npz, 000001.npz, ...

Each file is written beside its place and renamed, and has checksums; a killed build loses the batch it was at, and a
damaged file is left out and made again. `close` makes one file of all.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

DIRECTORY = "vectors-cache"

MAX_UNUSED = 300_000
"""Vectors that the last build did not ask for and that stay all the same."""

_FLUSHED = 16_384

_logger = logging.getLogger(__name__)


class VectorCache:
    """The kept vectors of one encoder. One process at a time, which the lock of a build sees to.

    Args:
        directory: of the index.
        name: of the encoder; vectors of others are removed.
        dimensions: of its vectors.
    """

    def __init__(self, directory: Path, name: str, dimensions: int) -> None:
        self._dimensions = dimensions
        self._directory = directory / DIRECTORY / hashlib.sha256(name.encode()).hexdigest()[:16]
        self._directory.mkdir(parents=True, exist_ok=True)
        for other in self._directory.parent.iterdir():
            if other != self._directory:
                shutil.rmtree(other)
        self._files = sorted(self._directory.glob("*.npz"))
        self._old = _joined([_Kept(np.empty(0, np.uint64), np.empty((0, dimensions), np.float16)), *self._read()])
        self._used = np.zeros(len(self._old.hashes), dtype=bool)
        self._new: list[_Kept] = []
        self._written: list[_Kept] = []

    def found(self, texts: Sequence[str]) -> tuple[npt.NDArray[np.float32], list[int]]:
        """Vectors of texts, float32[n, d] with zeros in unknown rows; and the numbers of those, ascending."""
        hashes = _hashes(texts)
        at = np.searchsorted(self._old.hashes, hashes)
        at[at == len(self._old.hashes)] = 0
        known = np.flatnonzero(self._old.hashes[at] == hashes) if len(self._old.hashes) else np.empty(0, np.int64)
        vectors = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        vectors[known] = self._old.vectors[at[known]]
        self._used[at[known]] = True
        return vectors, np.setdiff1d(np.arange(len(texts)), known).tolist()

    def keep(self, texts: Sequence[str], vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Keeps vectors of texts, rounded to half precision; gives them as `found` will."""
        rounded = vectors.astype(np.float16)
        self._new.append(_Kept(_hashes(texts), rounded))
        if sum(len(kept.hashes) for kept in self._new) >= _FLUSHED:
            self._flush()
        return rounded.astype(np.float32)

    def close(self) -> None:
        """Writes what is not yet written, as one file; of what was not asked for, `MAX_UNUSED` vectors stay."""
        self._flush()
        unused = np.flatnonzero(~self._used)
        if len(self._files) <= 1 and len(unused) <= MAX_UNUSED:
            return
        stays = np.sort(np.concatenate([np.flatnonzero(self._used), unused[:MAX_UNUSED]]))
        old = _Kept(self._old.hashes[stays], self._old.vectors[stays])
        parts = list(self._files)
        self._write(_joined([old, *self._written]))
        for file in parts:
            file.unlink()

    def _flush(self) -> None:
        if self._new:
            self._written.append(_joined(self._new))
            self._write(self._written[-1])
            self._new = []

    def _read(self) -> Iterator[_Kept]:
        for file in self._files:
            try:
                with file.open("rb") as opened, np.load(opened, allow_pickle=False) as kept:
                    # A reshape that cannot be says that the file is of another shape.
                    hashes = kept["hashes"]
                    yield _Kept(hashes, kept["vectors"].reshape(len(hashes), self._dimensions))
            except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
                _logger.warning("%s cannot be read, its vectors are made again: %s", file, error)

    def _write(self, kept: _Kept) -> None:
        number = int(self._files[-1].stem) + 1 if self._files else 0
        file = self._directory / f"{number:06d}.npz"
        temporary = file.with_suffix(".part")
        with temporary.open("wb") as opened:
            np.savez(opened, hashes=kept.hashes, vectors=kept.vectors)
        temporary.replace(file)
        self._files.append(file)


class _Kept(NamedTuple):
    """Hashes of texts, uint64[n], and their vectors, float16[n, d]."""

    hashes: npt.NDArray[np.uint64]
    vectors: npt.NDArray[np.float16]


def _joined(parts: Sequence[_Kept]) -> _Kept:
    """All of them, ascending by hash, each once: a killed `close` leaves some twice."""
    hashes, first = np.unique(np.concatenate([part.hashes for part in parts]), return_index=True)
    return _Kept(hashes, np.concatenate([part.vectors for part in parts])[first])


def _hashes(texts: Sequence[str]) -> npt.NDArray[np.uint64]:
    # 64 bits: two of a million texts share one with a chance of 3 in 10^8.
    digests = b"".join(hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)
