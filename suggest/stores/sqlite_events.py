"""Events as rows of the log, and what an accepted event changes besides."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from suggest.stores.identity import deleted_targets, seen_key
from suggest.types import Event

_TS_US, _KNOWN_AT_US = (Event._fields.index(name) for name in ("ts_us", "known_at_us"))
_LISTS = tuple(Event._fields.index(name) for name in ("shown", "propensities"))


def to_body(event: Event) -> bytes:
    """A JSON list of the fields in the order of `Event`, which is so a part of the file format.

    Left out: the Nones at its end, and `known_at_us` where it equals `ts_us`. Lists are shorter than objects,
    and two to three times faster to take apart than pairs of a field's number and value.

    Raises:
        TypeError: a text is not valid Unicode, or a number is beyond 64 bits.
    """
    values: list[Any] = list(event)
    while values[-1] is None:
        values.pop()
    if event.known_at_us == event.ts_us:
        values[_KNOWN_AT_US] = None
    return orjson.dumps(values)


def to_event(body: bytes) -> Event:
    """The event of a body. About 2 µs.

    Raises:
        ValueError, TypeError, LookupError: the body is damaged.
    """
    values = orjson.loads(body)
    if values[_KNOWN_AT_US] is None:
        values[_KNOWN_AT_US] = values[_TS_US]
    for at in _LISTS:
        if len(values) > at and values[at] is not None:
            values[at] = tuple(values[at])
    return Event(*values)


def is_erased(body: bytes) -> bool:
    """Whether only the blank of a forgotten event is left."""
    return body[:1] == b"\0"


def write_events(writer: sqlite3.Connection, events: Iterable[Event]) -> int:
    """Adds the events not seen before, with all their effects, to the open transaction; returns how many."""
    fresh = [event for event in events if _first_time(writer, event)]
    if not fresh:
        return 0
    numbered = list(enumerate(fresh, start=_take_offsets(writer, len(fresh))))
    writer.executemany("INSERT INTO log VALUES (?, ?)", ((offset, to_body(event)) for offset, event in numbered))
    user_ids = _write_users(writer, numbered)
    writer.executemany(
        "INSERT INTO by_user VALUES (?, ?, ?, ?)",
        ((user_ids[event.user], event.type == "search", event.ts_us, offset) for offset, event in numbered),
    )
    _write_tombstones(writer, fresh)
    count(writer, Counter(event.type for event in fresh))
    return len(fresh)


def erase_events(writer: sqlite3.Connection, user: str) -> int:
    """Overwrites a user's events and drops the user, in the open transaction; returns how many events."""
    owner = (user,)
    erased = writer.execute(
        """
        UPDATE log SET body = zeroblob(length(body)) WHERE offset IN
            (SELECT by_user.offset FROM by_user WHERE user_id = (SELECT id FROM users WHERE user = ?))
        """,
        owner,
    ).rowcount
    writer.execute("DELETE FROM by_user WHERE user_id = (SELECT id FROM users WHERE user = ?)", owner)
    writer.execute("DELETE FROM users WHERE user = ?", owner)
    return erased


def count(writer: sqlite3.Connection, added: Mapping[str, int]) -> None:
    """Adds to counters by name, in the open transaction."""
    writer.executemany(
        "INSERT INTO counters VALUES (?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
        added.items(),
    )


def write_deleted(writer: sqlite3.Connection, deletes: Iterable[Event]) -> None:
    """Remembers the items and comments that delete events name, in the open transaction."""
    writer.executemany(
        "INSERT INTO deleted VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET ts_us = min(ts_us, excluded.ts_us)",
        ((*target, event.ts_us) for event in deletes for target in deleted_targets(event)),
    )


def note_move(writer: sqlite3.Connection) -> None:
    """Tells every reader that what is deleted or forgotten users changed, in the open transaction."""
    writer.execute("UPDATE marks SET moved = moved + 1")


def _first_time(writer: sqlite3.Connection, event: Event) -> bool:
    key = seen_key(event.event_id)
    return writer.execute("INSERT INTO seen VALUES (?) ON CONFLICT DO NOTHING", (key,)).rowcount == 1


def _take_offsets(writer: sqlite3.Connection, n: int) -> int:
    """The first of the next `n` offsets, which are never given again."""
    for (watermark,) in writer.execute("UPDATE marks SET watermark = watermark + ? RETURNING watermark", (n,)):
        return int(watermark) - n + 1
    raise ValueError("it has no watermark; restore a backup")


def _write_users(writer: sqlite3.Connection, numbered: Sequence[tuple[int, Event]]) -> dict[str, int]:
    """User to row id; the version of a user is the offset of the latest search, so it never comes back."""
    versions: dict[str, int] = {}
    for offset, event in numbered:
        version = offset if event.type == "search" else 0
        versions[event.user] = max(version, versions.get(event.user, 0))
    upsert = """
        INSERT INTO users (user, version) VALUES (?, ?)
        ON CONFLICT DO UPDATE SET version = max(version, excluded.version) RETURNING id
    """
    return {user: writer.execute(upsert, (user, version)).fetchone()[0] for user, version in versions.items()}


def _write_tombstones(writer: sqlite3.Connection, events: Iterable[Event]) -> None:
    deletes = [event for event in events if event.type == "delete"]
    if deletes:
        writer.executemany(
            "INSERT INTO tombstones VALUES (?, ?) ON CONFLICT DO UPDATE SET ts_us = min(ts_us, excluded.ts_us)",
            ((event.query, event.ts_us) for event in deletes if event.query is not None),
        )
        write_deleted(writer, deletes)
        note_move(writer)
