"""Queries like another one, queries beside an item, entities in comments: which engine answers, and what is counted.

Nothing here awaits: an answer is of one generation, and may be made on the event loop or in a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any, Literal, NamedTuple, TypeVar

from suggest.engine import Engine
from suggest.engine.comment_entities import SERVICE_MAX_PER_CHARS, SERVICE_MIN_SCORE
from suggest.errors import StateError
from suggest.evaluation.interleaving import Team
from suggest.rank.item_order import DEFAULT_MIN_SCORE
from suggest.rank.related import SERVICE_MIN_RELEVANCE
from suggest.service.answers import answer_tail, next_request_id, with_request_id
from suggest.service.bodies import Comment
from suggest.service.context import Context
from suggest.service.credit import credited_id
from suggest.service.draft import drafted
from suggest.service.experiment import Arm, Experiment
from suggest.service.offsets import in_utf16
from suggest.service.settings import Gates
from suggest.types import Answer, EntitySpan, Suggestion

Surface = Literal["related", "item", "comment"]
Found = TypeVar("Found")
Ask = Callable[[Engine, str | None], list[Suggestion]]
"""Asks an engine for a user, or for nobody in particular."""


DEFAULT_GATES = Gates(SERVICE_MIN_RELEVANCE, DEFAULT_MIN_SCORE, SERVICE_MIN_SCORE, SERVICE_MAX_PER_CHARS)
"""What is not shown where neither the request nor the service says."""


class Asker(NamedTuple):
    """Who asks for suggestions, and in which form.

    Attributes:
        user: whose answer it is, or None.
        session: the client's, by which the arm of an experiment is chosen for nobody in particular.
        k: most suggestions.
        explain: whether each says what it is made from.
    """

    user: str | None = None
    session: str | None = None
    k: int = 10
    explain: bool = False


class Answered(NamedTuple):
    """One answer of a surface, ready to send.

    Attributes:
        body: JSON.
        arm: of the experiment that gave it, or None.
        n_suggestions: how many it holds.
        seconds: that it took.
        n_suppressed: how many more it would hold without a gate; None where that was not looked at.
    """

    body: bytes
    arm: str | None
    n_suggestions: int
    seconds: float
    n_suppressed: int | None = None


def gates_of(context: Context) -> Gates:
    """What is not shown to requests that do not say: as the service was told, else the defaults of the surfaces."""
    return context.settings.gates or DEFAULT_GATES


def answer_suggestions(context: Context, query: str, ask: Ask, asker: Asker, ungated: Ask | None = None) -> Answered:
    """Suggestions of the request's arm, or without the person where the state cannot be read.

    Args:
        context: of the worker.
        query: what the answer repeats.
        ask: the surface of an engine.
        asker: who asks.
        ungated: as `ask`, with nothing left out; None where nothing is.

    Raises:
        SuggestError: to be answered with a problem document.
    """
    begin = perf_counter()
    request_id = next_request_id()
    chosen = _chosen(context, asker, request_id)
    asked = [_asked(context, ask, engine, asker.user) for engine in chosen.engines]
    suggestions, teams = asked[0][0], list[Team]()
    if len(asked) > 1:
        draft, teams = drafted(Answer(suggestions), Answer(asked[1][0]), asker.k, request_id)
        suggestions = draft.suggestions
    degraded = any(degraded for _, degraded in asked)
    tail = answer_tail(chosen.engines[0], query, suggestions, explain=asker.explain, degraded=degraded)
    body = with_request_id(tail, chosen.credited(request_id, teams))
    arm = None if chosen.arm is None else chosen.arm.name
    seconds, n_suppressed = perf_counter() - begin, None
    if ungated is not None and context.metrics.surfaces.is_sampled():
        n_suppressed = len(ungated(chosen.engines[0], None if degraded else asker.user)) - len(asked[0][0])
    return Answered(body, arm, len(suggestions), seconds, n_suppressed)


def count_answered(context: Context, surface: Surface, answered: Answered) -> None:
    """Counts an answer that was sent; on the event loop only."""
    surfaces = context.metrics.surfaces
    surfaces.count(surface, answered.seconds, [answered.n_suggestions], answered.arm)
    if answered.n_suppressed is not None:
        surfaces.count_suppressed(surface, 1, answered.n_suppressed)


def answer_comments(context: Context, comments: Sequence[Comment]) -> list[dict[str, Any]]:
    """The entities of each comment, in order; those that one person reads under one item are looked at together.

    Raises:
        SuggestError: to be answered with a problem document.
    """
    gates = gates_of(context)
    groups: dict[tuple[Any, ...], list[int]] = {}
    for place, comment in enumerate(comments):
        groups.setdefault(_circumstances(comment, gates), []).append(place)
    answers: list[dict[str, Any]] = [{} for _ in comments]
    for circumstances, places in groups.items():
        found = _entities(context, [comments[place] for place in places], circumstances)
        for place, answer in zip(places, found, strict=True):
            answers[place] = answer
    return answers


def _circumstances(comment: Comment, gates: Gates) -> tuple[Any, ...]:
    """What comments must share to be looked at together, as arguments of `Engine.entities_of_comments`."""
    min_score = comment.given("min_score", gates.comment_min_score)
    max_per_chars = comment.given("max_per_chars", gates.comment_max_per_chars)
    return comment.item, comment.user, comment.locale, min_score, max_per_chars, comment.explain


def _entities(context: Context, comments: Sequence[Comment], circumstances: tuple[Any, ...]) -> list[dict[str, Any]]:
    item, user, *others, explain = circumstances
    request_ids = [next_request_id() for _ in comments]
    chosen = _chosen(context, Asker(user), request_ids[0])
    engine = chosen.engines[0]
    texts = [comment.text for comment in comments]

    def ask(engine: Engine, reader: str | None) -> list[list[EntitySpan]]:
        return engine.entities_of_comments(texts, item, reader, *others, explain=explain)

    found, degraded = _asked(context, ask, engine, user)
    if not degraded:
        _count_suppressed(context, engine, texts, circumstances, found)
    made_of = {"generation": engine.generation, "watermark": engine.watermark, "degraded": degraded}
    # Spans of two orders cannot be drafted into one text: the first answers alone, and nobody is credited.
    if not (chosen.arm and chosen.arm.interleave):
        request_ids = [chosen.credited(request_id) for request_id in request_ids]
    return [
        {"request_id": request_id, "entities": _entities_of(comment, spans), **made_of}
        for request_id, comment, spans in zip(request_ids, comments, found, strict=True)
    ]


def _count_suppressed(
    context: Context,
    engine: Engine,
    texts: Sequence[str],
    circumstances: tuple[Any, ...],
    shown: Sequence[Sequence[Any]],
) -> None:
    """Of some comments, how many more spans there would be without gates."""
    item, user, locale, *gates, _ = circumstances
    if gates == [None, None] or not context.metrics.surfaces.is_sampled():
        return
    every = engine.entities_of_comments(texts, item, user, locale)
    context.metrics.surfaces.count_suppressed("comment", len(texts), sum(map(len, every)) - sum(map(len, shown)))


class _Chosen(NamedTuple):
    """The engines that answer a request, two where a draft is made of their answers, and their arm."""

    engines: Sequence[Engine]
    experiment: Experiment | None = None
    arm: Arm | None = None

    def credited(self, request_id: str, teams: Sequence[Team] = ()) -> str:
        if self.experiment is None or self.arm is None:
            return request_id
        return credited_id(request_id, self.experiment, self.arm, teams)


def _chosen(context: Context, asker: Asker, request_id: str) -> _Chosen:
    serving, experiment = context.generations.serving, context.settings.experiment
    if experiment is None or not serving.arms:
        return _Chosen((serving.engine,))
    arm = experiment.arm_of(asker.user, asker.session, request_id)
    if arm.name not in serving.arms:
        arm = experiment.control
    return _Chosen(serving.arms[arm.name], experiment, arm)


def _asked(
    context: Context, ask: Callable[[Engine, str | None], Found], engine: Engine, user: str | None
) -> tuple[Found, bool]:
    """What an engine found, and whether it did so without the person: that is counted."""
    try:
        return ask(engine, user), False
    except StateError:
        if user is None:
            raise
    found = ask(engine, None)
    context.metrics.degraded.inc()
    return found, True


def _entities_of(comment: Comment, spans: Sequence[EntitySpan]) -> list[dict[str, Any]]:
    """Spans in the units that were asked for."""
    if comment.offsets == "utf16":
        spans = in_utf16(comment.text, spans)
    rows = [span._asdict() for span in spans]
    if not comment.explain:
        for row in rows:
            del row["explanation"]
    return rows
