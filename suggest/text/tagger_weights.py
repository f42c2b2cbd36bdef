"""What a tagger learned, as arrays in one file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from suggest.text.tagger_features import BITS
from suggest.text.tagger_lattice import N_TAGS

FORMAT = 2
"""Raised also where a fact comes to be hashed otherwise: weights learned before would be of other facts."""

TAGGER_PREFIX = "tagger_"
"""Files of weights begin so, in a generation and among those that ship."""

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest a zip file can say: the same weights are the same bytes


@dataclass(frozen=True, slots=True)
class TaggerWeights:
    """Weights of one language.

    Attributes:
        table: int8[2 ** BITS, N_TAGS], the weight of each tag for each hash, in units of `unit`.
        unit: Nats of one.
        steps: float32[N_TAGS, N_TAGS], nats of a tag after another.
        outside: Nats taken off `OUTSIDE`: the more, the more names are found.
        least: Names that are less likely are left out. Chosen with `outside` where F1 is best.
        class_words: uint32[n], hashes of the words that have classes, ascending.
        classes: uint16[n, m], the class of each in each of m partitions of the words.
    """

    table: npt.NDArray[np.int8]
    unit: float
    steps: npt.NDArray[np.float32]
    outside: float
    least: float
    class_words: npt.NDArray[np.uint32]
    classes: npt.NDArray[np.uint16]

    def classes_of(self, word: str) -> list[str]:
        """The names of the classes of a folded word, none for one without; 2 µs."""
        key = word_key(word)
        at = int(self.class_words.searchsorted(np.uint32(key)))
        if at == len(self.class_words) or self.class_words[at] != key:
            return []
        return [class_name(partition, each) for partition, each in enumerate(self.classes[at].tolist())]


def weights_file(language: str) -> str:
    """The name of the file with the weights of a language."""
    return f"{TAGGER_PREFIX}{language}.npz"


def class_name(partition: int, each: int) -> str:
    """What a class of a partition of the words is called."""
    return f"{partition}.{each}"


def word_key(word: str) -> int:
    """The hash by which the classes of a word are found."""
    return crc32(word.encode("utf-8", "surrogatepass"))


def save_weights(path: Path, weights: TaggerWeights) -> None:
    """Writes weights to a `.npz` file, only those that are not zero; equal weights give equal bytes."""
    rows = np.flatnonzero(weights.table.any(axis=1)).astype(np.uint32)
    arrays = {
        "format": np.array(FORMAT),
        "rows": np.diff(rows, prepend=np.uint32(0)),  # differences are small, so they compress
        "values": weights.table[rows],
        "unit": np.array(weights.unit),
        "steps": weights.steps,
        "outside": np.array(weights.outside),
        "least": np.array(weights.least),
        "class_words": weights.class_words,
        "classes": weights.classes,
    }
    with zipfile.ZipFile(path, "w") as file:
        for name, array in arrays.items():
            file.writestr(_entry(name), _bytes_of(array))


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _bytes_of(array: npt.NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def load_weights(file: Path | IO[bytes]) -> TaggerWeights:
    """Reads what `save_weights` wrote; 5 MB in memory, 20 ms.

    Raises:
        ValueError: The file is of another format.
    """
    with np.load(file, allow_pickle=False) as arrays:
        _check_format(arrays)
        table = np.zeros((1 << BITS, N_TAGS), np.int8)
        table[np.cumsum(arrays["rows"], dtype=np.int64)] = arrays["values"]
        return TaggerWeights(
            table=table,
            unit=float(arrays["unit"]),
            steps=arrays["steps"],
            outside=float(arrays["outside"]),
            least=float(arrays["least"]),
            class_words=arrays["class_words"],
            classes=arrays["classes"],
        )


def _check_format(arrays: Mapping[str, Any]) -> None:
    found = int(arrays["format"]) if "format" in arrays else None
    if found != FORMAT:
        raise ValueError(f"expected tagger weights of format {FORMAT}, got {found}; train them again")


def quantised(weights: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], float]:
    """Weights as whole multiples of a unit between -127 and 127, the largest weight at the end; with the unit."""
    unit = float(np.abs(weights).max(initial=0.0)) / 127
    if unit < np.finfo(np.float32).tiny:  # too small to divide by: they are nothing
        unit = 1.0
    return np.rint(weights / unit).astype(np.int8), unit


def class_table(classes: Mapping[str, Sequence[int]]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint16]]:
    """`class_words` and `classes` of a mapping from folded words; of words with one hash, the first in order stays."""
    keys = np.array([word_key(word) for word in sorted(classes)], np.uint32)
    unique, first = np.unique(keys, return_index=True)
    rows = [list(classes[word]) for word in sorted(classes)]
    width = len(rows[0]) if rows else 0
    return unique, np.array(rows, np.uint16).reshape(len(keys), width)[first]
