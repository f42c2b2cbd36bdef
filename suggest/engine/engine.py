"""Request in, suggestions out: the only place where a request meets all stages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from suggest.artifacts import Generation
from suggest.candidates.arguments import check_k, check_text, checked_id
from suggest.engine.comment_entities import CommentEntities
from suggest.engine.item_queries import ItemQueries, Listing
from suggest.engine.related import RelatedQueries
from suggest.engine.requests import Requests
from suggest.engine.typeahead import Typeahead
from suggest.errors import ArgumentError, EventError, GenerationBroken
from suggest.index import Indexes
from suggest.index.items import ItemText
from suggest.interfaces import State
from suggest.rank import Policy, Ranker, Scored, require_content
from suggest.stores import open_state
from suggest.stores.standing import StandingReader
from suggest.text import normalise
from suggest.types import (
    Answer,
    EntitySpan,
    Observed,
    Suggestion,
    now_us,
    parse_event,
    rfc3339,
)

RANKERS = ("default", "none")
"""Orders that `Engine.open` knows."""


class Engine:
    """One generation and one state, answering requests.

    Safe to call from several threads. Deterministic: the same generation, state and arguments
    give the same list, ties by query text.

    Attributes:
        generation: name of the generation.
        watermark: RFC 3339 time up to which the generation knows the log; None when it was built without events.
        locales: languages, and languages with a region, of which the generation knows what is searched there.
    """

    def __init__(self, generation: Generation, state: State, *, owns_state: bool, ranker: str) -> None:
        """Use `open`."""
        self.generation = generation.name
        watermark_us: int | None = generation.parameters["watermark_us"]
        self.watermark = None if watermark_us is None else rfc3339(watermark_us)
        self._indexes = Indexes.open(generation)
        self.locales = self._indexes.prefixes.locales
        policy = Policy.from_json(generation.json("policy"))
        is_trained = ranker == "default"
        self._typeahead = Typeahead(self._indexes, policy, Ranker.open(generation) if is_trained else None)
        self._related = RelatedQueries(generation, self._indexes, policy, is_trained=is_trained)
        self._items = ItemQueries(generation, self._indexes, policy, is_trained=is_trained)
        self._comments = CommentEntities(generation, self._indexes, policy, is_trained=is_trained)
        self._state = state
        self._owns_state = owns_state
        self._standing = StandingReader(generation, self._indexes, policy, state)
        self._requests = Requests(self._indexes, self._standing)

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
        request = self._requests.complete(text, k, user, locale, region, session, now, where, match, collapse)
        return self._typeahead.answer(request, explain, False, None).suggestions  # noqa: FBT003

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
        request = self._requests.complete(text, k, user, locale, region, session, now, where, match, collapse)
        return self._typeahead.answer(request, explain, features, deadline_s)

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
        request = self._requests.complete(text, 10, user, locale, region, session, now, None, "any", collapse=True)
        return self._typeahead.scored(request)

    def queries(self) -> Iterator[str]:
        """The display forms of all queries that the generation holds, in no useful order. About 1 µs each."""
        queries = self._indexes.prefixes.queries
        return map(queries.text, range(len(queries)))

    def impersonal_version(self) -> int:
        """A number: while it stays, `complete` without a user, a `now` or an `explain` answers the same. About 4 µs."""
        return self._standing.latest().moved

    def related(  # noqa: D417 - those shared with `complete` are described there
        self,
        query: str,
        k: int = 10,
        user: str | None = None,
        locale: str | None = None,
        now: object = None,
        *,
        region: str | None = None,
        min_relevance: float | None = None,
        explain: bool = False,
    ) -> list[Suggestion]:
        """What else people search who search this, best first: never the same query in other words.

        Args:
            query: any query, also one that nobody has searched.
            k: 1 to 100; fewer come back when fewer are alike.
            min_relevance: leave out what is related less: log-odds by words, meaning and what people did, comparable
                across queries, -3 being what a service asks for. None leaves out nothing.

        Raises:
            ArgumentError: an argument is out of range; `.argument` names it.
        """
        check_text("query", query)
        check_k(k)
        asking = self._requests.asking(user, locale, region, now, explain)
        return self._related.answer(query, k, asking, min_relevance)

    def has_related_list(self, query: str, k: int = 10, min_relevance: float | None = None) -> bool:
        """Whether `related` for nobody in particular is a look-up: 40 µs in place of some milliseconds. About 5 µs.

        Raises:
            NotBuiltError: the generation was built by a version without related queries.
        """
        return self._related.has_list(normalise(query), k, min_relevance)

    def item_queries(  # noqa: D417 - those shared with `complete` are described there
        self,
        item: str | None = None,
        k: int = 10,
        user: str | None = None,
        *,
        title: str | None = None,
        text: str | None = None,
        tags: Sequence[str] = (),
        locale: str | None = None,
        region: str | None = None,
        min_score: float | None = None,
        collapse: bool = False,
        now: object = None,
        explain: bool = False,
    ) -> list[Suggestion]:
        """What one would search next to an item, best first: queries that the index holds, and no others.

        Args:
            item: an item that the generation was built with, or None for one it has never seen.
            k: 1 to 100; fewer come back when fewer fit.
            title: of an item never seen; so are `text` and `tags`.
            text: what else is written on it.
            tags: words that describe it.
            min_score: leave out what scores less; scores are comparable across items. None leaves out nothing.
            collapse: of near-duplicates show the best alone.

        Raises:
            ArgumentError: an argument is out of range, or there is no such item; `.argument` names it.
            NotBuiltError: the generation was built without items.
        """
        check_k(k)
        asking = self._requests.asking(user, locale, region, now, explain)
        listing = Listing(k, min_score, collapse)
        if item is not None:
            if title is not None or text is not None or tags:
                raise ArgumentError("item", "expected either an item or the title, text and tags of a new one")
            return self._items.of_known(checked_id("item", item), asking, listing)
        check_text("title", title)
        check_text("text", text or "")
        return self._items.of_new(ItemText(title or "", text or "", tuple(tags)), asking, listing)

    def comment_entities(  # noqa: D417 - those shared with `complete` are described there
        self,
        text: str,
        item: str | None = None,
        user: str | None = None,
        locale: str | None = None,
        min_score: float | None = None,
        max_per_chars: float | None = None,
        *,
        now: object = None,
        explain: bool = False,
    ) -> list[EntitySpan]:
        """Spans of a comment that a reader would tap to search, in the order of the text; none overlaps another.

        Args:
            text: the comment.
            item: what it stands under, if that is known: tells apart what one name may mean.
            min_score: leave out what scores less. None leaves out nothing.
            max_per_chars: at most so many spans for each code point, the best ones. None for any number.

        Raises:
            ArgumentError: an argument is out of range; `.argument` names it.
        """
        return self.entities_of_comments([text], item, user, locale, min_score, max_per_chars, now, explain=explain)[0]

    def entities_of_comments(  # noqa: D417 - its other arguments are described at `comment_entities`
        self,
        texts: Sequence[str],
        item: str | None = None,
        user: str | None = None,
        locale: str | None = None,
        min_score: float | None = None,
        max_per_chars: float | None = None,
        now: object = None,
        *,
        explain: bool = False,
    ) -> list[list[EntitySpan]]:
        """`comment_entities` of each of several comments under one item: what they share is done once.

        Args:
            texts: the comments.
        """
        for text in texts:
            check_text("text", text)
        if item is not None:
            checked_id("item", item)
        asking = self._requests.asking(user, locale, None, now, explain)
        return self._comments.answer(texts, item, asking, min_score, max_per_chars)

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
