"""Rows of the `--queries` format: how often a query was asked, counted by someone else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from suggest.errors import EventError
from suggest.types.events import MAX_ID_CHARS, check_text, check_whole_number

MAX_COUNT = 10**12
"""Largest count of one row; nine million such rows still add up within int64."""

MAX_LIST = 200
"""Most tags or aliases of one query."""


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
    if not isinstance(record, dict):
        raise EventError("not_an_object", "expected an object with query and count")
    for name in ("query", "count"):
        if record.get(name) in _EMPTY:
            raise EventError(f"missing_{name}", f"every row needs {name}")
    n_searches = check_whole_number(record["count"], "count", MAX_COUNT)
    query = check_text(record["query"], "query")
    if len(record) == len(("query", "count")):
        return QueryCount(query, n_searches, n_searches)
    given = {name: read(record[name], name) for name, read in _OPTIONAL.items() if record.get(name) not in _EMPTY}
    return QueryCount(query, n_searches, **{"users": n_searches, **given})


def _texts(value: Any, name: str) -> tuple[str, ...]:
    # TSV joins lists by "|".
    texts = value.split("|") if isinstance(value, str) else value
    if not isinstance(texts, (list, tuple)) or len(texts) > MAX_LIST:
        raise EventError(f"bad_{name}", f"{name}: expected a list of at most {MAX_LIST} texts")
    return tuple(check_text(text, name) for text in texts)


_EMPTY: tuple[object, ...] = (None, "", [])

_OPTIONAL: dict[str, Callable[[Any, str], Any]] = {
    "users": partial(check_whole_number, limit=MAX_COUNT),
    "locale": partial(check_text, limit=MAX_ID_CHARS),
    "region": partial(check_text, limit=MAX_ID_CHARS),
    "kind": partial(check_text, limit=MAX_ID_CHARS),
    "tags": _texts,
    "aliases": _texts,
}
