"""The baselines every figure is shown beside, as simple as their definitions.

Both work on comparison text and take prefixes in that form.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from suggest.evaluation.protocol import comparison_text
from suggest.types import Suggestion


class MostPopular:
    """Queries of the training part that start with the prefix, by count, then text.

    A sorted list of texts and an array of their counts: a prefix is one range of both, found by
    bisection; the cost of an answer is linear in the range.
    """

    def __init__(self, train: Iterable[Mapping[str, Any]], counts: Iterable[tuple[str, int]] = ()) -> None:
        """Adds up the searches of the training part and, where given, of a counts file.

        Args:
            train: event records; all but searches are passed over.
            counts: (query, count) pairs.
        """
        total = Counter(_searched(train))
        for query, count in counts:
            total[comparison_text(query)] += count
        self._texts = sorted(total)
        self._counts = np.array([total[text] for text in self._texts], dtype=np.int64)

    def complete(self, prefix: str, k: int = 10, *, user: str | None = None, now: object = None) -> list[Suggestion]:
        """The same for every user at every time; the score is the count."""
        start = bisect_left(self._texts, prefix)
        # Comparing only the first characters keeps the order and finds the end without a "highest character".
        end = bisect_right(self._texts, prefix, lo=start, key=lambda text: text[: len(prefix)])
        counts = self._counts[start:end]
        if k < len(counts):
            least = np.partition(counts, -k)[-k]
            candidates = np.flatnonzero(counts >= least)
        else:
            candidates = np.arange(len(counts))
        best = candidates[np.argsort(-counts[candidates], kind="stable")][:k]
        return [Suggestion(self._texts[start + i], float(counts[i]), "prefix") for i in best]

    def observe(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Popularity stays that of the training part."""


class OwnHistoryThenPopular:
    """First the user's own past queries by count, then text; then the most popular ones."""

    def __init__(self, train: Iterable[Mapping[str, Any]], counts: Iterable[tuple[str, int]] = ()) -> None:
        """Takes own history from the events, popularity from both; arguments as of `MostPopular`."""
        train = list(train)
        self._popular = MostPopular(train, counts)
        self._own: dict[str, Counter[str]] = {}
        self.observe(train)

    def complete(self, prefix: str, k: int = 10, *, user: str | None = None, now: object = None) -> list[Suggestion]:
        """Own queries stand above all others, whatever the counts; linear in the user's history."""
        own = self._own.get(user, Counter()) if user is not None else Counter()
        matching = sorted((-count, query) for query, count in own.items() if query.startswith(prefix))[:k]
        answers = [Suggestion(query, float(-count), "history") for count, query in matching]
        listed = {answer.query for answer in answers}
        others = self._popular.complete(prefix, k + len(answers))
        return (answers + [other for other in others if other.query not in listed])[:k]

    def observe(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Adds searches to their users' own histories."""
        for record in events:
            for query in _searched([record]):
                self._own.setdefault(str(record["user"]), Counter())[query] += 1


def _searched(records: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    return (comparison_text(str(record["query"])) for record in records if record["type"] == "search")
