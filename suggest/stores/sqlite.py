"""A state in one SQLite file, shared by the threads and processes of one machine."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from suggest.errors import StateError
from suggest.interfaces import Appended
from suggest.stores.sqlite_events import count, erase_events, is_erased, note_move, to_event, write_events
from suggest.stores.sqlite_file import back_up, connect, open_or_create, state_error
from suggest.types import Event, PastSearch

_PAGE = 1000

# Far longer than a tick of any file system's clock.
_TICK_NS = 100_000_000
_TRUSTED_NS = 1_000_000_000

_HISTORY = """
    SELECT body FROM by_user CROSS JOIN log USING (offset)
    WHERE user_id = (SELECT id FROM users WHERE user = ?) AND is_search = 1 AND by_user.offset > ?
    ORDER BY ts_us DESC, by_user.offset DESC LIMIT ?
"""

# What SQLite raises, and what coding raises for text that is not Unicode and numbers beyond 64 bits.
_FAILURES = (sqlite3.Error, ValueError, OverflowError, orjson.JSONEncodeError)


class _Reader(NamedTuple):
    thread: threading.Thread
    lock: threading.Lock
    connection: sqlite3.Connection


class SqliteState:
    """The `State` protocol in one file (WAL, full synchronisation).

    One connection writes, under a lock; every thread reads through its own, so that a reader waits for
    no writer. Open it after forking, not before.

    Args:
        path: the file; made when it does not exist, readable by its owner only. Its directory must exist.

    Raises:
        StateError: not a state, of a newer format, damaged, or not accessible.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path).absolute()
        self._process = os.getpid()
        self._writer = open_or_create(self._path)
        self._writing = threading.Lock()
        # Only ever looked at: to open and close it would drop the locks that SQLite holds on it.
        self._log_file = Path(f"{self._path}-wal")
        self._known_moved = 0, 0, 0
        self._own = threading.local()
        self._readers: list[_Reader] = []
        self._registering = threading.Lock()
        self._closed = False

    def append(self, events: Sequence[Event]) -> Appended:
        """See `EventLog.append`. One transaction and one sync of the disk a call: batches pay."""
        with self._transaction("append to") as writer:
            accepted = write_events(writer, events)
        return Appended(accepted, len(events) - accepted)

    def read(self, after: int = 0) -> Iterator[tuple[int, Event]]:
        """See `EventLog.read`; by pages of 1,000, each its own transaction, so it never holds back a checkpoint."""
        while page := self._rows("SELECT offset, body FROM log WHERE offset > ? ORDER BY offset LIMIT ?", after, _PAGE):
            for offset, body in page:
                event = self._event(body)
                if event is not None:
                    yield offset, event
            after = page[-1][0]

    def watermark(self) -> int:
        """See `EventLog.watermark`. About 5 µs."""
        return self._mark("SELECT watermark FROM marks")

    def history_version(self, user: str) -> int:
        """The offset of the user's latest accepted search, or 0. About 6 µs."""
        rows = self._rows("SELECT version FROM users WHERE user = ?", user)
        return int(rows[0][0]) if rows else 0

    def history(self, user: str, limit: int = 1000, after: int = 0) -> list[PastSearch]:
        """See `ProfileStore.history`; about 4 µs a search, found through one index range."""
        newest_first = self._rows(_HISTORY, user, after, max(limit, 0))
        events = (self._event(body) for (body,) in reversed(newest_first))
        return [
            PastSearch(e.ts_us, e.query, e.session, e.source == "typed") for e in events if e and e.query is not None
        ]

    def forget(self, user: str, at_us: int) -> int:
        """See `ProfileStore.forget`; also empties the write-ahead log, unless a backup is reading it."""
        with self._transaction("forget a user in") as writer:
            erased = erase_events(writer, user)
            writer.execute(
                "INSERT INTO forgotten VALUES (?, ?) ON CONFLICT DO UPDATE SET at_us = max(at_us, excluded.at_us)",
                (user, at_us),
            )
            count(writer, {"forgotten": 1})
            note_move(writer)
        # The erasure is committed; a log that cannot be emptied now is overwritten by later commits.
        with self._writing, suppress(sqlite3.Error):
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return erased

    def forgotten(self) -> Mapping[str, int]:
        """See `ProfileStore.forgotten`."""
        return dict(self._rows("SELECT user, at_us FROM forgotten"))

    def block(self, queries: Sequence[str], at_us: int) -> None:
        """See `TombstoneStore.block`."""
        with self._transaction("block queries in") as writer:
            blocked = writer.executemany(
                "INSERT INTO tombstones VALUES (?, 0) ON CONFLICT DO UPDATE SET ts_us = 0 WHERE ts_us != 0",
                ((query,) for query in queries),
            ).rowcount
            count(writer, {"blocked": blocked})
            note_move(writer)

    def tombstones(self) -> Mapping[str, int]:
        """See `TombstoneStore.tombstones`."""
        return dict(self._rows("SELECT query, ts_us FROM tombstones"))

    def deleted(self) -> Mapping[tuple[str, str], int]:
        """See `TombstoneStore.deleted`."""
        return {(kind, name): ts_us for kind, name, ts_us in self._rows("SELECT kind, name, ts_us FROM deleted")}

    def moved(self) -> int:
        """See `TombstoneStore.moved`. About 3 µs when nothing was written for a while, else 7 µs more.

        Every commit is followed by a touch of the write-ahead log, before it is acknowledged: while that
        file is as it was, so is the number. The clock of a file system ticks every few milliseconds, so
        a file that was touched just now may be touched again unnoticed, and is not trusted. Nor is a
        number older than a second: a process can be killed between a commit and its touch.
        """
        now_ns = time.time_ns()
        try:
            touched_ns = self._log_file.stat().st_mtime_ns
        except FileNotFoundError:
            return self._mark("SELECT moved FROM marks")
        known_touched_ns, known_at_ns, known = self._known_moved
        if touched_ns == known_touched_ns and 0 <= now_ns - known_at_ns < _TRUSTED_NS:
            return known
        moved = self._mark("SELECT moved FROM marks")
        if now_ns - touched_ns > _TICK_NS:
            self._known_moved = touched_ns, now_ns, moved
        return moved

    def counters(self) -> Mapping[str, int]:
        """See `State.counters`."""
        return dict(self._rows("SELECT name, n FROM counters"))

    def backup(self, path: str) -> None:
        """See `State.backup`; the copy is as of one moment, and takes its name once it is whole."""
        back_up(self._path, Path(path).absolute())

    def close(self) -> None:
        """Closes all connections; calls under way finish first, later ones raise StateError."""
        with self._writing, self._registering:
            self._closed = True
            for reader in self._readers:
                with reader.lock:
                    reader.connection.close()
            self._readers.clear()
            self._writer.close()

    @contextmanager
    def _transaction(self, doing: str) -> Iterator[sqlite3.Connection]:
        """The writing connection inside a transaction that commits at the end and rolls back on any error."""
        self._check_process()
        with self._writing:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
                self._writer.execute("COMMIT")
                with suppress(FileNotFoundError):
                    os.utime(self._log_file)
            except BaseException as error:
                # SQLite has rolled back by itself after some errors, and a closed connection has nothing to.
                with suppress(sqlite3.Error):
                    self._writer.rollback()
                if isinstance(error, _FAILURES):
                    raise state_error(doing, self._path, error) from error
                raise

    def _event(self, body: bytes) -> Event | None:
        """None for the blank of a forgotten event."""
        try:
            return None if is_erased(body) else to_event(body)
        except (ValueError, TypeError, LookupError) as error:
            raise state_error("read an event of", self._path, error) from error

    def _mark(self, sql: str) -> int:
        for (mark,) in self._rows(sql):
            return int(mark)
        raise StateError(f"the state {self._path} is damaged: it has no marks; restore a backup")

    def _rows(self, sql: str, *parameters: object) -> list[Any]:
        reader = self._reader()
        with reader.lock:
            try:
                # All rows at once: a cursor left half-read would hold its snapshot and hide later commits.
                return reader.connection.execute(sql, parameters).fetchall()
            except _FAILURES as error:
                raise state_error("read", self._path, error) from error

    def _reader(self) -> _Reader:
        self._check_process()
        reader: _Reader | None = getattr(self._own, "reader", None)
        if reader is None:
            reader = self._own.reader = self._register_reader()
        return reader

    def _register_reader(self) -> _Reader:
        with self._registering:
            if self._closed:
                raise StateError(f"the state {self._path} was closed")
            for reader in [reader for reader in self._readers if not reader.thread.is_alive()]:
                reader.connection.close()
                self._readers.remove(reader)
            reader = _Reader(threading.current_thread(), threading.Lock(), connect(self._path))
            self._readers.append(reader)
        return reader

    def _check_process(self) -> None:
        # SQLite's locks do not survive a fork: a connection used on both sides damages the file.
        if os.getpid() != self._process:
            raise StateError(f"the state {self._path} was opened before a fork; open it in the process that uses it")
