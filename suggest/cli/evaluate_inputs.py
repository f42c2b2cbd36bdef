"""What an evaluation takes in: the log that is replayed, and what was known before."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from suggest.errors import EventError

if TYPE_CHECKING:
    from suggest.artifacts import Generation
    from suggest.evaluation import Completer, Log


class Training(NamedTuple):
    """What the baselines know, and which queries count as seen.

    Attributes:
        known_from: `files`, or `generation` where that knows more.
        searches: records whose queries are popular, and their users' own history.
        past: records that are their users' own history alone.
        counts: (query, count) that are popular besides.
        seen: all queries of the training part.
    """

    known_from: str
    searches: Sequence[Mapping[str, Any]]
    past: Sequence[Mapping[str, Any]]
    counts: Sequence[tuple[str, int]]
    seen: frozenset[str]

    def most_popular(self) -> Completer:
        """The baseline of that name."""
        from suggest.evaluation import MostPopular

        return MostPopular(self.searches, self.counts)

    def own_then_popular(self) -> Completer:
        """The baseline of that name."""
        from suggest.evaluation import OwnHistoryThenPopular

        baseline = OwnHistoryThenPopular(self.searches, self.counts)
        baseline.observe(self.past)
        return baseline


def read_log(paths: Iterable[Path]) -> Log:
    """The well-formed events in arrival order, with their records as they are spelled; others are counted on stderr."""
    from suggest.pipelines.sources import read_blocks
    from suggest.types import parse_event

    log: list[tuple[Any, Any]] = []
    n_malformed = 0
    for path in paths:
        for block in read_blocks(path, frozenset({"type", "ts", "user"})):
            for row in block:
                try:
                    log.append((parse_event(row.record), row.record))
                except EventError:
                    n_malformed += 1
    if n_malformed:
        print(f"{n_malformed:,} malformed rows left out", file=sys.stderr)
    log.sort(key=lambda pair: pair[0].known_at_us)
    return log


def counts_in(paths: Sequence[Path]) -> list[tuple[str, int]]:
    """The rows of counts files as (query, count); malformed ones are counted on stderr."""
    from suggest.pipelines.read import read_counts
    from suggest.pipelines.report import ReadReport

    report = ReadReport()
    counts = [
        (query, n_searches)
        for batch in read_counts(paths, report=report)
        for query, n_searches in zip(batch["query"].to_pylist(), batch["count"].to_pylist(), strict=True)
    ]
    if report.rejected:
        print(f"{sum(report.rejected.values()):,} malformed rows of counts left out", file=sys.stderr)
    return counts


def counts_of(generation: Generation) -> list[tuple[str, int]]:
    """The queries of a generation as (query, count)."""
    from suggest.index import QueryTable

    queries = QueryTable(generation)
    return [(queries.text(number), queries.count[number]) for number in range(len(queries))]


def training_part(
    generation: Generation,
    log: Log,
    test_from_us: int,
    known: Sequence[tuple[str, int]],
    counts: Sequence[tuple[str, int]],
) -> Training:
    """Of the files and the generation the one that knows more searches: part of a log would make weak baselines.

    Args:
        generation: the one that serves.
        log: as replayed; what lies before the tests is training part.
        test_from_us: where the tests begin.
        known: `counts_of` the generation.
        counts: `counts_in` the counts files.
    """
    searches = [record for event, record in log if event.type == "search" and event.known_at_us < test_from_us]
    past = list(_past_searches(generation, {event.user for event, _ in log}))
    seen = frozenset(
        [query for query, _ in (*known, *counts)] + [str(record["query"]) for record in (*searches, *past)]
    )
    if len(searches) + sum(n for _, n in counts) >= sum(n for _, n in known):
        return Training("files", searches, () if searches else past, counts, seen)
    return Training("generation", (), past, known, seen)


def _past_searches(generation: Generation, users: Iterable[str]) -> Iterable[Mapping[str, Any]]:
    from suggest.index import ProfileTable

    profiles = ProfileTable(generation)
    for user in sorted(users):
        for search in profiles.history(user):
            yield {"type": "search", "user": user, "query": search.query}
