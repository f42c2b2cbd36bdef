"""Request in, suggestions out: the only place where a request meets all stages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, NoReturn, Self

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation
from suggest.candidates import Candidate, Request, gather
from suggest.candidates.arguments import check_arguments, checked_id, checked_moment
from suggest.candidates.completed import completed
from suggest.candidates.fallbacks import Asked, Found, fallbacks_may_help
from suggest.candidates.highlighting import highlight_matches
from suggest.candidates.histories import Histories
from suggest.errors import EventError, GenerationBroken, NotBuiltError
from suggest.features import compute
from suggest.index import ALL, Indexes, ProfileTable
from suggest.interfaces import State
from suggest.rank import HiddenQueries, Policy, explanation, popular_scores, require_content, score_parts
from suggest.stores import open_state
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


class _Standing(NamedTuple):
    """What a request relies on besides the generation: read at once, replaced as one.

    Attributes:
        moved: the state's number of it.
        hidden: what must not be shown.
        histories: what each person searched.
    """

    moved: int
    hidden: HiddenQueries
    histories: Histories


class Engine:
    """One generation and one state, answering requests.

    Safe to call from several threads. Deterministic: the same generation, state and arguments
    give the same list, ties by query text.

    Attributes:
        generation: name of the generation.
        watermark: RFC 3339 time up to which the generation knows the log; None when it was built without events.
    """

    def __init__(self, generation: Generation, state: State, *, owns_state: bool) -> None:
        """Use `open`."""
        self.generation = generation.name
        watermark_us: int | None = generation.parameters["watermark_us"]
        self.watermark = None if watermark_us is None else rfc3339(watermark_us)
        self._indexes = Indexes.open(generation)
        self._profiles = ProfileTable(generation)
        self._policy = Policy.from_json(generation.json("policy"))
        self._state = state
        self._owns_state = owns_state
        self._tombstones: Mapping[str, int] = generation.json("tombstones")
        self._known = self._read_standing(state.moved())

    @classmethod
    def open(
        cls,
        index_dir: str | Path,
        state: str | State | None = None,
        *,
        generation: str | None = None,
        verify: bool = True,
    ) -> Self:
        """Opens an index directory.

        Args:
            index_dir: what `suggest build --out` wrote.
            state: `sqlite:///path`, `memory://`, None for memory that ends with the process, or an
                open state, which `close` then leaves open.
            generation: name of the generation; default the one in `CURRENT`.
            verify: compare the checksums of all files (about 1 s a GB).

        Raises:
            GenerationBroken: there is no generation, or it is damaged.
            GenerationTooNew: it was written by a newer program.
            StateError: the state cannot be opened.
        """
        opened = Generation.open(index_dir, generation, verify=verify)
        if state is not None and not isinstance(state, str):
            return cls._over(opened, state, owns_state=False)
        own = open_state(state)
        try:
            return cls._over(opened, own, owns_state=True)
        except BaseException:
            own.close()
            raise

    @classmethod
    def _over(cls, generation: Generation, state: State, *, owns_state: bool) -> Self:
        try:
            return cls(generation, state, owns_state=owns_state)
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
            region: accepted and logged by clients; `where` filters by it, and no order depends on it.
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
        return self._answered(request, explain, None).suggestions

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
        deadline_s: float | None = None,
    ) -> Answer:
        """`complete`, and what the answer cost; its other arguments are those of `complete`.

        Args:
            deadline_s: wall time that each fallback may take besides its budget; the answer then depends on it.
        """
        request = self._request(text, k, user, locale, region, session, now, where, match, collapse)
        return self._answered(request, explain, deadline_s)

    def _answered(self, request: Request, explain: bool, deadline_s: float | None) -> Answer:
        if request.history is None and not explain:
            popular = self._popular(request)
            if popular is not None:
                return Answer(popular)
        gathered = gather(request, self._indexes, deadline_s)
        return Answer(self._ranked(request, gathered.candidates, explain=explain), *gathered[1:])

    def _ranked(self, request: Request, candidates: list[Candidate], *, explain: bool) -> list[Suggestion]:
        features = compute(request, candidates, self._indexes.prefixes)
        parts = score_parts(features)
        scores = parts.sum(axis=1)
        best = self._best(candidates, scores, request.k)
        chosen = [candidates[row] for row, _ in best]
        rows = [row for row, _ in best]
        shown = [self._text(candidates[row], key) for row, key in best]
        answer = suggestions(
            shown,
            scores[rows].tolist(),
            (candidate.source for candidate in chosen),
            highlight_matches(request.prefix, shown, chosen),
        )
        if not explain:
            return answer
        return [
            suggested._replace(explanation=explanation(candidate.match, features[row], parts[row]))
            for suggested, candidate, row in zip(answer, chosen, rows, strict=True)
        ]

    def _best(self, candidates: Sequence[Candidate], scores: npt.NDArray[np.float64], k: int) -> list[tuple[int, str]]:
        """(row, key) of the best `k`, ties by key; no more keys are read than those that tie with the last."""
        rows = np.arange(len(scores))
        if len(scores) > k:
            rows = np.flatnonzero(scores >= np.partition(scores, -k)[-k])
        found = [(row, self._key(candidates[row])) for row in rows.tolist()]
        return sorted(found, key=lambda entry: (-scores[entry[0]], entry[1]))[:k]

    def impersonal_version(self) -> int:
        """A number: while it stays, `complete` without a user, a `now` or an `explain` answers the same. About 4 µs."""
        return self._standing().moved

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
        standing = self._standing()
        hidden = standing.hidden.as_of(at_us)
        history = None
        if user is not None:
            history = standing.histories.of(checked_id("user", user))
            if at_us is not None:
                history = history.as_of(at_us)
        return Request(
            normalise_prefix(text),
            k,
            ALL if locale is None else self._indexes.prefixes.locale(checked_id("locale", locale)),
            now_us() if at_us is None else at_us,
            history or None,
            None if session is None else checked_id("session", session),
            match,
            collapse,
            None if where is None else self._indexes.attributes.compile(parse_where(where)),
            hidden.ids,
            hidden.keys,
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
        assert candidate.own is not None
        return candidate.own.key

    def _text(self, candidate: Candidate, key: str) -> str:
        if candidate.query_id >= 0:
            return self._indexes.prefixes.queries.display(candidate.query_id, key)
        assert candidate.own is not None
        return candidate.own.text

    def _admits_own(self, key: str, text: str) -> bool:
        return self._policy.refusal(key, text, own=True) is None

    def _standing(self) -> _Standing:
        """What holds now; read again if the state has moved."""
        moved = self._state.moved()
        standing = self._known
        if standing.moved != moved:
            standing = self._known = self._read_standing(moved)
        return standing

    def _read_standing(self, moved: int) -> _Standing:
        """Reads after `moved` was: what moves meanwhile is then read again by the next request."""
        forgotten = self._state.forgotten()
        tombstones = dict(self._tombstones)
        for query, since_us in self._state.tombstones().items():
            tombstones[query] = min(since_us, tombstones.get(query, since_us))
        hidden = HiddenQueries(tombstones, forgotten, self._indexes.prefixes, self._profiles, self._policy.min_users)
        return _Standing(moved, hidden, Histories(self._profiles, self._state, forgotten, self._admits_own))


def _not_built(surface: str, needed: str) -> NoReturn:
    raise NotBuiltError(f"this generation holds no {surface}; this version cannot build them yet (they need {needed})")
