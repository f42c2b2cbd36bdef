"""Here is what stands in the box: candidates, features, order, and the answer."""

from __future__ import annotations

from functools import lru_cache
from itertools import repeat

from suggest.candidates import Candidate, Request, gather
from suggest.candidates.completed import Completed, completed
from suggest.candidates.fallbacks import Asked, Found, fallbacks_may_help
from suggest.candidates.highlighting import highlight_matches
from suggest.features import compute
from suggest.index import Indexes
from suggest.rank import (
    REPETITION,
    Policy,
    Ranker,
    Scored,
    chosen,
    explanation,
    popular_scores,
    repetition,
    score_parts,
)
from suggest.text import highlight_all
from suggest.types import Answer, Suggestion, suggestions

JUDGED = 16_384
"""Verdicts of the policy on texts put together of words that are remembered, some 3 MB at most."""


class Typeahead:
    """Answers what is being typed, from one generation."""

    def __init__(self, indexes: Indexes, policy: Policy, ranker: Ranker | None) -> None:
        """Keeps what it is given.

        Args:
            indexes: of the generation.
            policy: judges what is put together of words.
            ranker: the trained order; None for the untrained.
        """
        self._indexes = indexes
        self._ranker = ranker
        self._admits = lru_cache(JUDGED)(lambda key: policy.refusal(key) is None)

    def answer(self, request: Request, explain: bool, features: bool, deadline_s: float | None) -> Answer:
        """The answer to one request.

        Args:
            request: what is asked.
            explain: fill `Suggestion.explanation`.
            features: fill `Answer.features` of answers that are not personal too.
            deadline_s: wall time that each fallback may take besides its budget.
        """
        plain = None if request.is_personal or explain or features else completed(request, self._indexes)
        if plain is not None and not self._may_be_improved(request, plain):
            return Answer(_popular(request, plain))
        gathered = gather(request, self._indexes, deadline_s)
        if plain is not None and not gathered.n_otherwise:
            return Answer(_popular(request, plain), gathered.tried, gathered.cut, gathered.visited)
        scored = self._scored(request, gathered.candidates)
        rows = self._chosen(scored, request.k)
        shown = self._suggestions(request, scored, rows)
        if explain:
            pairs = zip(shown, rows, strict=True)
            shown = [suggested._replace(explanation=explanation(scored, row)) for suggested, row in pairs]
        return Answer(shown, gathered.tried, gathered.cut, gathered.visited, scored.features[rows], request.now_us)

    def scored(self, request: Request) -> Scored:
        """All candidates with their features, for learning from."""
        return self._scored(request, gather(request, self._indexes).candidates)

    def _scored(self, request: Request, candidates: list[Candidate]) -> Scored:
        """In the trained order where there is one for a person who typed something, else in the untrained."""
        keys = [self._key(candidate) for candidate in candidates]
        features = compute(request, candidates, keys, self._indexes)
        ranker = self._ranker if request.is_personal and request.prefix else None
        parts = score_parts(features, ranker)
        scores = parts.sum(axis=1)
        if ranker is not None:
            parts[:, REPETITION] = repetition(keys, scores, request.prefix)
            scores += parts[:, REPETITION]
        return Scored(request, candidates, keys, features, parts, scores)

    def _chosen(self, scored: Scored, k: int) -> list[int]:
        """Rows of the best `k`. What was put together of words meets the policy here: few do, and it costs 10 µs."""

        def may_be_shown(row: int) -> bool:
            return scored.candidates[row].source != "generated" or self._admits(scored.keys[row])

        return chosen(scored.keys, scored.scores, k, may_be_shown)

    def _suggestions(self, request: Request, scored: Scored, rows: list[int]) -> list[Suggestion]:
        candidates = [scored.candidates[row] for row in rows]
        texts = [self._text(scored.candidates[row], scored.keys[row]) for row in rows]
        return suggestions(
            texts,
            scored.scores[rows].tolist(),
            (candidate.source for candidate in candidates),
            highlight_matches(request.prefix, texts, candidates),
        )

    def _may_be_improved(self, request: Request, plain: Completed) -> bool:
        """Whether a fallback may improve on the completions for nobody in particular."""
        if request.match == "prefix":
            return False
        found = Found.of(plain.weights, request.k, len(plain.weights))
        return fallbacks_may_help(Asked(request, self._indexes, found))

    def _key(self, candidate: Candidate) -> str:
        if candidate.own is not None:
            return candidate.own.key
        return self._indexes.prefixes.queries.key(candidate.query_id) if candidate.query_id >= 0 else candidate.text

    def _text(self, candidate: Candidate, key: str) -> str:
        if candidate.query_id >= 0:
            return self._indexes.prefixes.queries.display(candidate.query_id, key)
        return candidate.own.text if candidate.own is not None else key


def _popular(request: Request, plain: Completed) -> list[Suggestion]:
    """The answer for nobody in particular, straight from the index."""
    _, texts, weights, n_local = plain
    scores = popular_scores(weights[:n_local], in_locale=True)
    if n_local < len(weights):
        scores += popular_scores(weights[n_local:], in_locale=False)
    return suggestions(texts, scores, repeat("prefix"), highlight_all(texts, request.prefix))
