"""The file of a SQLite state: made whole or not at all, recognised before use, copied while in use."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from suggest.errors import StateError
from suggest.stores.sqlite_events import is_erased, to_event, write_deleted

FORMAT_VERSION = 2
"""Kept as `PRAGMA user_version`; a change that this program could not read raises it."""

_WITHOUT_DELETED = 1
"""The format that did not list deleted items and comments."""

_APPLICATION_ID = int.from_bytes(b"SGST", "big")
_OLDEST_SQLITE = (3, 37, 0)  # the first with STRICT tables

BUSY_TIMEOUT_S = 10.0
"""How long a call waits for other writers; a batch of 10,000 events holds the lock for well under a second."""

# `secure_delete` overwrites a deleted row but not the stray copies that b-tree balancing leaves behind when it
# moves rows between pages (measured: 1 to 5 remnants in a 2 MB file). So rows with a user's words never move:
# the log only grows at its end, and to erase an event is to overwrite its body in place, at the same size.
# `by_user` may be balanced at will, as it holds numbers only.
_DELETED = """
CREATE TABLE deleted (
    kind TEXT, name TEXT, ts_us INTEGER NOT NULL, PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;
"""
_SCHEMA = """
CREATE TABLE marks (watermark INTEGER NOT NULL, moved INTEGER NOT NULL) STRICT;
INSERT INTO marks VALUES (0, 0);
CREATE TABLE counters (name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO counters VALUES ('forgotten', 0), ('blocked', 0);
CREATE TABLE seen (key BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE log (offset INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE TABLE users (id INTEGER PRIMARY KEY, user TEXT NOT NULL UNIQUE, version INTEGER NOT NULL) STRICT;
CREATE TABLE by_user (
    user_id INTEGER, is_search INTEGER, ts_us INTEGER, offset INTEGER,
    PRIMARY KEY (user_id, is_search, ts_us, offset)
) STRICT, WITHOUT ROWID;
CREATE TABLE tombstones (query TEXT PRIMARY KEY, ts_us INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE forgotten (user TEXT PRIMARY KEY, at_us INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""

_ADVICE = {
    sqlite3.SQLITE_FULL: "the disk is full; free some space and send the events again",
    sqlite3.SQLITE_BUSY: f"another writer held it for {BUSY_TIMEOUT_S:g} s",
    sqlite3.SQLITE_READONLY: "the file and its directory must be writable",
    sqlite3.SQLITE_CANTOPEN: "the file must be readable, and its directory writable",
    sqlite3.SQLITE_IOERR: "the disk refused a read or a write; is it full or over its quota?",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; restore a backup",
    sqlite3.SQLITE_NOTADB: "the file is no state, or damaged; give another path or restore a backup",
}


def open_or_create(path: Path) -> sqlite3.Connection:
    """A connection to the state at an absolute path, which is made when it does not exist.

    Raises:
        StateError: not a state, of a newer format, damaged, or not accessible.
    """
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise StateError(f"the state needs SQLite 3.37 or newer, got {sqlite3.sqlite_version}")
    if not path.parent.is_dir():
        raise StateError(f"cannot make the state {path}: its directory does not exist; make it first")
    # In this order: a log that another process begins after the first test comes with its file.
    orphan_log = _log_of(path).exists()
    if not path.exists():
        if orphan_log:
            raise StateError(f"{_log_of(path)} belongs to a state that is gone; bring {path.name} back or remove it")
        _create(path)
    return connect(path)


def connect(path: Path) -> sqlite3.Connection:
    """A connection to an existing state, in autocommit mode, for one thread at a time.

    Every commit is on the disk when it returns (WAL with full synchronisation), and what is deleted is
    overwritten with zeros.

    Raises:
        StateError: not a state, of a newer format, damaged, or not accessible.
    """
    try:
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode=rw",
            uri=True,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
        )
    except sqlite3.Error as error:
        raise state_error("open", path, error) from error
    try:
        _check_format(connection, path)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException as error:
        connection.close()
        # A damaged schema can even fail to decode, as a ValueError.
        if isinstance(error, (sqlite3.Error, ValueError)):
            raise state_error("open", path, error) from error
        raise
    return connection


def back_up(path: Path, target: Path) -> None:
    """Copies a state in use to a new file, as of one moment, without stopping writers.

    Raises:
        StateError: `target` exists, or cannot be written.
    """
    if target.exists() or _log_of(target).exists():
        raise StateError(f"cannot back up to {target}: it exists; give a new path")
    with closing(connect(path)) as source:
        try:
            with _published(target) as partial, closing(sqlite3.connect(partial)) as copy:
                # All pages in one step: one read transaction, which in WAL mode no writer waits for.
                source.backup(copy)
        except (sqlite3.Error, OSError) as error:
            raise state_error("back up", path, error) from error


def state_error(doing: str, path: Path, error: Exception) -> StateError:
    """What went wrong and what to do about it, e.g. for `doing="append to"`."""
    advice = _ADVICE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    return StateError(f"cannot {doing} the state {path}: {error}" + (f" ({advice})" if advice else ""))


def _check_format(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != _APPLICATION_ID:
        raise StateError(f"{path} is not a state of suggest; give another path")
    if version == _WITHOUT_DELETED:
        version = _upgrade(connection)
    if version != FORMAT_VERSION:
        raise StateError(
            f"the state {path} has format {version}, and this program reads format {FORMAT_VERSION}; "
            "open it with the program that wrote it"
        )


def _upgrade(connection: sqlite3.Connection) -> int:
    """Brings a state of the format before this one up to it, in one transaction; returns the format it now has."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == _WITHOUT_DELETED:  # else another process was first
            connection.execute(_DELETED)
            bodies = (body for (body,) in connection.execute("SELECT body FROM log") if not is_erased(body))
            write_deleted(connection, [event for event in map(to_event, bodies) if event.type == "delete"])
            connection.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
            version = FORMAT_VERSION
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise
    return int(version)


def _create(path: Path) -> None:
    try:
        with _published(path) as partial, closing(sqlite3.connect(partial)) as connection:
            connection.executescript(
                f"PRAGMA application_id = {_APPLICATION_ID}; PRAGMA user_version = {FORMAT_VERSION};"
                f"PRAGMA journal_mode = WAL; BEGIN; {_SCHEMA} {_DELETED} COMMIT;"
            )
    except FileExistsError:
        return  # another process was first; its file is as good
    except (sqlite3.Error, OSError) as error:
        raise state_error("make", path, error) from error


@contextmanager
def _published(path: Path) -> Iterator[Path]:
    """A file to fill beside `path`, which takes that name once whole and on the disk; never over another file."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        _sync(partial)
        os.link(partial, path)
    finally:
        partial.unlink()
    _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")
