"""What does each word of a text tell of the tokens around it? Worked out once for each word, and kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from suggest.text.tagger_features import OFFSETS, WordFacts, folded, word_facts, word_rows
from suggest.text.tagger_lattice import N_TAGS
from suggest.text.tagger_weights import TaggerWeights

_KEPT = 16_384  # twice that many are held, 350 bytes each; more than the words of 6,000 comments
_AT_ONCE = 256  # words worked out together: more take no less time each
_HASHES = 2
_MARGIN = len(OFFSETS) // 2
_N_NUMBERS = _HASHES + len(OFFSETS) * N_TAGS
_NOTHING = bytes(4 * _N_NUMBERS * _MARGIN)  # what stands before the first word and after the last one tells

Word = tuple[str, str]
"""A word, and where it stands: one of `places`."""


class Told:
    """What the words of one text tell.

    Attributes:
        names: uint32[n_words], `WordFacts.name` of each.
        shapes: uint32[n_words], `WordFacts.shape` of each.
    """

    def __init__(self, records: Iterable[bytes]) -> None:
        numbers = np.frombuffer(b"".join([_NOTHING, *records, _NOTHING]), np.int32).reshape(-1, _N_NUMBERS)
        self._weights = numbers[:, _HASHES:].reshape(-1, len(OFFSETS), N_TAGS)
        self.names, self.shapes = numbers[_MARGIN:-_MARGIN, :_HASHES].view(np.uint32).T

    def emissions(self) -> npt.NDArray[np.int32]:
        """int32[n_words, N_TAGS], the sum of what all words around a token tell of it."""
        n_words = len(self.names)
        total: npt.NDArray[np.int32] = self._weights[:n_words, 0].copy()
        for index in range(1, len(OFFSETS)):
            total += self._weights[index : index + n_words, index]
        return total


class WordMemory:
    """What words tell, by the weights of one language.

    Safe to use from several threads: two may work out the same word, or drop what the other has just kept; neither
    sees half of it.
    """

    def __init__(self, weights: TaggerWeights) -> None:
        self._weights = weights
        # Those met before as their numbers in a row, and those met before that.
        self._known: dict[Word, bytes] = {}
        self._old: dict[Word, bytes] = {}

    def told(self, words: Sequence[Word]) -> Told:
        """What the words of a text tell. Cost: 15 µs; for words not met before 50 µs each, for many of them 40 µs."""
        known = self._known
        records = [known.get(word) for word in words]
        missing = dict.fromkeys([word for word, record in zip(words, records, strict=True) if record is None])
        met = self._met(missing) if missing else {}
        return Told([record or met[word] for word, record in zip(words, records, strict=True)])

    def _met(self, words: Iterable[Word]) -> dict[Word, bytes]:
        """Words that are not among those met last."""
        old = self._old
        met = {word: old[word] for word in words if word in old}
        new = [word for word in words if word not in met]
        for first in range(0, len(new), _AT_ONCE):
            some = new[first : first + _AT_ONCE]
            met.update(zip(some, self._worked_out(some), strict=True))
        if len(self._known) >= _KEPT:
            self._known, self._old = {}, self._known
        self._known.update(met)
        return met

    def _worked_out(self, words: Sequence[Word]) -> list[bytes]:
        facts = [word_facts(word, place, self._weights.classes_of(folded(word))) for word, place in words]
        rows, starts = word_rows(facts)
        # `take` and a cast before the sum: a third of the time of the plain expression.
        weights = np.add.reduceat(self._weights.table.take(rows, axis=0).astype(np.int32), starts, axis=0)
        return [each.tobytes() for each in _records(facts, weights)]


def _records(facts: Sequence[WordFacts], weights: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    records = np.empty((len(facts), _N_NUMBERS), np.int32)
    records[:, :_HASHES] = np.array([(each.name, each.shape) for each in facts], np.uint32).view(np.int32)
    records[:, _HASHES:] = weights.reshape(len(facts), -1)
    return records
