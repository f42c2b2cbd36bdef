"""Names in social texts that no lexicon holds: where are they, and how sure is that?

A conditional random field over hashed facts (`suggest.text.tagger_features`), one set of weights for each of
English, Chinese, Persian and Hindi (`models/tagger_*.npz`, their card in models/README.md). What a lexicon finds is
no fact here: half a million names gained nothing over the classes of words learned from such names, F1 0.623 against
0.629. `Reading.probability` says what the tagger makes of a lexicon's names.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.text.tagger_features import (
    OFFSETS,
    WordHashes,
    context_hashes,
    folded,
    places,
    rows_of,
    surfaces,
    word_hashes,
)
from suggest.text.tagger_language import LANGUAGES, language_of
from suggest.text.tagger_lattice import OUTSIDE, Lattice
from suggest.text.tagger_tokens import Token, TokenKind
from suggest.text.tagger_weights import TaggerWeights, load_weights

_KEPT_WORDS = 16_384  # 250 bytes each; nine in ten words of a comment are among them
_NEVER = -1000.0  # nats: of what may not be
_START, _END = attrgetter("start"), attrgetter("end")
_MASKED = frozenset({TokenKind.URL, TokenKind.MENTION})


class Tagged(NamedTuple):
    """A name: code points of the text, and the probability that just these are a name."""

    start: int
    end: int
    probability: float


class Reading:
    """What a tagger makes of one text."""

    def __init__(self, tokens: Sequence[Token], lattice: Lattice) -> None:
        self._tokens = tokens
        self._lattice = lattice

    def names(self) -> list[Tagged]:
        """Names in order, not overlapping, as many as make F1 best; none in URLs and @mentions."""
        tokens, chance = self._tokens, self._lattice.probability
        return [
            Tagged(tokens[first].start, tokens[end - 1].end, chance(first, end)) for first, end in self._lattice.names()
        ]

    def probability(self, start: int, end: int) -> float:
        """That code points `start` to `end` are a name, just these; 0 where they do not begin and end with tokens.

        Cost: the first time 6 µs a token, then 1 µs.
        """
        first = bisect_left(self._tokens, start, key=_START)
        last = bisect_left(self._tokens, end, lo=first, key=_END)
        if last == len(self._tokens) or (self._tokens[first].start, self._tokens[last].end) != (start, end):
            return 0.0
        return self._lattice.probability(first, last + 1)


class Tagger:
    """Finds names in texts of the languages it has weights for.

    Safe to use from several threads.

    Args:
        weights: What was learned, by language of `LANGUAGES`.
    """

    def __init__(self, weights: Mapping[str, TaggerWeights]) -> None:
        self.weights = weights
        self._models = {language: _Model(each, language) for language, each in weights.items()}

    @classmethod
    def default(cls) -> Tagger:
        """The tagger whose weights ship, read once in a process: 0.2 s, 25 MB."""
        return _default()

    def tag(self, text: str, tokens: Sequence[Token], language: str | None = None) -> list[Tagged]:
        """The names of a text: those of `read`, each with its probability; none where that gives None."""
        reading = self.read(text, tokens, language)
        return reading.names() if reading else []

    def read(self, text: str, tokens: Sequence[Token], language: str | None = None) -> Reading | None:
        """What the tagger makes of a text.

        Args:
            text: As written; nothing needs to be normalised.
            tokens: `tokenise(text)`.
            language: What the text is known to be in; None to tell it from the text.

        Returns:
            None for no tokens, and in a language without weights. Cost: about 10 µs a token, three times that
            for words not met before; linear.
        """
        model = self._models.get(language_of(text, language) or "")
        return Reading(tokens, model.lattice(text, tokens)) if model and tokens else None


@cache
def _default() -> Tagger:
    return Tagger({language: _shipped(language) for language in LANGUAGES})


def _shipped(language: str) -> TaggerWeights:
    with (resources.files("suggest.models") / f"tagger_{language}.npz").open("rb") as file:
        return load_weights(file)


def hashes_by_offset(hashes: WordHashes) -> list[list[int]]:
    """What a word tells of tokens at each of `OFFSETS` from it: the nearer, the more."""
    own, near, far = hashes
    return [[far, [*near, *far], [*own, *near, *far]][2 - abs(offset)] for offset in OFFSETS]


class _Model:
    """One language's weights at work."""

    def __init__(self, weights: TaggerWeights, language: str) -> None:
        self._weights = weights
        self._language = language
        self._steps = weights.steps.tolist()
        # Rows of words met before. Two threads may make the same one; neither sees half of it.
        self._known: dict[tuple[str, str], npt.NDArray[np.float32]] = {}

    def lattice(self, text: str, tokens: Sequence[Token]) -> Lattice:
        words = surfaces(text, tokens)
        emissions = self._of_words(words)
        emissions += self._of_context(context_hashes(text, tokens, words, self._language))
        emissions[:, OUTSIDE] -= self._weights.outside
        emissions[[token.kind in _MASKED for token in tokens], OUTSIDE + 1 :] = _NEVER
        return Lattice(emissions.tolist(), self._steps)

    def _of_words(self, words: Sequence[str]) -> npt.NDArray[np.float32]:
        told = np.stack([self._row(word, place) for word, place in zip(words, places(words), strict=True)])
        emissions = told[:, OFFSETS.index(0)].copy()
        for index, offset in enumerate(OFFSETS):
            if offset < 0:
                emissions[-offset:] += told[:offset, index]
            elif offset > 0:
                emissions[:-offset] += told[offset:, index]
        return emissions

    def _row(self, word: str, place: str) -> npt.NDArray[np.float32]:
        """float32[len(OFFSETS), N_TAGS]: what a word tells of the tokens around it."""
        row = self._known.get((word, place))
        if row is None:
            hashes = word_hashes(word, place, self._weights.classes_of(folded(word)))
            by_offset = zip(hashes_by_offset(hashes), OFFSETS, strict=True)
            row = np.stack([self._sum(rows_of(each, offset)) for each, offset in by_offset])
            if len(self._known) >= _KEPT_WORDS:
                self._known = {}
            self._known[word, place] = row
        return row

    def _sum(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        total: npt.NDArray[np.int32] = self._weights.table[rows].sum(axis=0, dtype=np.int32)
        return total.astype(np.float32) * np.float32(self._weights.unit)

    def _of_context(self, hashes: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        starts = np.cumsum([0, *map(len, hashes[:-1])])
        values = self._weights.table[rows_of([each for facts in hashes for each in facts])]
        sums: npt.NDArray[np.int32] = np.add.reduceat(values, starts, axis=0, dtype=np.int32)
        return sums.astype(np.float32) * np.float32(self._weights.unit)
