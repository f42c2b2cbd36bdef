"""The seams: what a store must offer, whatever holds it.

Every implementation passes `tests/stores/contract.py`. All methods are safe to call from several
threads and, where the store outlives the process, from several processes on one machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from suggest.types import Event, PastSearch


class Appended(NamedTuple):
    """Outcome of one append.

    Attributes:
        accepted: events that are now durable and were not there before.
        duplicates: events whose `event_id` had been accepted earlier (or twice in this call).
    """

    accepted: int
    duplicates: int


class EventLog(Protocol):
    """The ordered log of accepted events."""

    def append(self, events: Sequence[Event]) -> Appended:
        """Writes events and their effects in one transaction; durable when it returns.

        Idempotent by `event_id`, also for events that `forget` has erased since. Effects: a `search`
        enters its user's history; a `delete` makes a tombstone of each query, item and
        comment it names, as of its `ts_us`.

        Raises:
            StateError: nothing of the call was written.
        """
        ...

    def read(self, after: int = 0) -> Iterator[tuple[int, Event]]:
        """Events with an offset above `after`, in order of acceptance, each with its offset (from 1)."""
        ...

    def watermark(self) -> int:
        """The highest offset given so far; 0 when nothing was accepted. Never falls."""
        ...


class ProfileStore(Protocol):
    """What each user did, as far as the state knows."""

    def history_version(self, user: str) -> int:
        """A number that differs whenever `history` would; 0 for a user without history. Microseconds."""
        ...

    def history(self, user: str, limit: int = 1000, after: int = 0) -> list[PastSearch]:
        """The latest `limit` searches of a user by `ts_us`, oldest first, ties in order of acceptance.

        Args:
            user: whose.
            limit: at most this many.
            after: only those accepted after `history_version` had this value.
        """
        ...

    def forget(self, user: str, at_us: int) -> int:
        """Erases a user from log and history; returns how many events went. Remembers that it did.

        Tombstones that the user's `delete` events made stay: they protect others.
        """
        ...

    def forgotten(self) -> Mapping[str, int]:
        """User to the highest `at_us` of a `forget`; generations older than that still name them."""
        ...


class TombstoneStore(Protocol):
    """What must never be suggested again."""

    def block(self, queries: Sequence[str], at_us: int) -> None:
        """Suggest none of these again, whatever `now` a call asks for. Durable when it returns.

        `at_us` is when that was asked for; it does not limit the block.
        """
        ...

    def tombstones(self) -> Mapping[str, int]:
        """Query as given to its moment in µs: 0 for `block`, the earliest `ts_us` for `delete`."""
        ...

    def deleted(self) -> Mapping[tuple[str, str], int]:
        """(`item` or `comment`, its id) of what delete events name to the earliest `ts_us` in µs."""
        ...

    def moved(self) -> int:
        """A number that differs whenever `tombstones`, `deleted` or `forgotten` would. At most a few µs."""
        ...


class State(EventLog, ProfileStore, TombstoneStore, Protocol):
    """Everything that moves, behind one object."""

    def counters(self) -> Mapping[str, int]:
        """Accepted events by type since the state was made, calls of `forget`, and queries `blocked`.

        Types that never came are absent; erased events stay counted. Names are the event types,
        `forgotten` and `blocked` (each query once).
        """
        ...

    def backup(self, path: str) -> None:
        """Writes a consistent copy to a new file while others read and write.

        Raises:
            StateError: this kind of state cannot be copied, or `path` exists.
        """
        ...

    def close(self) -> None:
        """Releases files and connections; a second call does nothing."""
        ...
