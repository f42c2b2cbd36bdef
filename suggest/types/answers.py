"""What the engine answers with."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import repeat
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

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


class Observed(NamedTuple):
    """Outcome of `Engine.observe`.

    Attributes:
        accepted: events that are now in the state and were not there before.
        duplicates: events that had been accepted earlier.
        rejected: (index into the records given, reason) of each malformed record.
    """

    accepted: int
    duplicates: int
    rejected: list[tuple[int, str]]


class Answer(NamedTuple):
    """What `Engine.answer` returns.

    Attributes:
        suggestions: best first.
        tried: the fallbacks that were asked besides own history and the plain prefix.
        cut: those of them that ran out of budget or time, so that matches may be missing.
        visited: nodes that the fallbacks visited: the counted work.
        features: float32[n_suggestions, n_features], what the order was made from; None of an answer that was kept
            ready for everybody.
        at_us: the moment they are of.
    """

    suggestions: list[Suggestion]
    tried: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    visited: int = 0
    features: npt.NDArray[np.float32] | None = None
    at_us: int = 0


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
    new = partial(tuple.__new__, Suggestion)
    return list(map(new, zip(texts, scores, sources, highlights, repeat(None))))


class EntitySpan(NamedTuple):
    """One tappable span of a comment.

    Attributes:
        start: first code point of the span in the text given.
        end: code point after the last one.
        surface: the text between them.
        query: what a tap searches for.
        score: higher is better.
        kind: kind of the entity, e.g. `music`.
        explanation: where it was found and what its score is made of; only when asked for.
    """

    start: int
    end: int
    surface: str
    query: str
    score: float
    kind: str
    explanation: dict[str, Any] | None = None
