"""How ordinary is a word? And is a lexicon one of names, or does it hold the words that everybody uses?

The commonest words of 42 languages ship with the package (`models/common_words.npz`, see its card).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from importlib import resources

import marisa_trie
import numpy as np
import numpy.typing as npt

ORDINARY = 5.3
"""Zipf frequency from which a word is among the 300 or so that make up half of what is written in a language."""

STEPS = 20
"""Stored frequencies are of so many steps a unit."""

_LEAST_WORDS = 100


class CommonWords:
    """The commonest words of many languages, folded as names are.

    Args:
        trie: the words.
        zipf: Zipf frequency (log10 of uses in a billion words) of each in the language that uses it most, uint8 in
            `STEPS`ths.
        language: number of that language, uint8.
    """

    def __init__(self, trie: marisa_trie.Trie, zipf: npt.NDArray[np.uint8], language: npt.NDArray[np.uint8]) -> None:
        self._trie = trie
        self._zipf = zipf.tobytes()
        self._language = language
        self.zipf = lru_cache(1 << 16)(self._looked_up)

    @classmethod
    @cache
    def default(cls) -> CommonWords:
        """Those that ship, read once in a process: 2 ms, 1 MB."""
        with (resources.files("suggest.models") / "common_words.npz").open("rb") as file, np.load(file) as saved:
            trie = marisa_trie.Trie().frombytes(saved["trie"].tobytes())
            return cls(trie, saved["zipf"], saved["language"])

    def rarest(self, folds: Iterable[str]) -> float:
        """Zipf frequency of the rarest of some words, 0 where it is none of the commonest. 0.1 µs each."""
        return min(map(self.zipf, folds), default=0.0)

    def share_of_ordinary(self, is_name: Callable[[str], bool]) -> float:
        """The largest share of one language's ordinary words that are names, 0 to 1. 10 ms."""
        most = 0.0
        numbers = np.frombuffer(self._zipf, dtype=np.uint8)
        for language in np.unique(self._language):
            words = np.flatnonzero((self._language == language) & (numbers >= ORDINARY * STEPS)).tolist()
            if len(words) >= _LEAST_WORDS:
                most = max(most, sum(is_name(self._trie.restore_key(word)) for word in words) / len(words))
        return most

    def _looked_up(self, fold: str) -> float:
        if len(fold) == 1 or fold.isdigit():
            return ORDINARY
        word = self._trie.get(fold, -1)
        return 0.0 if word < 0 else self._zipf[word] / STEPS
