"""Learns to find names from annotated texts: the weights that ship, and their refinement by texts of one's own.

    python -m suggest.pipelines.train_tagger --help

The weights are those under which the annotators' tags are likeliest, less a penalty for weights far from where
they started (zero, or the weights that ship). The same texts give the same weights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize  # type: ignore[import-untyped]

from suggest.errors import NotEnoughExamples
from suggest.pipelines.tagger_corpus import AnnotatedText, Corpus, read_corpus
from suggest.pipelines.tagger_loss import Steps, counted_pairs, expected, steps_of
from suggest.text.tagger import Tagger
from suggest.text.tagger_features import BITS
from suggest.text.tagger_language import language_of
from suggest.text.tagger_lattice import N_TAGS
from suggest.text.tagger_tokens import tokenise
from suggest.text.tagger_weights import TaggerWeights, quantised

Floats = npt.NDArray[np.float32]

# Names of texts held back are often those of other Persian and Hindi texts, and a small penalty learns them: F1 0.684
# and 0.809 with 2, 0.681 and 0.798 with more. English texts held back cost 1.38, 1.27, 1.20, 1.19 nats each at
# 3, 6, 12, 24, with F1 0.618 to 0.630.
_PENALTIES = {"en": 24.0, "fa": 2.0, "hi": 2.0, "zh": 18.0}
_LEAST_USES = {"en": 2, "fa": 1, "hi": 1, "zh": 5}  # what fewer tokens show is not learned
_ITERATIONS = 60  # the loss falls by less than a thousandth in each after that, and F1 no more
_OUTSIDE = tuple(step / 4 for step in range(9))  # nats tried
_LEAST = tuple(step / 20 for step in range(4, 13))  # and probabilities
_HELD_BACK = 5  # one text of five judges, by a hash of it
_LEAST_TEXTS = 20


@dataclass(frozen=True, slots=True)
class SpanScore:
    """How names that were found agree with those that annotators marked, as exactly these spans.

    Attributes:
        right: Names found that are marked.
        found: Names found.
        marked: Names marked.
    """

    right: int
    found: int
    marked: int

    @property
    def precision(self) -> float:
        """Share of the names found that are marked; 0 where none is found."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Share of the marked names that are found; 0 where none is marked."""
        return self.right / self.marked if self.marked else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 where nothing is found and nothing marked."""
        return 2 * self.right / (self.found + self.marked) if self.found + self.marked else 0.0


def score(tagger: Tagger, texts: Sequence[AnnotatedText], language: str | None = None) -> SpanScore:
    """How well a tagger finds the names of texts."""
    right = found = marked = 0
    for text, spans in texts:
        names = {(name.start, name.end) for name in tagger.tag(text, tokenise(text), language)}
        right, found, marked = right + len(names & set(spans)), found + len(names), marked + len(set(spans))
    return SpanScore(right, found, marked)


def fit(texts: Sequence[AnnotatedText], language: str, base: TaggerWeights) -> TaggerWeights:
    """Weights learned from texts, starting from others and staying near them.

    Args:
        texts: At least one with a word; all of one language.
        language: Of the texts, one of `LANGUAGES`.
        base: Where to start (`blank()` for nothing known); its classes of words and its limits are kept.

    Cost: 10 s for 100,000 tokens on one core.
    """
    corpus = read_corpus(texts, language, base.classes_of, _LEAST_USES[language])
    start = (base.table[corpus.columns].astype(np.float32) * np.float32(base.unit), base.steps.astype(np.float32))
    columns, steps = _fitted(corpus, *start, _PENALTIES[language])
    table = base.table.astype(np.float32) * np.float32(base.unit)
    table[corpus.columns] = columns
    values, unit = quantised(table)
    return replace(base, table=values, unit=unit, steps=steps)


def blank(
    class_words: npt.NDArray[np.uint32] | None = None, classes: npt.NDArray[np.uint16] | None = None
) -> TaggerWeights:
    """Weights that know nothing but classes of words."""
    return TaggerWeights(
        table=np.zeros((1 << BITS, N_TAGS), np.int8),
        unit=1.0,
        steps=np.zeros((N_TAGS, N_TAGS), np.float32),
        outside=0.0,
        least=0.0,
        class_words=np.zeros(0, np.uint32) if class_words is None else class_words,
        classes=np.zeros((0, 0), np.uint16) if classes is None else classes,
    )


def _fitted(corpus: Corpus, table: Floats, chain: Floats, penalty: float) -> tuple[Floats, Floats]:
    steps = steps_of(corpus.lengths)
    marked = np.eye(N_TAGS, dtype=np.float32)[corpus.tags]
    goal = _Goal(
        corpus, steps, corpus.gradient(marked), counted_pairs(corpus.tags, steps), _packed(table, chain), penalty
    )
    options = {"maxiter": _ITERATIONS, "maxcor": 7, "ftol": 1e-5}
    found = minimize(goal.loss, goal.start, jac=True, method="L-BFGS-B", options=options)
    return _unpacked(found.x)


def _packed(table: Floats, chain: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    return np.concatenate([np.asarray(table, np.float64).ravel(), np.asarray(chain, np.float64).ravel()])


def _unpacked(numbers: npt.NDArray[np.float64]) -> tuple[Floats, Floats]:
    single: Floats = numbers.astype(np.float32)
    return single[: -(N_TAGS**2)].reshape(-1, N_TAGS), single[-(N_TAGS**2) :].reshape(N_TAGS, N_TAGS)


@dataclass(frozen=True, slots=True)
class _Goal:
    corpus: Corpus
    steps: Steps
    marked: Floats  # what `expected` would give if the tags were certain
    pairs: npt.NDArray[np.float64]
    start: npt.NDArray[np.float64]
    penalty: float

    def loss(self, numbers: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        table, chain = _unpacked(numbers)
        there = expected(self.corpus.emissions(table), chain, self.steps)
        marked = float((table * self.marked).sum(dtype=np.float64) + (chain * self.pairs).sum())
        moved = numbers - self.start
        slope = _packed(self.corpus.gradient(there.tags) - self.marked, there.pairs - self.pairs)
        return there.log_total - marked + 0.5 * self.penalty * float(moved @ moved), slope + self.penalty * moved


def with_best_limits(weights: TaggerWeights, texts: Sequence[AnnotatedText], language: str) -> TaggerWeights:
    """The same weights with the `outside` and `least` that give the best F1 on texts they were not learned from."""
    tried = [_with_best_least(replace(weights, outside=outside, least=0), texts, language) for outside in _OUTSIDE]
    return max(tried, key=lambda pair: pair[0])[1]


def _with_best_least(
    weights: TaggerWeights, texts: Sequence[AnnotatedText], language: str
) -> tuple[float, TaggerWeights]:
    tagger = Tagger({language: weights})
    right: list[float] = []
    wrong: list[float] = []
    for text, spans in texts:
        for start, end, chance in tagger.tag(text, tokenise(text), language):
            (right if (start, end) in spans else wrong).append(chance)
    marked = sum(len(set(spans)) for _, spans in texts)
    chances, misses = np.array(right), np.array(wrong)
    scores = [
        SpanScore(int((chances >= least).sum()), int((chances >= least).sum() + (misses >= least).sum()), marked).f1
        for least in _LEAST
    ]
    best = int(np.argmax(scores))
    return scores[best], replace(weights, least=_LEAST[best])


@dataclass(frozen=True, slots=True)
class Refined:
    """A tagger that learned from texts of one's own, and whether it is better on those held back.

    Attributes:
        weights: Refined from all the texts, of each language that there are texts in.
        n_texts: Texts by language.
        before: Score of the tagger it started from on the texts held back.
        after: Score there of one refined from the other texts.
    """

    weights: Mapping[str, TaggerWeights]
    n_texts: Mapping[str, int]
    before: SpanScore
    after: SpanScore

    @property
    def is_better(self) -> bool:
        """Whether to use it: no worse F1 on what it has not seen."""
        return self.after.f1 >= self.before.f1


def refine(texts: Sequence[AnnotatedText], base: Tagger, progress: Callable[[str], None] = lambda _: None) -> Refined:
    """A tagger that learns from texts of one's own, each language by itself.

    A fifth of the texts, chosen by a hash, is held back to judge by.

    Args:
        texts: Annotated texts; those in languages without weights are left out. Texts that occur twice count once.
        base: What to start from.
        progress: Told what is being done.

    Raises:
        NotEnoughExamples: Too few texts, or none held back has a name.
    """
    by_language = _by_language(texts, base)
    held = [each for part in by_language.values() for each in part if is_held_back(each.text)]
    if sum(map(len, by_language.values())) < _LEAST_TEXTS or not any(each.spans for each in held):
        raise NotEnoughExamples(
            f"annotations: expected {_LEAST_TEXTS} or more texts in {', '.join(sorted(base.weights))}, with names in "
            f"some of those held back; got {sum(map(len, by_language.values()))}. Annotate more, or leave them out"
        )
    judged, final = {}, {}
    for language, part in by_language.items():
        progress(f"learning names from {len(part)} annotated texts ({language})")
        kept = [each for each in part if not is_held_back(each.text)]
        judged[language] = _refit(kept, language, base.weights[language])
        final[language] = _refit(part, language, base.weights[language])
    counts = {language: len(part) for language, part in by_language.items()}
    return Refined(final, counts, score(base, held), score(Tagger(judged), held))


def _refit(texts: Sequence[AnnotatedText], language: str, base: TaggerWeights) -> TaggerWeights:
    return fit(texts, language, base) if texts else base


def _by_language(texts: Sequence[AnnotatedText], base: Tagger) -> dict[str, list[AnnotatedText]]:
    parts: dict[str, list[AnnotatedText]] = {}
    for each in {each.text: each for each in texts}.values():
        language = language_of(each.text)
        if language is not None and language in base.weights:
            parts.setdefault(language, []).append(each)
    return parts


def is_held_back(text: str) -> bool:
    """Whether a text judges instead of teaching: one of five, by a hash of the text."""
    return crc32(text.encode("utf-8", "surrogatepass")) % _HELD_BACK == 0
