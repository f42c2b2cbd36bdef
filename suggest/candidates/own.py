"""Here is a person's past: which of their own queries start with what is being typed?"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from heapq import nlargest
from itertools import pairwise
from typing import NamedTuple

from suggest.text import display, normalise
from suggest.types import PastSearch
from suggest.types.history import FINAL_INTENT_US, SESSION_GAP_US

MAX_OWN = 64
"""Own queries considered for one request: the most used, the latest first among equals."""


class OwnQuery(NamedTuple):
    """One query of a person's own.

    Attributes:
        key: normalised.
        text: the form they last used.
        times_us: when they searched it, ascending.
    """

    key: str
    text: str
    times_us: tuple[int, ...]


class OwnHistory:
    """A person's searches, arranged for lookups by prefix. Immutable.

    Holds the searches up to some moment; `as_of` gives the one for an earlier moment.
    """

    def __init__(self, searches: Sequence[PastSearch], admits: Callable[[str, str], bool]) -> None:
        """Arranges searches that ascend in time.

        Args:
            searches: oldest first.
            admits: whether a (key, text) may be shown to its own author.
        """
        self._searches = searches
        self._admits = admits
        self._final = _final_intents(searches)
        times_us: dict[str, list[int]] = {}
        texts: dict[str, str] = {}
        for key, search in self._final:
            times_us.setdefault(key, []).append(search.ts_us)
            texts[key] = display(search.query)
        self._queries = sorted(
            OwnQuery(key, text, tuple(times_us[key])) for key, text in texts.items() if key and admits(key, text)
        )
        self._keys = [query.key for query in self._queries]

    def __len__(self) -> int:
        return len(self._final)

    def as_of(self, now_us: int) -> OwnHistory:
        """The history without searches after `now_us`; itself when there are none."""
        if not self._searches or self._searches[-1].ts_us <= now_us:
            return self
        return OwnHistory([search for search in self._searches if search.ts_us <= now_us], self._admits)

    def starting_with(self, prefix: str) -> list[OwnQuery]:
        """Own queries that start with a normalised prefix, at most `MAX_OWN`, in order of their keys."""
        keys = self._keys
        start = end = bisect_left(keys, prefix)
        while end < len(keys) and keys[end].startswith(prefix):
            end += 1
        found = self._queries[start:end]
        return sorted(nlargest(MAX_OWN, found, key=_use)) if len(found) > MAX_OWN else found

    def session_keys(self, session: str | None, now_us: int) -> list[str]:
        """Keys searched in the current session, the latest first, each once.

        Args:
            session: the session the client names; None derives it by the 30-minute gap up to `now_us`.
            now_us: the moment of the request.
        """
        keys: dict[str, None] = {}
        later_us = now_us
        for key, search in reversed(self._final):
            if session is None and later_us - search.ts_us > SESSION_GAP_US:
                break
            later_us = search.ts_us
            if session is None or search.session == session:
                keys.setdefault(key)
        return list(keys)


def _use(query: OwnQuery) -> tuple[int, int]:
    return len(query.times_us), query.times_us[-1]


def _final_intents(searches: Sequence[PastSearch]) -> list[tuple[str, PastSearch]]:
    """(key, search) of the searches that were typed to their end."""
    keyed = [(normalise(search.query), search) for search in searches]
    finished = [own for own, later in pairwise(keyed) if not _unfinished(own, later)]
    return finished + keyed[-1:]


def _unfinished(own: tuple[str, PastSearch], later: tuple[str, PastSearch]) -> bool:
    (key, search), (later_key, later_search) = own, later
    return (
        search.typed
        and len(later_key) > len(key)
        and later_key.startswith(key)
        and later_search.ts_us - search.ts_us <= FINAL_INTENT_US
    )
