"""Here is a model of sentence-transformers: what of it goes into a generation, and is that still the same model?

The network with its pooling and all that follows goes to ONNX by torch's exporter, its weights to int8, its tokenizer
to one file. What came out has to give the vectors that went in.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from suggest.errors import ArgumentError, NotBuiltError
from suggest.text.encoder_onnx import ABOUT, MODEL, TOKENIZER, OnnxEncoder

LEAST_COSINE = 0.97
"""Mean cosine between the export's vectors and the model's, below which it is refused."""

_OPSET = 17
_MOST_TOKENS = 128
"""Short texts are what this is for; a longer limit of the model is cut to this."""

_SAMPLE = (
    "nivea cream for dry skin", "how to tie a tie", "new york pizza", "iphone 15 case", "funny cat videos",
    "crème pour les mains", "zapatillas para correr", "schnelle rezepte für kinder", "receita de bolo de chocolate",
    "рецепт борща", "كيفية صنع الخبز", "दिल्ली का मौसम", "東京の天気", "北京烤鸭", "서울 맛집", "วิธีทำอาหาร",
)  # fmt: skip
"""Made up for this purpose; languages that the model does not know count like those it does."""


def exported_encoder(name: str) -> OnnxEncoder:
    """Loads a model by name or path and exports it, in 10 to 60 s.

    Args:
        name: as sentence-transformers takes it.

    Raises:
        NotBuiltError: the extra `encoder` is not installed.
        ArgumentError: no such model, one whose tokenizer is not of the package tokenizers, or an export that differs.
    """
    return export(loaded_model(name), Path(name).name)


def export(model: Any, name: str) -> OnnxEncoder:
    """Exports a loaded model of sentence-transformers.

    Args:
        model: a `SentenceTransformer`.
        name: begins the name of the encoder; a hash of the weights ends it.

    Raises:
        ArgumentError: as of `exported_encoder`.
    """
    directory = tempfile.TemporaryDirectory(prefix="suggest-encoder-")
    target = Path(directory.name)
    _save_tokenizer(model, name, target / TOKENIZER)
    _save_network(model, target)
    theirs = model.encode(list(_SAMPLE), normalize_embeddings=True, show_progress_bar=False)
    about = {
        "kind": "onnx",
        "name": f"{name}-{_digest(model)}",
        "dimensions": theirs.shape[1],
        "prompt": (model.prompts or {}).get(model.default_prompt_name or "", ""),
        "lower": bool(getattr(model[0], "do_lower_case", False)),
        "max_tokens": min(model.max_seq_length or _MOST_TOKENS, _MOST_TOKENS),
    }
    (target / ABOUT).write_text(json.dumps(about), encoding="utf-8")
    encoder = OnnxEncoder.load(target, keeps=directory)
    cosine = _mean_cosine(encoder.encode(_SAMPLE), theirs)
    if not cosine >= LEAST_COSINE:
        raise ArgumentError(
            "encoder",
            f"the int8 export of {name!r} gives other vectors than the model: mean cosine {cosine:.3f}, expected at "
            f"least {LEAST_COSINE}; choose another model",
        )
    return encoder


def loaded_model(name: str) -> Any:
    """A `SentenceTransformer` on the CPU; errors as of `exported_encoder`."""
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError:
        raise NotBuiltError(
            f"--encoder {name} needs sentence-transformers, which is not installed; install "
            "shorttext-suggest[encoder], or use --encoder default, which needs nothing more"
        ) from None
    try:
        return SentenceTransformer(name, device="cpu")
    except Exception as error:  # what loading a model can raise is no closed set
        raise ArgumentError("encoder", f"sentence-transformers cannot load {name!r}: {error}") from error


def _save_tokenizer(model: Any, name: str, path: Path) -> None:
    tokenizer = getattr(model.tokenizer, "backend_tokenizer", None)
    if tokenizer is None:
        raise ArgumentError("encoder", f"{name!r} has no tokenizer that can be exported; expected a fast tokenizer")
    tokenizer.save(str(path))


def _save_network(model: Any, directory: Path) -> None:
    """Writes the network from token ids to the vector, weights as int8."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # `tokenize` was renamed in sentence-transformers 6.
    features = (model.preprocess if hasattr(model, "preprocess") else model.tokenize)([_SAMPLE[0]])
    names = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in features]
    plain = directory / "plain.onnx"
    with warnings.catch_warnings(), torch.no_grad():
        # Of the exporter: it tells of its successor, and of sizes that a trace takes for constants.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _whole(model.eval(), names),
            tuple(features[name].cpu() for name in names),
            str(plain),
            input_names=names,
            output_names=["vector"],
            dynamic_axes={name: {0: "texts", 1: "tokens"} for name in names},
            opset_version=_OPSET,
            dynamo=False,
        )
        quantize_dynamic(plain, directory / MODEL, weight_type=QuantType.QInt8, per_channel=True)
    plain.unlink()


def _whole(model: Any, names: list[str]) -> Any:
    """A module from token ids to the vector: all modules of the model one after the other."""
    import torch

    class Whole(torch.nn.Module):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *given: Any) -> Any:
            features = dict(zip(names, given, strict=True))
            for module in self.model:
                features = module(features)
            return features["sentence_embedding"]

    return Whole()


def _digest(model: Any) -> str:
    digest = hashlib.sha256()
    for name, values in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(values.cpu().numpy()).tobytes())
    return digest.hexdigest()[:12]


def _mean_cosine(ours: npt.NDArray[np.float32], theirs: npt.NDArray[np.float32]) -> float:
    return float(np.einsum("ij,ij->i", ours, theirs).mean())
