"""What the engine answers with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

Source = Literal[
    "history",
    "prefix",
    "words",
    "typo",
    "script",
    "session",
    "trending",
    "generated",
    "related",
    "item",
]


class Suggestion(NamedTuple):
    """One suggested query.

    Attributes:
        query: the display form, ready to show.
        score: higher is better; comparable within one answer only.
        source: where the candidate came from.
        highlights: (start, end) pairs of code points into `query` that match what was typed.
        explanation: match kind, features and score parts; only when asked for.
    """

    query: str
    score: float
    source: Source
    highlights: tuple[tuple[int, int], ...] = ()
    explanation: dict[str, Any] | None = None


def suggestions(
    texts: Iterable[str],
    scores: Iterable[float],
    sources: Iterable[Source],
    highlights: Iterable[tuple[tuple[int, int], ...]],
) -> list[Suggestion]:
    """Suggestions from columns of one length, without explanations.

    Past the generated constructor, which takes keyword arguments and costs four times as much: ten are
    made on every request.
    """
    new = tuple.__new__
    return [new(Suggestion, (*row, None)) for row in zip(texts, scores, sources, highlights)]  # noqa: B905


class EntitySpan(NamedTuple):
    """One tappable span of a comment.

    Attributes:
        start: first code point of the span in the text given.
        end: code point after the last one.
        surface: the text between them.
        query: what a tap searches for.
        score: higher is better.
        kind: kind of the entity, e.g. `music`.
    """

    start: int
    end: int
    surface: str
    query: str
    score: float
    kind: str
