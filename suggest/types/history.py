"""One search of a user's past, as profiles hand it to the engine."""

from __future__ import annotations

from typing import NamedTuple


class PastSearch(NamedTuple):
    """One search event of one user.

    Attributes:
        ts_us: when, in microseconds since 1970-01-01 UTC.
        query: as typed; callers normalise it.
        session: the session the client named, or None.
        typed: whether it was typed to its end (`source: typed`) rather than tapped.
    """

    ts_us: int
    query: str
    session: str | None
    typed: bool


FINAL_INTENT_US = 10_000_000
"""A typed query that is the beginning of the same user's next one within this many microseconds was
not finished yet. Ten seconds: clients that log every pause do so every one to four seconds, while
somebody who read a page of results before typing on takes longer."""

SESSION_GAP_US = 30 * 60 * 1_000_000
"""A session ends after 30 minutes without a search."""
