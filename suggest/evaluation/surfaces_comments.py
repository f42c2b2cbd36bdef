"""Entities in comments beside what annotators marked: which spans are the same, which at least touch?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from suggest.evaluation.intervals import Interval, Values, bootstrap

Spans = Sequence[tuple[int, int]]
"""(start, end) in code points, ascending, not overlapping."""


@dataclass(frozen=True, slots=True)
class SpanScores:
    """The figures of one system; intervals by bootstrap over texts.

    Attributes:
        n_texts: how many.
        n_annotated: spans that annotators marked.
        n_found: spans that the system did.
        f1: harmonic mean of the two below.
        precision: share of found spans that are annotated, both ends the same.
        recall: share of annotated spans that were found so.
        overlap_precision: share of found spans that touch an annotated one.
    """

    n_texts: int
    n_annotated: int
    n_found: int
    f1: Interval
    precision: Interval
    recall: Interval
    overlap_precision: Interval

    def to_json(self) -> dict[str, Any]:
        """Plain numbers and lists; an interval is `[value, low, high]`, null where nothing was found or annotated."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def span_scores(pairs: Iterable[tuple[Spans, Spans]], *, resamples: int = 1000, seed: int = 0) -> SpanScores:
    """Sums over all texts, then ratios (micro-averages); kinds do not count.

    Source: Tjong Kim Sang and De Meulder, "Introduction to the CoNLL-2003 Shared Task", 2003 (exact spans).

    Args:
        pairs: of each text the spans that were found, and those annotated.
        resamples: bootstrap draws of texts.
        seed: of the draws.

    Raises:
        ValueError: there are no texts.
    """
    rows = np.array([_counts(found, annotated) for found, annotated in pairs], dtype=np.float64)
    if not len(rows):
        raise ValueError("expected annotated texts, got none")
    texts = [str(row) for row in range(len(rows))]
    figures = (
        bootstrap(one, rows, texts, resamples=resamples, seed=seed) for one in (_f1, _precision, _recall, _overlap)
    )
    _, _, n_found, n_annotated = rows.sum(axis=0).astype(int).tolist()
    return SpanScores(len(rows), n_annotated, n_found, *figures)


def _counts(found: Spans, annotated: Spans) -> tuple[int, int, int, int]:
    """Spans that are the same, found ones that touch an annotated one, found, annotated."""
    touching = sum(
        any(start < other_end and other_start < end for other_start, other_end in annotated) for start, end in found
    )
    return len(set(found) & set(annotated)), touching, len(found), len(annotated)


def _f1(sums: Values) -> float:
    return _over(2 * sums[0], sums[2] + sums[3])


def _precision(sums: Values) -> float:
    return _over(sums[0], sums[2])


def _recall(sums: Values) -> float:
    return _over(sums[0], sums[3])


def _overlap(sums: Values) -> float:
    return _over(sums[1], sums[2])


def _over(part: float, whole: float) -> float:
    return float(part / whole) if whole else math.nan


def _plain(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    return None if math.isnan(value[0]) else list(value)
