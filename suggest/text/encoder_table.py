"""A table of vectors: a text's vector is the sum of the rows of its pieces."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import chain
from pathlib import Path

import marisa_trie
import numpy as np
import numpy.typing as npt

from suggest.artifacts import mapped_array
from suggest.text.encoder_pieces import Pieces

_BATCH_PIECES = 16_384


class TableEncoder:
    """A static encoder: words have one vector each, whatever stands beside them.

    How much a word matters is in the length of its row. Sums of int8 are whole numbers that float32 holds exactly, so
    that a text's vector is the same to the bit in any batch and process.

    Source: Tulkens & van Dongen, "Model2Vec" (2024), for tables distilled from a sentence encoder; Bojanowski et al.,
    "Enriching Word Vectors with Subword Information", TACL 2017, for hashed runs of letters.

    Attributes:
        name: of the weights.
        dimensions: of the vectors.
        pieces: what texts are made of.
        rows: int8[len(pieces), dimensions].
        trained_from: what `--encoder` named where a log moved the rows; None for others.
    """

    is_quick = True

    def __init__(self, name: str, pieces: Pieces, rows: npt.NDArray[np.int8], trained_from: str | None = None) -> None:
        self.name = name
        self.trained_from = trained_from
        self.dimensions = rows.shape[1]
        self.pieces = pieces
        self.rows = rows

    @classmethod
    def load(cls, directory: Path) -> TableEncoder:
        """Maps the files that `save` wrote; 1 ms."""
        about = json.loads((directory / "encoder.json").read_text(encoding="utf-8"))
        trie = marisa_trie.Trie().mmap(str(directory / "encoder_pieces.marisa"))
        rows: npt.NDArray[np.int8] = mapped_array(directory / "encoder_rows.npy")
        return cls(about["name"], Pieces(trie, len(rows) - len(trie)), rows, about.get("trained_from"))

    def save(self, directory: Path) -> None:
        """Writes what `load` reads."""
        about = {"kind": "table", "name": self.name, "dimensions": self.dimensions}
        if self.trained_from is not None:
            about["trained_from"] = self.trained_from
        (directory / "encoder.json").write_text(json.dumps(about), encoding="utf-8")
        self.pieces.trie.save(str(directory / "encoder_pieces.marisa"))
        np.save(directory / "encoder_rows.npy", self.rows, allow_pickle=False)

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors of texts, as of `Encoder`: about 15 µs for one, 5 µs each for many."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for at, numbers in self._batches(texts):
            lengths = np.array([len(found) for found in numbers])
            some = np.flatnonzero(lengths)
            if len(some):
                flat = np.fromiter(chain.from_iterable(numbers), dtype=np.int64, count=int(lengths.sum()))
                starts = (np.cumsum(lengths) - lengths)[some]
                vectors[at + some] = np.add.reduceat(self.rows[flat].astype(np.float32), starts, axis=0)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, norms, out=vectors, where=norms > 0)
        return vectors

    def _batches(self, texts: Sequence[str]) -> Iterator[tuple[int, list[list[int]]]]:
        """Pieces of texts that follow each other, and the number of the first; bounds memory."""
        start, total = 0, 0
        numbers: list[list[int]] = []
        for at, text in enumerate(texts):
            found = self.pieces.numbers(text)
            if numbers and total + len(found) > _BATCH_PIECES:
                yield start, numbers
                start, total, numbers = at, 0, []
            total += len(found)
            numbers.append(found)
        if numbers:
            yield start, numbers


@cache
def default_encoder() -> TableEncoder:
    """The table that ships with the package."""
    return TableEncoder.load(Path(str(files("suggest.models"))))
