"""A log teaches the encoder which texts belong together; it stays only where it finds more of what came later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from suggest.errors import NotEnoughExamples, WorseThanUntrained
from suggest.evaluation import Interval, bootstrap_mean
from suggest.pipelines.encoder_pairs import TextPairs
from suggest.pipelines.fit_table import fitted_table
from suggest.text.encoder import Encoder
from suggest.text.encoder_table import TableEncoder
from suggest.types import Progress

K = 10

LEAST_PAIRS = 500
"""Fewer teach nothing that a later slice could confirm."""

TRAINING_SHARE, VALIDATION_SHARE = 0.7, 0.1
"""Of the pairs, the earliest, that are learned from, and the next, that say when to stop; the rest judges."""

MAX_JUDGED = 2_000
MAX_CANDIDATES = 20_000
_GROUPS = 1_000


class TrainedEncoder(NamedTuple):
    """An encoder that finds more than the one it was trained from.

    Attributes:
        encoder: it.
        sentence: how it was judged, in words.
        figures: `pairs`, `judged`, `split`, and MRR@10 and R@10 of both.
    """

    encoder: Encoder
    sentence: str
    figures: dict[str, Any]


def train_encoder(
    pairs: TextPairs, base: Encoder, model: str | None = None, seed: int = 0, progress: Progress | None = None
) -> TrainedEncoder:
    """Trains on the earlier pairs; the later ones judge.

    A table moves its rows, in numpy: a minute for 100,000 pairs. A model of sentence-transformers is trained by that
    package, and exported.

    Args:
        pairs: of `encoder_pairs`.
        base: what is trained from, and what it has to beat.
        model: name or path of the model that `base` was exported from; None for a table.
        seed: of the order of pairs.
        progress: told of each round.

    Raises:
        NotEnoughExamples: fewer than `LEAST_PAIRS`.
        WorseThanUntrained: it finds no more of the later pairs than `base`, with the figures.
        NotBuiltError: a model, and the extra `encoder` is not installed.
    """
    if len(pairs.left) < LEAST_PAIRS:
        raise NotEnoughExamples(
            f"the log brings {len(pairs.left)} pairs of texts together, expected at least {LEAST_PAIRS}; "
            "nothing was published"
        )
    told = progress or (lambda _stage, _done, _total: None)
    split, learned, checked, judged = parts(pairs)
    candidates = _candidates(pairs)
    if isinstance(base, TableEncoder):
        trained: Encoder = fitted_table(base, learned, lambda made: _mrr(made, checked, candidates), seed, told)
    else:
        from suggest.pipelines.fit_model import fitted_model

        trained = fitted_model(str(model), learned, seed, told)
    told("judge the encoder", 0, 0)
    before, after = ranks(base, judged, candidates), ranks(trained, judged, candidates)
    return _verdict(trained, before, after, {"pairs": len(learned.left), "judged": len(judged.left), "split": split})


def parts(pairs: TextPairs) -> tuple[str, TextPairs, TextPairs, TextPairs]:
    """How the pairs are split (`time`, or `text` where all have one time), and the three parts.

    By text, all pairs of one left text are in one part.
    """
    n = len(pairs.left)
    if len(np.unique(pairs.ts_us)) > n // 10:
        place = np.arange(n) / n
        by = "time"
    else:
        place = np.array([crc32(text.encode()) % _GROUPS for text in pairs.left]) / _GROUPS
        by = "text"
    learned = place < TRAINING_SHARE
    checked = ~learned & (place < TRAINING_SHARE + VALIDATION_SHARE)
    rows = (np.flatnonzero(part) for part in (learned, checked, ~learned & ~checked))
    first, *others = (pairs.part(part) for part in rows)
    return by, first, *(_spread(part) for part in others)  # type: ignore[return-value]


def ranks(encoder: Encoder, pairs: TextPairs, candidates: list[str]) -> npt.NDArray[np.int64]:
    """Rank of each right text among the candidates by cosine with the left one, which is none itself; int64[n]."""
    texts = sorted(set(candidates).union(pairs.right))
    number = {text: at for at, text in enumerate(texts)}
    vectors = encoder.encode(texts)
    found = np.empty(len(pairs.left), dtype=np.int64)
    for at, (left, asked) in enumerate(zip(pairs.left, encoder.encode(pairs.left), strict=True)):
        cosines = vectors @ asked
        wanted = cosines[number[pairs.right[at]]]
        # What is as near counts as nearer: a vector that says nothing must not win.
        found[at] = int((cosines >= wanted).sum()) - (left in number and cosines[number[left]] >= wanted)
    return found


def save_trained(encoder: Encoder, asked: str, directory: Path) -> None:
    """Writes an encoder as a directory that `--encoder` takes, and that later builds take for `asked`.

    Args:
        encoder: trained.
        asked: what `--encoder` named when the index was built.
        directory: is made.
    """
    directory.mkdir(parents=True, exist_ok=True)
    encoder.save(directory)
    file = directory / "encoder.json"
    about = json.loads(file.read_text(encoding="utf-8")) | {"trained_from": asked}
    file.write_text(json.dumps(about), encoding="utf-8")


def _verdict(
    trained: Encoder, before: npt.NDArray[np.int64], after: npt.NDArray[np.int64], figures: dict[str, Any]
) -> TrainedEncoder:
    rows = {name: _figures(found) for name, found in (("untrained", before), ("trained", after))}
    is_better = rows["trained"]["MRR@10"].value > rows["untrained"]["MRR@10"].value
    sentence = (
        f"MRR@{K} {rows['trained']['MRR@10']} on {figures['judged']:,} later pairs of texts, "
        f"{'against' if is_better else 'no better than'} {rows['untrained']['MRR@10']} untrained"
    )
    if not is_better:
        raise WorseThanUntrained(f"{sentence}; nothing was published, and the encoder stays as it is")
    values = {f"{which} {name}": found.value for which, row in rows.items() for name, found in row.items()}
    return TrainedEncoder(trained, sentence, figures | values)


def _figures(found: npt.NDArray[np.int64]) -> dict[str, Interval]:
    within = found <= K
    each = [str(row) for row in range(len(found))]
    return {
        f"MRR@{K}": bootstrap_mean(np.where(within, 1 / found, 0.0), each),
        f"R@{K}": bootstrap_mean(within.astype(np.float64), each),
    }


def _mrr(encoder: Encoder, pairs: TextPairs, candidates: list[str]) -> float:
    found = ranks(encoder, pairs, candidates)
    return float(np.where(found <= K, 1 / found, 0.0).mean())


def _candidates(pairs: TextPairs) -> list[str]:
    """Distinct right texts, the latest."""
    return list(dict.fromkeys(reversed(pairs.right)))[:MAX_CANDIDATES]


def _spread(pairs: TextPairs) -> TextPairs:
    """At most `MAX_JUDGED`, evenly spread."""
    n = len(pairs.left)
    return pairs.part(np.unique(np.linspace(0, n - 1, min(n, MAX_JUDGED)).astype(np.int64)) if n else np.arange(0))
