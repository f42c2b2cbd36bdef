"""Rows of the `--queries` format: how often a query was asked, counted by someone else."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from suggest.pipelines.fields import Reader, given, read_texts, require
from suggest.types.events import MAX_ID_CHARS, check_text, check_whole_number

MAX_COUNT = 10**12
"""Largest count of one row; nine million such rows still add up within int64."""


class QueryCount(NamedTuple):
    """One validated row; what the row leaves out is None, and `users` is then the count."""

    query: str
    n_searches: int  # `count` in the file, which is the name of a method of every tuple
    users: int
    locale: str | None = None
    region: str | None = None
    kind: str | None = None
    tags: tuple[str, ...] | None = None
    aliases: tuple[str, ...] | None = None


COUNT_FIELDS = frozenset({"query", "count", "users", "locale", "region", "kind", "tags", "aliases"})
"""Fields of the format; anything else in a row is kept out and counted."""


def parse_count(record: object) -> QueryCount:
    """Validates one row of the `--queries` format.

    Args:
        record: a dict; empty text and empty lists count as absent, as in TSV.

    Raises:
        EventError: malformed; `reason` is one of `not_an_object`, `missing_query`, `missing_count`,
            `bad_<field>` and `too_long_<field>`.
    """
    row = require(record, ("query", "count"))
    n_searches = check_whole_number(row["count"], "count", MAX_COUNT)
    query = check_text(row["query"], "query")
    if len(row) == len(("query", "count")):
        return QueryCount(query, n_searches, n_searches)
    return QueryCount(query, n_searches, **{"users": n_searches, **given(row, _OPTIONAL)})


_OPTIONAL: dict[str, Reader] = {
    "users": partial(check_whole_number, limit=MAX_COUNT),
    "locale": partial(check_text, limit=MAX_ID_CHARS),
    "region": partial(check_text, limit=MAX_ID_CHARS),
    "kind": partial(check_text, limit=MAX_ID_CHARS),
    "tags": read_texts,
    "aliases": read_texts,
}
