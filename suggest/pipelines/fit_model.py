"""A model of sentence-transformers, fitted to pairs of texts by its own trainer, then exported."""

from __future__ import annotations

import tempfile
from pathlib import Path

from suggest.errors import NotBuiltError
from suggest.pipelines.encoder_pairs import TextPairs
from suggest.pipelines.export_encoder import export, loaded_model
from suggest.text.encoder_onnx import OnnxEncoder
from suggest.types import Progress

MAX_PAIRS = 20_000
"""The latest: on two cores a small model learns some fifty pairs a second."""

ROUNDS = 1
STEP = 2e-5
_BATCH = 64
_WARMUP_SHARE = 0.1


def fitted_model(name: str, pairs: TextPairs, seed: int, told: Progress) -> OnnxEncoder:
    """Trains with the other texts of a batch as what does not belong (multiple negatives ranking).

    Args:
        name: of the model, as sentence-transformers takes it.
        pairs: to learn from, in order of time.
        seed: of the order of pairs.
        told: of the beginning.

    Raises:
        NotBuiltError: the extra `encoder` is not installed.
        ArgumentError: no such model, or its export differs from it.
    """
    model = loaded_model(name)
    try:
        from datasets import Dataset
        from sentence_transformers import SentenceTransformerTrainer, SentenceTransformerTrainingArguments
        from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
    except ImportError as error:
        raise NotBuiltError(
            f"training {name} needs {error.name}, which is not installed; install shorttext-suggest[encoder]"
        ) from None
    told("train the encoder", 0, 0)
    texts = {"left": pairs.left[-MAX_PAIRS:], "right": pairs.right[-MAX_PAIRS:]}
    with tempfile.TemporaryDirectory(prefix="suggest-training-") as scratch:
        arguments = SentenceTransformerTrainingArguments(
            output_dir=scratch,
            num_train_epochs=ROUNDS,
            per_device_train_batch_size=_BATCH,
            learning_rate=STEP,
            warmup_steps=int(_WARMUP_SHARE * len(texts["left"]) / _BATCH),
            seed=seed,
            use_cpu=True,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            logging_strategy="no",
        )
        loss = MultipleNegativesRankingLoss(model)
        SentenceTransformerTrainer(model, arguments, train_dataset=Dataset.from_dict(texts), loss=loss).train()
    return export(model, Path(name).name)
