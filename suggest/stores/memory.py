"""A state that lives and ends with its process."""

from __future__ import annotations

import threading
from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter

from suggest.errors import StateError
from suggest.interfaces import Appended
from suggest.stores.identity import deleted_targets, seen_key
from suggest.types import Event, PastSearch

_PAGE = 1000


class MemoryState:
    """The `State` protocol in dictionaries and lists: the default of the library, and the oracle of the tests.

    Safe to use from several threads. Appends and reads of a user cost about a microsecond an event;
    `forget` goes through the whole log.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: set[bytes] = set()
        self._log: list[tuple[int, Event]] = []
        self._watermark = 0
        self._histories: dict[str, list[tuple[int, PastSearch]]] = {}
        self._versions: dict[str, int] = {}
        self._tombstones: dict[str, int] = {}
        self._deleted: dict[tuple[str, str], int] = {}
        self._forgotten: dict[str, int] = {}
        self._moved = 0
        self._counts = Counter(forgotten=0, blocked=0)

    def append(self, events: Sequence[Event]) -> Appended:
        """See `EventLog.append`; nothing outlives the process."""
        with self._lock:
            accepted = sum(self._accept(event) for event in events)
        return Appended(accepted, len(events) - accepted)

    def read(self, after: int = 0) -> Iterator[tuple[int, Event]]:
        """See `EventLog.read`; takes the log by pages, so that others append and forget in between."""
        while True:
            with self._lock:
                start = bisect_right(self._log, after, key=itemgetter(0))
                page = self._log[start : start + _PAGE]
            if not page:
                return
            yield from page
            after = page[-1][0]

    def watermark(self) -> int:
        """See `EventLog.watermark`."""
        return self._watermark

    def history_version(self, user: str) -> int:
        """The offset of the user's latest accepted search, or 0."""
        return self._versions.get(user, 0)

    def history(self, user: str, limit: int = 1000, after: int = 0) -> list[PastSearch]:
        """See `ProfileStore.history`."""
        with self._lock:
            searches = [search for offset, search in self._histories.get(user, []) if offset > after]
        return searches[max(len(searches) - limit, 0) :] if limit > 0 else []

    def forget(self, user: str, at_us: int) -> int:
        """See `ProfileStore.forget`. Goes through the whole log."""
        with self._lock:
            kept = [(offset, event) for offset, event in self._log if event.user != user]
            erased = len(self._log) - len(kept)
            self._log = kept
            self._histories.pop(user, None)
            self._versions.pop(user, None)
            self._forgotten[user] = max(at_us, self._forgotten.get(user, at_us))
            self._counts["forgotten"] += 1
            self._moved += 1
        return erased

    def forgotten(self) -> Mapping[str, int]:
        """See `ProfileStore.forgotten`. A copy."""
        with self._lock:
            return dict(self._forgotten)

    def block(self, queries: Sequence[str], at_us: int) -> None:
        """See `TombstoneStore.block`."""
        with self._lock:
            self._counts["blocked"] += sum(self._tombstones.get(query) != 0 for query in set(queries))
            for query in queries:
                self._tombstones[query] = 0
            self._moved += 1

    def tombstones(self) -> Mapping[str, int]:
        """See `TombstoneStore.tombstones`. A copy."""
        with self._lock:
            return dict(self._tombstones)

    def deleted(self) -> Mapping[tuple[str, str], int]:
        """See `TombstoneStore.deleted`. A copy."""
        with self._lock:
            return dict(self._deleted)

    def moved(self) -> int:
        """See `TombstoneStore.moved`."""
        return self._moved

    def counters(self) -> Mapping[str, int]:
        """See `State.counters`. A copy."""
        with self._lock:
            return dict(self._counts)

    def backup(self, path: str) -> None:
        """Raises StateError: there is no file to copy."""
        raise StateError("a state in memory cannot be backed up; use sqlite:///path to keep one")

    def close(self) -> None:
        """Nothing to release."""

    def _accept(self, event: Event) -> bool:
        key = seen_key(event.event_id)
        if key in self._seen:
            return False
        self._seen.add(key)
        self._watermark += 1
        self._log.append((self._watermark, event))
        self._counts[event.type] += 1
        if event.type == "search" and event.query is not None:
            search = PastSearch(event.ts_us, event.query, event.session, event.source == "typed")
            # insort goes to the right of equal times: ties stay in order of acceptance.
            insort(self._histories.setdefault(event.user, []), (self._watermark, search), key=_ts_us)
            self._versions[event.user] = self._watermark
        elif event.type == "delete":
            self._delete(event)
        return True

    def _delete(self, event: Event) -> None:
        if event.query is not None:
            self._tombstones[event.query] = min(event.ts_us, self._tombstones.get(event.query, event.ts_us))
        for target in deleted_targets(event):
            self._deleted[target] = min(event.ts_us, self._deleted.get(target, event.ts_us))
        self._moved += 1


def _ts_us(entry: tuple[int, PastSearch]) -> int:
    return entry[1].ts_us
