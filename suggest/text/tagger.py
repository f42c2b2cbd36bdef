"""Names in social texts that no lexicon holds: where are they, and how sure is that?

A conditional random field over hashed facts (`suggest.text.tagger_features`), one set of weights for each of
English, Chinese, Persian and Hindi (`models/tagger_*.npz`, their card in models/README.md). What a lexicon finds is
no fact here: half a million names gained nothing over the classes of words learned from such names, F1 0.623 against
0.629. `Reading.probability` says what the tagger makes of a lexicon's names.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from suggest.artifacts import Generation
from suggest.errors import GenerationBroken
from suggest.text.tagger_features import context_rows, places, surfaces
from suggest.text.tagger_language import LANGUAGES, language_of
from suggest.text.tagger_lattice import OUTSIDE, Lattice
from suggest.text.tagger_tokens import Token, TokenKind
from suggest.text.tagger_weights import TaggerWeights, load_weights, weights_file
from suggest.text.tagger_words import WordMemory

_CLASSES_KEPT = 16_384  # of words, 0.3 kB each
_ROUNDING = 0.01  # of a probability, by far
_NEVER = -1000.0  # nats: of what may not be
_START, _END = attrgetter("start"), attrgetter("end")
_URL, _MENTION = TokenKind.URL, TokenKind.MENTION


class Tagged(NamedTuple):
    """A name: code points of the text, and the probability that just these are a name."""

    start: int
    end: int
    probability: float


class Reading:
    """What a tagger makes of one text."""

    def __init__(self, tokens: Sequence[Token], lattice: Lattice, least: float) -> None:
        self._tokens = tokens
        self._lattice = lattice
        self._least = least

    def names(self) -> list[Tagged]:
        """Names in order, not overlapping, as many as make F1 best; none in URLs and @mentions."""
        tokens = self._tokens
        spans = ((first, end, self._lattice.probability(first, end)) for first, end in self._lattice.names())
        return [
            Tagged(tokens[first].start, tokens[end - 1].end, chance)
            for first, end, chance in spans
            if chance >= self._least
        ]

    def probability(self, start: int, end: int, least: float = 0.0) -> float:
        """That code points `start` to `end` are a name, just these; 0 where they do not begin and end with tokens.

        Args:
            start: First code point.
            end: After the last one.
            least: What is surely less likely may give 0 instead.

        Cost: the first time 4 µs a token, then 1 µs; 3 µs for what is surely less likely than `least`.
        """
        first = bisect_left(self._tokens, start, key=_START)
        last = bisect_left(self._tokens, end, lo=first, key=_END)
        if last == len(self._tokens) or (self._tokens[first].start, self._tokens[last].end) != (start, end):
            return 0.0
        if least and self._lattice.most_probable(first, last + 1) < least - _ROUNDING:
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
        self._models: dict[str, _Model] = {}

    @classmethod
    def default(cls) -> Tagger:
        """The tagger whose weights ship; a language is read when its first text comes, 50 ms and 6 MB each."""
        return _default()

    @classmethod
    def of(cls, generation: Generation) -> Tagger:
        """The tagger of a generation: what was trained for it, for other languages the weights that ship.

        Raises:
            GenerationBroken: it was trained on other facts than these.
        """
        files = {language: weights_file(language) for language in LANGUAGES}
        try:
            own = {
                language: load_weights(generation.path(file))
                for language, file in files.items()
                if generation.holds(file)
            }
        except ValueError as error:
            raise GenerationBroken(f"{generation.directory}: {error}, after: suggest build") from error
        return cls(_Available(own)) if own else cls.default()

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
        found = language_of(text, language)
        if found is None or found not in self.weights or not tokens:
            return None
        return Reading(tokens, self._model(found).lattice(text, tokens), self.weights[found].least)

    def _model(self, language: str) -> _Model:
        model = self._models.get(language)
        if model is None:  # two threads may make it at once: the same twice
            model = self._models[language] = _Model(self.weights[language], language)
        return model


@cache
def _default() -> Tagger:
    return Tagger(_Available({}))


class _Available(Mapping[str, TaggerWeights]):
    """Weights of some languages, and of the others those that ship, read when they are asked for."""

    def __init__(self, own: Mapping[str, TaggerWeights]) -> None:
        self._own = own

    def __getitem__(self, language: str) -> TaggerWeights:
        if language not in LANGUAGES:
            raise KeyError(language)
        return self._own.get(language) or _shipped(language)

    def __iter__(self) -> Iterator[str]:
        return iter(LANGUAGES)

    def __len__(self) -> int:
        return len(LANGUAGES)


@cache
def _shipped(language: str) -> TaggerWeights:
    with (resources.files("suggest.models") / weights_file(language)).open("rb") as file:
        return load_weights(file)


class _Model:
    """One language's weights at work."""

    def __init__(self, weights: TaggerWeights, language: str) -> None:
        self._weights = weights
        self._language = language
        self._steps = weights.steps.tolist()
        self._words = WordMemory(weights)
        self._classes_of = lru_cache(_CLASSES_KEPT)(weights.classes_of)

    def lattice(self, text: str, tokens: Sequence[Token]) -> Lattice:
        words = surfaces(text, tokens)
        told = self._words.told(list(zip(words, places(words), strict=True)))
        rows = context_rows(text, tokens, told.hashes, self._language, self._classes_of)
        whole = told.emissions() + self._weights.table.take(rows, axis=0).sum(axis=1, dtype=np.int32)
        emissions = whole.astype(np.float32)
        emissions *= np.float32(self._weights.unit)
        emissions[:, OUTSIDE] -= self._weights.outside
        masked = [at for at, token in enumerate(tokens) if token.kind is _URL or token.kind is _MENTION]
        if masked:
            emissions[masked, OUTSIDE + 1 :] = _NEVER
        return Lattice(emissions.tolist(), self._steps)
