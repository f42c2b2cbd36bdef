"""What does each word of a text tell of the tokens around it? Worked out once for each word, and kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from struct import Struct

import numpy as np
import numpy.typing as npt

from suggest.text.tagger_class_sums import ClassSums
from suggest.text.tagger_features import AFTER, BEFORE, N_HASHES, OFFSETS, Hashes, context_hashes, word_facts, word_rows
from suggest.text.tagger_lattice import N_TAGS
from suggest.text.tagger_weights import TaggerWeights

_KEPT = 16_384  # twice that many are held, 350 bytes each; more than the words of 6,000 comments
_AT_ONCE = 256  # words worked out together: more take no less time each
_HASHES = Struct(f"={N_HASHES}I")
_MARGIN = len(OFFSETS) // 2
_N_NUMBERS = N_HASHES + len(OFFSETS) * N_TAGS
_SIZE = np.dtype(np.int32).itemsize
_RECORD = _N_NUMBERS * _SIZE
# From what a word tells at one offset to what the next word tells at the next one: both speak of the same token.
_STRIDES = _RECORD, _RECORD + N_TAGS * _SIZE, _SIZE

Word = tuple[str, str]
"""A word, and where it stands: one of `places`."""


def _nothing(mark: int) -> bytes:
    """What stands before the first word or after the last one tells nothing but that."""
    return (_HASHES.pack(*[mark] * N_HASHES) + bytes(_RECORD - _HASHES.size)) * _MARGIN


_FIRST, _LAST = _nothing(BEFORE), _nothing(AFTER)


class Told:
    """What the words of one text tell.

    Attributes:
        hashes: uint32[n_words + 2, N_HASHES], as `context_rows` wants them.
    """

    def __init__(self, records: Sequence[bytes]) -> None:
        self._n_words = len(records)
        self._records = b"".join([_FIRST, *records, _LAST])
        self.hashes: Hashes = np.ndarray(
            (self._n_words + 2, N_HASHES),
            np.uint32,
            self._records,
            offset=(_MARGIN - 1) * _RECORD,
            strides=(_RECORD, _SIZE),
        )

    def emissions(self) -> npt.NDArray[np.int32]:
        """int32[n_words, N_TAGS], the sum of what all words around a token tell of it."""
        shape = self._n_words, len(OFFSETS), N_TAGS
        told = np.ndarray(shape, np.int32, self._records, offset=_HASHES.size, strides=_STRIDES)
        total: npt.NDArray[np.int32] = told.sum(axis=1, dtype=np.int32)
        return total


class WordMemory:
    """What words tell, by the weights of one language.

    Safe to use from several threads: two may work out the same word, or drop what the other has just kept; neither
    sees half of it.
    """

    def __init__(self, weights: TaggerWeights) -> None:
        self._table = weights.table
        self._classes = ClassSums(weights)
        # Those met before as their numbers in a row, and those met before that.
        self._known: dict[Word, bytes] = {}
        self._old: dict[Word, bytes] = {}

    def told(self, words: Sequence[Word]) -> Told:
        """What the words of a text tell. Cost: 15 µs; for words not met before 30 µs each."""
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

    def _worked_out(self, words: Sequence[Word]) -> Iterator[bytes]:
        facts = [word_facts(word, place, ()) for word, place in words]
        rows, starts = word_rows(facts)
        # `take` and a cast before the sum: a third of the time of the plain expression.
        weights = np.add.reduceat(self._table.take(rows, axis=0).astype(np.int32), starts, axis=0, dtype=np.int32)
        for word, each, of_word in zip(words, facts, weights.reshape(len(words), -1), strict=True):
            of_classes = self._classes.of(*word)
            told, classes = (of_word, ()) if of_classes is None else (of_word + of_classes[0], of_classes[1])
            yield _HASHES.pack(*context_hashes(word[0], each, classes)) + told.tobytes()
