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
