"""Here is a text: which vector has its meaning?

One interface; what stands behind it is written into the generation, so that what serves is what the index was built
with. `table` needs nothing but numpy; `onnx` is an exported model and needs onnxruntime and tokenizers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation, GenerationWriter
from suggest.errors import GenerationBroken

SECTION = "encoder"
"""Name of the file that says which encoder a generation holds, and beginning of the names of the others."""


class Encoder(Protocol):
    """Texts become vectors.

    Attributes:
        name: of the weights; other weights have another name, so that vectors may be cached by it.
        dimensions: of the vectors.
        is_quick: a vector is made faster than it is read from a cache.
    """

    name: str
    dimensions: int
    is_quick: bool

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors of texts, float32[n, dimensions]; rows of unit length, zeros where nothing is left of a text.

        A text's vector depends on the text alone: neither on what it is asked with nor on the process. Never raises,
        whatever the text.
        """
        ...

    def save(self, directory: Path) -> None:
        """Writes what `load_encoder` reads."""
        ...


def open_encoder(generation: Generation) -> Encoder | None:
    """The encoder that a generation was built with; None where it was built without one.

    Raises:
        GenerationBroken: it is of a kind that this program does not know.
        NotBuiltError: it needs a package that is not installed; the text says which extra has it.
    """
    return load_encoder(generation.directory) if generation.holds(f"{SECTION}.json") else None


def load_encoder(directory: Path) -> Encoder:
    """The encoder whose files lie in a directory, that of a generation or one of its own; errors as above."""
    kind = json.loads((directory / f"{SECTION}.json").read_text(encoding="utf-8"))["kind"]
    if kind == "table":
        from suggest.text.encoder_table import TableEncoder

        return TableEncoder.load(directory)
    if kind == "onnx":
        from suggest.text.encoder_onnx import OnnxEncoder

        return OnnxEncoder.load(directory)
    raise GenerationBroken(f"{directory}: expected an encoder of kind table or onnx, got {kind!r}; update the program")


def save_encoder(writer: GenerationWriter, encoder: Encoder) -> None:
    """Puts an encoder into the generation being built."""
    encoder.save(writer.directory)
