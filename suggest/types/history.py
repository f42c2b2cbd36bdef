"""One search of a user's past, as profiles hand it to the engine."""

from __future__ import annotations

from typing import NamedTuple

from suggest.types.clock import SECOND_US


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


FINAL_INTENT_US = 10 * SECOND_US
"""A typed query that is the beginning of the same user's next one within this time was not finished yet.

Interfaces that search while one types log a search at every pause of a few seconds at most; reading
results and deciding to add a word takes longer than ten.
"""

SESSION_GAP_US = 30 * 60 * SECOND_US
"""A session ends after 30 minutes without a search."""

MAX_HISTORY = 1000
"""A person's latest searches that are used, and that a generation carries."""
