"""What else is like this query? Candidates, what is known of them, their order, and what of them is shown."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation
from suggest.candidates.asking import Asking
from suggest.candidates.related import SOURCES, AskedQuery, Related, asked_query, related_candidates
from suggest.errors import NotBuiltError
from suggest.features.related import RELATED_FEATURES, Person, related_features
from suggest.index import ALL, Indexes
from suggest.index.related import MOST_OTHERS, SECTION, RelatedIndex
from suggest.rank import Policy
from suggest.rank.related import PARTS, SERVICE_MIN_RELEVANCE, RelatedOrders, chosen_related, comes_before, relevance
from suggest.text import normalise, unaccented, words
from suggest.text.near_duplicates import near_duplicate_key
from suggest.types import Suggestion


class RelatedScored(NamedTuple):
    """The candidates of one query with all that is known of them, ascending in id; all columns of one length.

    Attributes:
        asked: the query.
        candidates: what may be shown.
        keys: their normalised texts.
        features: float32[n, n_features], columns as `RELATED_FEATURES`.
        text: log-odds by words and meaning, float64[n].
        parts: what each of `suggest.rank.related.PARTS` adds to the score, float64[n, len(PARTS)].
    """

    asked: AskedQuery
    candidates: Related
    keys: list[str]
    features: npt.NDArray[np.float32]
    text: npt.NDArray[np.float64]
    parts: npt.NDArray[np.float64]


class RelatedQueries:
    """Answers `related` over one generation; immutable, safe to call from several threads.

    Attributes:
        orders: what gives the scores.
    """

    def __init__(
        self,
        generation: Generation,
        indexes: Indexes,
        policy: Policy,
        *,
        is_trained: bool,
        related: RelatedIndex | None = None,
    ) -> None:
        """Opens what the build wrote; a generation without it is told of when it is asked.

        Args:
            generation: what holds it.
            indexes: of the generation.
            policy: likewise. What it admitted is in the indexes, and nothing else is shown.
            is_trained: whether the order learned from the log is used where there is one.
            related: in place of what the generation holds; for trying out others.

        Raises:
            GenerationBroken: its order was trained on other features than these.
        """
        self._indexes = indexes
        is_built = generation.holds(f"{SECTION}.json")
        self._known = RelatedIndex.open(generation) if related is None and is_built else related
        self.orders = RelatedOrders.open(generation, is_trained=is_trained)
        # Lists in another order than this one, which is not used where an experiment compares it, answer nothing.
        made_learned = is_built and generation.json(SECTION).get("is_learned", False)
        self._has_lists = made_learned == (self.orders.learned is not None)

    @property
    def _related(self) -> RelatedIndex:
        if self._known is None:
            raise NotBuiltError("this generation holds no related queries; build the index again with: suggest build")
        return self._known

    def answer(self, query: str, k: int, asking: Asking, min_relevance: float | None = None) -> list[Suggestion]:
        """Up to `k` queries that are like another one, best first for the person asking, ties by query.

        All of them are queries of the generation and nothing that is hidden. Cost: one look-up for a query with a list
        made at build, some two hundred candidates for any other.

        Args:
            query: any text; one without visible characters has nothing like it.
            k: at most this many.
            asking: who asks, when, and what must not be shown.
            min_relevance: leave out what is related less, see `suggest.rank.related.relevance`; None for nothing.

        Raises:
            NotBuiltError: the generation was built by a version without related queries.
        """
        key = normalise(query)
        if not key:
            return []
        # The lists are for nobody in particular, of any locale.
        if self._has_lists and asking.locale == ALL and asking.history is None and not asking.explain:
            listed = self._listed(key, k, asking, min_relevance)
            if listed is not None:
                return listed
        scored = self.scored(key, asking)
        chosen = self.chosen(scored, k, min_relevance)
        return [self._suggestion(scored, row, lost, explain=asking.explain) for row, lost in chosen]

    def scored(self, key: str, asking: Asking, without: frozenset[str] = frozenset()) -> RelatedScored:
        """All candidates that may be shown with their features and scores: what is learned from.

        Args:
            key: normalised, not empty.
            asking: as for `answer`.
            without: names of sources that are not asked.
        """
        indexes, queries = self._indexes, self._indexes.prefixes.queries
        asked = asked_query(key, indexes, self._related, self._vector(key))
        found = related_candidates(asked, indexes, self._related, asking.history, without)
        keys = [queries.key(query_id) for query_id in found.ids.tolist()]
        shown = [
            row
            for row, (query_id, each) in enumerate(zip(found.ids.tolist(), keys, strict=True))
            if query_id not in asking.hidden_ids and each not in asking.hidden_keys
        ]
        candidates, keys = Related(found.ids[shown], found.sources[shown]), [keys[row] for row in shown]
        history = asking.history
        person = None if history is None else Person(history, frozenset(asking.session_keys))
        features = related_features(asked, candidates, keys, indexes, self._related, person, asking.locale)
        text = self.orders.text_scores(features)
        return RelatedScored(asked, candidates, keys, features, text, self.orders.parts(features, text))

    def _vector(self, key: str) -> npt.NDArray[np.float32] | None:
        """Of a query: the stored one, else made now."""
        vectors = self._indexes.vectors
        if vectors is None:
            return None
        ids = np.array([self._indexes.prefixes.queries.find(key)])
        if ids[0] >= 0 and vectors.holds(ids)[0]:
            return vectors.rows(ids).reshape(-1)
        return None if self._indexes.encoder is None else self._indexes.encoder.encode([key]).reshape(-1)

    def has_list(self, key: str, k: int, min_relevance: float | None) -> bool:
        """Whether a list made at build answers nobody in particular; key as `normalise` makes it."""
        return self._has_lists and self._list_of(key, k, min_relevance) is not None

    def _list_of(
        self, key: str, k: int, min_relevance: float | None
    ) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float32]] | None:
        """Ids and scores of the list made at build; None where there is none or it is too short."""
        made = {None: self._related.lists, SERVICE_MIN_RELEVANCE: self._related.gated}.get(min_relevance)
        if made is None:
            return None
        ids, scores = made.of(self._indexes.prefixes.queries.find(key))
        return None if not len(ids) or k > len(ids) == MOST_OTHERS else (ids, scores)

    def _listed(self, key: str, k: int, asking: Asking, min_relevance: float | None) -> list[Suggestion] | None:
        """The answer from a list made at build; None where there is none, or some of it is hidden."""
        found = self._list_of(key, k, min_relevance)
        if found is None:
            return None
        listed, scores = found[0].tolist(), found[1].tolist()
        # What is hidden may have stood for its near-duplicates, so that leaving it out is not enough.
        if not asking.hidden_ids.isdisjoint(listed):
            return None
        queries = self._indexes.prefixes.queries
        pairs = zip(listed[:k], scores, strict=False)
        return [Suggestion(queries.text(query_id), score, "related") for query_id, score in pairs]

    def listed(self, scored: RelatedScored, k: int, min_relevance: float | None) -> list[tuple[int, float]]:
        """(id, score) of the best, for the lists that a build makes."""
        scores, ids = scored.parts.sum(axis=1), scored.candidates.ids
        return [(int(ids[row]), float(scores[row]) + lost) for row, lost in self.chosen(scored, k, min_relevance)]

    def chosen(self, scored: RelatedScored, k: int, min_relevance: float | None = None) -> list[tuple[int, float]]:
        """Rows of the best `k`, best first, each with what it lost for repeating better ones.

        None of them is the asked query in other words, another one in other words, or where people come from.
        """
        is_shown = ~comes_before(scored.features)
        if min_relevance is not None:
            is_shown &= relevance(scored.features, scored.text) >= min_relevance
        rows = np.flatnonzero(is_shown).tolist()
        ours = frozenset(scored.asked.words)
        groups = self._indexes.groups
        ids = scored.candidates.ids

        def added(at: int) -> frozenset[str]:
            return _said(scored.keys[rows[at]]) - ours

        def group(at: int) -> int | str:
            key = scored.keys[rows[at]]
            return same if _near(key) == same else groups.groups([int(ids[rows[at]])])[0]

        same = _near(scored.asked.key)
        taken: set[int | str] = {same}
        if scored.asked.query_id >= 0:
            taken.add(groups.groups([scored.asked.query_id])[0])
        scores = scored.parts[rows].sum(axis=1)
        found = chosen_related(scores, [scored.keys[row] for row in rows], added, group, taken, k)
        return [(rows[at], lost) for at, lost in found]

    def _suggestion(self, scored: RelatedScored, row: int, lost: float, *, explain: bool) -> Suggestion:
        query_id = int(scored.candidates.ids[row])
        text = self._indexes.prefixes.queries.display(query_id, scored.keys[row])
        parts = scored.parts[row].tolist()
        parts[PARTS.index("repetition")] = lost
        if not explain:
            return Suggestion(text, sum(parts), "related")
        bits = int(scored.candidates.sources[row])
        names = [feature.name for feature in RELATED_FEATURES]
        explanation = {
            "sources": [name for bit, name in enumerate(SOURCES) if bits >> bit & 1],
            "features": dict(zip(names, scored.features[row].tolist(), strict=True)),
            "score_parts": dict(zip(PARTS, parts, strict=True)),
            "relevance": float(relevance(scored.features[[row]], scored.text[[row]])[0]),
        }
        return Suggestion(text, sum(parts), "related", (), explanation)


_ASKED_AGAIN = 1024
"""Texts of what is shown last: a build asks twice for each list, as it is and as a service gates it."""


@lru_cache(_ASKED_AGAIN)
def _said(key: str) -> frozenset[str]:
    return frozenset(words(unaccented(key)))


_near = lru_cache(_ASKED_AGAIN)(near_duplicate_key)
