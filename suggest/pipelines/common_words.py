"""Makes `models/common_words.npz`: `python -m suggest.pipelines.common_words WORDS models/common_words.npz`.

WORDS is a TSV of language, word and Zipf frequency.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import marisa_trie
import numpy as np

from suggest.index.lexicon_build import folded
from suggest.pipelines.sources import open_input
from suggest.text.spans_common import STEPS

WORDS_PER_LANGUAGE = 4_000
"""Down to Zipf frequency 4.3 in English: what is rarer names something more often than not."""

_MIN_CHARS = 2


def commonest(rows: Iterable[tuple[str, str, float]]) -> dict[str, tuple[float, str]]:
    """The first `WORDS_PER_LANGUAGE` rows of each language, by folded word.

    Args:
        rows: language, word, Zipf frequency; the commonest of each language first.

    Returns:
        The largest frequency and its language, the first in alphabetical order where two have it.
    """
    taken: Counter[str] = Counter()
    best: dict[str, tuple[float, str]] = {}
    for language, word, zipf in rows:
        fold = folded(word)
        if taken[language] < WORDS_PER_LANGUAGE and fold and len(fold[0]) >= _MIN_CHARS:
            taken[language] += 1
            known = best.get(fold[0], (0.0, ""))
            best[fold[0]] = max(
                known, (zipf, language), key=lambda entry: (entry[0], [-ord(char) for char in entry[1]])
            )
    return best


def main(arguments: list[str]) -> None:
    """Reads WORDS and writes the file; the same bytes each time."""
    words, out = map(Path, arguments)
    with open_input(words) as stream:
        lines = csv.reader((line.decode() for line in stream), delimiter="\t", quoting=csv.QUOTE_NONE)
        next(lines)
        best = commonest((language, word, float(zipf)) for language, word, zipf in lines)
    trie = marisa_trie.Trie(sorted(best))
    entries = [best[trie.restore_key(number)] for number in range(len(trie))]
    languages = sorted({language for _, language in entries})
    np.savez_compressed(
        out,
        trie=np.frombuffer(trie.tobytes(), dtype=np.uint8),
        zipf=np.array([round(zipf * STEPS) for zipf, _ in entries], dtype=np.uint8),
        language=np.array([languages.index(language) for _, language in entries], dtype=np.uint8),
    )


if __name__ == "__main__":
    main(sys.argv[1:])
