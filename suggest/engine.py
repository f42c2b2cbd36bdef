"""Request in, suggestions out: the only place where a request meets all stages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

from suggest.artifacts import Generation
from suggest.candidates import Candidate, Request, gather
from suggest.candidates.arguments import check_arguments, checked_id, checked_moment
from suggest.candidates.completed import completed
from suggest.candidates.fallbacks import Asked, Found, fallbacks_may_help
from suggest.candidates.highlighting import highlight_matches
from suggest.errors import ArgumentError, EventError, GenerationBroken, NotBuiltError
from suggest.features import compute
from suggest.index import ALL, Indexes
from suggest.interfaces import State
from suggest.rank import (
    REPETITION,
    Policy,
    Ranker,
    Scored,
    chosen,
    explanation,
    popular_scores,
    repetition,
    require_content,
    score_parts,
)
from suggest.stores import open_state
from suggest.stores.standing import StandingReader
from suggest.text import highlight_all, normalise_prefix
from suggest.types import (
    Answer,
    EntitySpan,
    Observed,
    Suggestion,
    now_us,
    parse_event,
    parse_where,
    rfc3339,
    suggestions,
)

JUDGED = 16_384
"""Verdicts of the policy on texts put together of words that are remembered, some 3 MB at most."""

RANKERS = ("default", "none")
"""Orders that `Engine.open` knows."""


class Engine:
    """One generation and one state, answering requests.

    Safe to call from several threads. Deterministic: the same generation, state and arguments
    give the same list, ties by query text.

    Attributes:
        generation: name of the generation.
        watermark: RFC 3339 time up to which the generation knows the log; None when it was built without events.
    """

    def __init__(self, generation: Generation, state: State, *, owns_state: bool, ranker: str) -> None:
        """Use `open`."""
        self.generation = generation.name
        watermark_us: int | None = generation.parameters["watermark_us"]
        self.watermark = None if watermark_us is None else rfc3339(watermark_us)
        self._indexes = Indexes.open(generation)
        self._ranker = Ranker.open(generation) if ranker == "default" else None
        self._policy = Policy.from_json(generation.json("policy"))
        self._admits = lru_cache(JUDGED)(lambda key: self._policy.refusal(key) is None)
        self._state = state
        self._owns_state = owns_state
        self._standing = StandingReader(generation, self._indexes, self._policy, state)

    @classmethod
    def open(
        cls,
        index_dir: str | Path,
        state: str | State | None = None,
        *,
        generation: str | None = None,
        ranker: str = "default",
        verify: bool = True,
    ) -> Self:
        """Opens an index directory.

        Args:
            index_dir: what `suggest build --out` wrote.
            state: `sqlite:///path`, `memory://`, None for memory that ends with the process, or an
                open state, which `close` then leaves open.
            generation: name of the generation; default the one in `CURRENT`.
            ranker: `default` for the generation's trained order where it holds one, `none` for the untrained.
            verify: compare the checksums of all files (about 1 s a GB).

        Raises:
            ArgumentError: there is no such ranker.
            GenerationBroken: there is no generation, or it is damaged.
            GenerationTooNew: it was written by a newer program.
            StateError: the state cannot be opened.
        """
        if ranker not in RANKERS:
            raise ArgumentError("ranker", f"expected one of {', '.join(RANKERS)}, got {ranker!r}")
        opened = Generation.open(index_dir, generation, verify=verify)
        if state is not None and not isinstance(state, str):
            return cls._over(opened, state, owns_state=False, ranker=ranker)
        own = open_state(state)
        try:
            return cls._over(opened, own, owns_state=True, ranker=ranker)
        except BaseException:
            own.close()
            raise

    @classmethod
    def _over(cls, generation: Generation, state: State, *, owns_state: bool, ranker: str) -> Self:
        try:
            return cls(generation, state, owns_state=owns_state, ranker=ranker)
        except (OSError, ValueError, LookupError, RuntimeError) as error:
            # Only without verification: a checksum would have found it.
            raise GenerationBroken(f"{generation.directory} cannot be read: {error}; build the index again") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the state if `open` opened it; maps are released with the engine."""
        if self._owns_state:
            self._state.close()

    def complete(
        self,
        text: str,
        k: int = 10,
        user: str | None = None,
        locale: str | None = None,
        region: str | None = None,
        session: str | None = None,
        now: object = None,
        where: object = None,
        match: str = "any",
        collapse: bool = True,
        explain: bool = False,
    ) -> list[Suggestion]:
        """Queries that somebody may mean who is typing this, best first for the person asking.

        Args:
            text: what stands in the box; a space at its end says that the word is complete. The
                empty text asks for what is popular, or the person's own.
            k: 1 to 100; fewer come back when there are fewer.
            user: whose history counts; None gives an answer that is not personal.
            locale: BCP 47; its own counts come first, then those of its language, then all.
            region: your code of where the person is; a trained order takes into account what is searched there.
            session: the client's session; None derives it by the 30-minute gap.
            now: RFC 3339, epoch seconds or an aware datetime. Nothing later influences the answer, beyond
                what the generation had counted when it was built and the limit of a person's latest
                1,000 searches. None is the wall clock, and takes in all that was accepted.
            where: a boolean expression over attributes of queries; see `parse_where`.
            match: `prefix` for the plain index and own history alone; `any` adds words in any order,
                misspellings and other scripts where they can improve the answer.
            collapse: of near-duplicates show the form that most people use, and one typed exactly.
            explain: fill `Suggestion.explanation`.

        Raises:
            ArgumentError: an argument is out of range; `.argument` names it.
        """
        request = self._request(text, k, user, locale, region, session, now, where, match, collapse)
        return self._answered(request, explain, False, None).suggestions  # noqa: FBT003

    def answer(  # noqa: D417 - its other arguments are described where users look, at `complete`
        self,
        text: str,
        k: int = 10,
        user: str | None = None,
        locale: str | None = None,
        region: str | None = None,
        session: str | None = None,
        now: object = None,
        where: object = None,
        match: str = "any",
        collapse: bool = True,
        explain: bool = False,
        *,
        features: bool = False,
        deadline_s: float | None = None,
    ) -> Answer:
        """`complete`, and what the answer cost; its other arguments are those of `complete`.

        Args:
            features: fill `Answer.features` of answers that are not personal too.
            deadline_s: wall time that each fallback may take besides its budget; the answer then depends on it.
        """
        request = self._request(text, k, user, locale, region, session, now, where, match, collapse)
        return self._answered(request, explain, features, deadline_s)

    def scored(
        self,
        text: str,
        user: str | None,
        now: object,
        *,
        session: str | None = None,
        locale: str | None = None,
        region: str | None = None,
    ) -> Scored:
        """All candidates of `complete` with their features, for learning from; arguments as there."""
        # Ten, as callers ask for: how far slips and other scripts are looked for depends on it, and features do.
        request = self._request(text, 10, user, locale, region, session, now, None, "any", collapse=True)
        return self._scored(request, gather(request, self._indexes).candidates)

    def _answered(self, request: Request, explain: bool, features: bool, deadline_s: float | None) -> Answer:
        if not (request.is_personal or explain or features):
            popular = self._popular(request)
            if popular is not None:
                return Answer(popular)
        gathered = gather(request, self._indexes, deadline_s)
        scored = self._scored(request, gathered.candidates)
        rows = self._chosen(scored, request.k)
        shown = self._suggestions(request, scored, rows)
        if explain:
            pairs = zip(shown, rows, strict=True)
            shown = [suggested._replace(explanation=explanation(scored, row)) for suggested, row in pairs]
        return Answer(shown, gathered.tried, gathered.cut, gathered.visited, scored.features[rows], request.now_us)

    def _scored(self, request: Request, candidates: list[Candidate]) -> Scored:
        """In the trained order where there is one for a person who typed something, else in the untrained."""
        keys = [self._key(candidate) for candidate in candidates]
        features = compute(request, candidates, keys, self._indexes)
        ranker = self._ranker if request.is_personal and request.prefix else None
        parts = score_parts(features, ranker)
        if ranker is not None:
            parts[:, REPETITION] = repetition(keys, parts.sum(axis=1), request.prefix)
        return Scored(request, candidates, keys, features, parts)

    def _chosen(self, scored: Scored, k: int) -> list[int]:
        """Rows of the best `k`. What was put together of words meets the policy here: few do, and it costs 10 µs."""

        def may_be_shown(row: int) -> bool:
            return scored.candidates[row].source != "generated" or self._admits(scored.keys[row])

        return chosen(scored.keys, scored.parts.sum(axis=1), k, may_be_shown)

    def _suggestions(self, request: Request, scored: Scored, rows: list[int]) -> list[Suggestion]:
        candidates = [scored.candidates[row] for row in rows]
        texts = [self._text(scored.candidates[row], scored.keys[row]) for row in rows]
        return suggestions(
            texts,
            scored.parts[rows].sum(axis=1).tolist(),
            (candidate.source for candidate in candidates),
            highlight_matches(request.prefix, texts, candidates),
        )

    def queries(self) -> Iterator[str]:
        """The display forms of all queries that the generation holds, in no useful order. About 1 µs each."""
        queries = self._indexes.prefixes.queries
        return map(queries.text, range(len(queries)))

    def impersonal_version(self) -> int:
        """A number: while it stays, `complete` without a user, a `now` or an `explain` answers the same. About 4 µs."""
        return self._standing.latest().moved

    def related(
        self, query: str, k: int = 10, user: str | None = None, locale: str | None = None, now: object = None
    ) -> list[Suggestion]:
        """Not part of this version: raises `NotBuiltError`."""
        _not_built("related queries", "query pairs")

    def item_queries(
        self,
        item: str | None = None,
        *,
        k: int = 10,
        user: str | None = None,
        title: str | None = None,
        text: str | None = None,
        tags: Sequence[str] = (),
        locale: str | None = None,
        min_score: float | None = None,
    ) -> list[Suggestion]:
        """Not part of this version: raises `NotBuiltError`."""
        _not_built("queries beside an item", "items")

    def comment_entities(
        self,
        text: str,
        item: str | None = None,
        user: str | None = None,
        locale: str | None = None,
        min_score: float | None = None,
        max_per_chars: float | None = None,
    ) -> list[EntitySpan]:
        """Not part of this version: raises `NotBuiltError`."""
        _not_built("comment entities", "a lexicon")

    def observe(self, records: Iterable[Mapping[str, Any]], *, latest_us: int | None = None) -> Observed:
        """Takes in events; the very next call sees them. Durable on return, as far as the state is.

        Args:
            records: in the event format of the log files.
            latest_us: reject events later than this, in microseconds since 1970; None takes any.

        Raises:
            StateError: nothing of the call was kept.
        """
        events, rejected = [], []
        for index, record in enumerate(records):
            try:
                events.append(parse_event(record, latest_us=latest_us))
            except EventError as error:
                rejected.append((index, error.reason))
        appended = self._state.append(events)
        return Observed(appended.accepted, appended.duplicates, rejected)

    def forget(self, user: str) -> int:
        """Erases a person from log and history; returns how many events went. Nothing of theirs is used afterwards."""
        return self._state.forget(checked_id("user", user), now_us())

    def block(self, queries: Sequence[str]) -> None:
        """Never suggests these again, from now."""
        require_content(queries)
        self._state.block(queries, now_us())

    def _request(
        self,
        text: str,
        k: int,
        user: str | None,
        locale: str | None,
        region: str | None,
        session: str | None,
        now: object,
        where: object,
        match: str,
        collapse: bool,
    ) -> Request:
        check_arguments(text, k, match)
        if region is not None:
            checked_id("region", region)
        # Without a `now` everything accepted counts: a sender's clock may be a little ahead of this one.
        at_us = None if now is None else checked_moment(now)
        standing = self._standing.latest()
        hidden = standing.hidden.as_of(at_us)
        history = None
        if user is not None:
            history = standing.histories.of(checked_id("user", user))
            if at_us is not None:
                history = history.as_of(at_us)
        moment_us = now_us() if at_us is None else at_us
        if session is not None:
            checked_id("session", session)
        return Request(
            normalise_prefix(text),
            k,
            ALL if locale is None else self._indexes.prefixes.locale(checked_id("locale", locale)),
            region,
            moment_us,
            history or None,
            session,
            history.session_keys(session, moment_us) if history and match == "any" else (),
            user is not None,
            match,
            collapse,
            None if where is None else self._indexes.attributes.compile(parse_where(where)),
            hidden.ids,
            hidden.keys,
            hidden.parts,
        )

    def _popular(self, request: Request) -> list[Suggestion] | None:
        """The answer for nobody in particular, straight from the index; None where a fallback may improve on it."""
        _, texts, weights, n_local = completed(request, self._indexes)
        if request.match == "any":
            asked = Asked(request, self._indexes, Found.of(weights, request.k, len(weights)))
            if fallbacks_may_help(asked):
                return None
        scores = popular_scores(weights[:n_local], in_locale=True) + popular_scores(weights[n_local:], in_locale=False)
        return suggestions(texts, scores, repeat("prefix"), highlight_all(texts, request.prefix))

    def _key(self, candidate: Candidate) -> str:
        if candidate.query_id >= 0:
            return self._indexes.prefixes.queries.key(candidate.query_id)
        return candidate.own.key if candidate.own is not None else candidate.text

    def _text(self, candidate: Candidate, key: str) -> str:
        if candidate.query_id >= 0:
            return self._indexes.prefixes.queries.display(candidate.query_id, key)
        return candidate.own.text if candidate.own is not None else key


def _not_built(surface: str, needed: str) -> NoReturn:
    raise NotBuiltError(f"this generation holds no {surface}; this version cannot build them yet (they need {needed})")
