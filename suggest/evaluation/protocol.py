"""The prefix protocol: which searches of a log are tests, and what had been typed in each.

A log of finished queries does not say where its users would have stopped typing. One cut per
search, chosen by a hash of the search itself, is fair to every system, the same in every run and in
every implementation, and cannot be tuned.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

MIN_TEST_CHARS = 2
"""Shorter queries have no proper prefix to type."""


def comparison_text(text: str) -> str:
    """Lower-cased and white-space-folded: the form in which answers and targets are compared.

    White space is what `str.split` takes for it; runs become one space, ends are stripped.
    """
    return " ".join(text.lower().split())


def cut_length(user: str, ts: str, query: str) -> int:
    """How many characters of a query had been typed: `1` to `len(query) - 1` of its comparison text.

    `1 + int(sha256(user + ts + query).hexdigest()[:8], 16) % (len(query) - 1)`, where the hash runs
    over the UTF-8 of the record's own text of the three fields (`2006-03-01T00:02:25Z` and
    `2006-03-01T00:02:25+00:00` differ), and the length is that of the comparison text, which is
    what the prefix is cut from.

    Raises:
        ValueError: the comparison text has fewer than 2 characters.
    """
    length = len(comparison_text(query))
    if length < MIN_TEST_CHARS:
        raise ValueError(f"expected a query of {MIN_TEST_CHARS} characters or more, got {length}")
    return 1 + int(_digest(user, ts, query)[:8], 16) % (length - 1)


def typed_prefix(record: Mapping[str, Any]) -> str:
    """The prefix of a search record's comparison text; may end in a space, which is significant.

    `user`, `ts` and `query` enter the hash as the record spells them; numbers as Python prints them.
    """
    query = str(record["query"])
    return comparison_text(query)[: cut_length(str(record["user"]), str(record["ts"]), query)]


def is_sampled(record: Mapping[str, Any], share: float) -> bool:
    """Whether a search is in a sample of this share of a log, which a larger share's sample contains.

    The hash is that of the cut, of which other digits are taken: cut and sample are independent.
    """
    digest = _digest(str(record["user"]), str(record["ts"]), str(record["query"]))
    return int(digest[8:16], 16) < share * 2**32


def is_test(query: str, previous: str | None) -> bool:
    """Whether a search is a test, given its and the same user's previous query as comparison text.

    A repeat of the previous query is most often a reload or a next page of results, and would pay
    for remembering one query alone.
    """
    return len(query) >= MIN_TEST_CHARS and query != previous


def _digest(user: str, ts: str, query: str) -> str:
    return hashlib.sha256((user + ts + query).encode()).hexdigest()
