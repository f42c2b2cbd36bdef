"""An exported sentence encoder: a network in ONNX with its tokenizer, without torch."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from suggest.errors import NotBuiltError

MODEL = "encoder_model.onnx"
TOKENIZER = "encoder_tokenizer.json"
ABOUT = "encoder.json"

MAX_CHARS = 2_048
"""Code points of a text that are looked at; the model's own limit counts tokens."""

_THREADS = 2
_FEW = 8


class OnnxEncoder:
    """Each text goes through the network alone: what int8 rounds would otherwise depend on the texts beside it.

    Attributes:
        name: of the weights.
        dimensions: of the vectors.
        directory: of the files.
    """

    is_quick = False

    def __init__(self, directory: Path, about: dict[str, Any], *, keeps: object = None) -> None:
        """Use `load`.

        Args:
            directory: of the files.
            about: what `ABOUT` says.
            keeps: lives as long as the encoder: a temporary directory.
        """
        self.name: str = about["name"]
        self.dimensions: int = about["dimensions"]
        self.directory = directory
        self._keeps = keeps
        self._prompt: str = about["prompt"]
        self._lower: bool = about["lower"]
        self._tokens = _tokenizer(directory / TOKENIZER, about["max_tokens"])
        self._run, self._inputs = _network(directory / MODEL)

    @classmethod
    def load(cls, directory: Path, *, keeps: object = None) -> OnnxEncoder:
        """Opens the files that an export wrote; 0.2 s for a small model.

        Raises:
            NotBuiltError: onnxruntime or tokenizers is not installed.
        """
        return cls(directory, json.loads((directory / ABOUT).read_text(encoding="utf-8")), keeps=keeps)

    def save(self, directory: Path) -> None:
        """Copies the files."""
        for name in (MODEL, TOKENIZER, ABOUT):
            shutil.copyfile(self.directory / name, directory / name)

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors of texts, as of `Encoder`: about 1 ms each on one thread with a small model; many on two threads."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        if len(texts) <= _FEW:
            found = list(map(self._vector, texts))
        else:
            with ThreadPoolExecutor(_THREADS) as threads:
                found = list(threads.map(self._vector, texts, chunksize=64))
        for row, vector in enumerate(found):
            vectors[row] = vector
        return vectors

    def _vector(self, text: str) -> npt.NDArray[np.float32] | float:
        """The vector of one text; 0 for a text without tokens of its own."""
        # No UTF-8, and so no token, exists for lone surrogates.
        readable = text[:MAX_CHARS].encode("utf-8", "ignore").decode().strip()
        if not readable:
            return 0.0
        found = self._tokens.encode(self._prompt + (readable.lower() if self._lower else readable))
        given = {
            "input_ids": found.ids,
            "attention_mask": found.attention_mask,
            "token_type_ids": found.type_ids,
        }
        feed = {name: np.array([given[name]], dtype=np.int64) for name in self._inputs}
        vector = self._run(None, feed)[0][0]
        length = float(np.linalg.norm(vector))
        return vector / length if np.isfinite(length) and length > 0 else 0.0


def _tokenizer(path: Path, max_tokens: int) -> Any:
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise _missing("tokenizers") from None
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def _network(path: Path) -> tuple[Callable[..., Any], list[str]]:
    try:
        import onnxruntime
    except ImportError:
        raise _missing("onnxruntime") from None
    options = onnxruntime.SessionOptions()
    # Workers are processes; more threads only wait for each other on short texts.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session.run, [found.name for found in session.get_inputs()]


def _missing(package: str) -> NotBuiltError:
    return NotBuiltError(
        f"the encoder of this index needs the package {package}, which is not installed; "
        "install shorttext-suggest[onnx] to serve it, or shorttext-suggest[encoder] to build with it"
    )
