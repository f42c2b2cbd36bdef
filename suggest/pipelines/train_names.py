"""Texts that somebody annotated teach the tagger which names comments of theirs hold."""

from __future__ import annotations

from typing import Any

from suggest.artifacts import GenerationWriter
from suggest.errors import NotEnoughExamples, WorseThanUntrained
from suggest.pipelines.read_lexicon import read_annotations
from suggest.pipelines.report import ReadReport
from suggest.pipelines.tagger_corpus import AnnotatedText
from suggest.pipelines.train_tagger import Refined, SpanScore, refine
from suggest.pipelines.trained import Trained
from suggest.pipelines.training import Training
from suggest.text.tagger import Tagger
from suggest.text.tagger_weights import TAGGER_PREFIX, save_weights, weights_file


def train_names(training: Training) -> Trained:
    """Refines the tagger by annotated texts, from the weights that ship: training again adds nothing twice.

    Raises:
        NotEnoughExamples: no annotations were given, or too few of them.
        WorseThanUntrained: what was learned finds names of the texts held back less well.
    """
    if not training.annotations:
        raise NotEnoughExamples("no annotated texts were given; the tagger stays as it is")
    rows = read_annotations(training.annotations, report=ReadReport())
    texts = [AnnotatedText(row.text, row.spans) for row in rows]
    refined = refine(texts, Tagger.default(), lambda stage: training.told(stage, 0, 0))
    if not refined.is_better:
        raise WorseThanUntrained(f"{_sentence(refined)}; nothing was published, and the tagger stays as it is")
    figures = {"texts": refined.n_texts, "before": _figures(refined.before), "after": _figures(refined.after)}
    return Trained(TAGGER_PREFIX, lambda writer: _save(writer, refined), _sentence(refined), figures)


def _save(writer: GenerationWriter, refined: Refined) -> None:
    for language, weights in refined.weights.items():
        save_weights(writer.path(weights_file(language)), weights)


def _sentence(refined: Refined) -> str:
    return (
        f"names of {refined.before.marked} spans held back: F1 {refined.after.f1:.3f} learned from "
        f"{sum(refined.n_texts.values())} texts, {refined.before.f1:.3f} before"
    )


def _figures(found: SpanScore) -> dict[str, Any]:
    return {"f1": found.f1, "precision": found.precision, "recall": found.recall, "marked": found.marked}
