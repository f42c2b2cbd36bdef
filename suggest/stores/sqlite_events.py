"""Events as rows of the log, and what an accepted event changes besides."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from suggest.stores.identity import seen_key
from suggest.types import Event

# In the order of `Event`, so that a row becomes an event by position.
PAGE_OF_EVENTS = """
    SELECT offset, type, ts_us, user, event_id, ts_us + known_lag_us, locale, region, session, query, prefix,
           source, item, comment, request_id, surface, input, shown, position, watch_s
    FROM log CROSS JOIN users ON users.id = user_id WHERE offset > ? ORDER BY offset LIMIT ?
"""
_SHOWN = 17

_INSERT = """
    INSERT INTO log (offset, user_id, type, ts_us, event_id, known_lag_us, locale, region, session, query, prefix,
                     source, item, comment, request_id, surface, input, shown, position, watch_s)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def write_events(writer: sqlite3.Connection, events: Iterable[Event]) -> int:
    """Adds the events not seen before, with all their effects, to the open transaction; returns how many."""
    fresh = [event for event in events if _first_time(writer, event)]
    if not fresh:
        return 0
    numbered = list(enumerate(fresh, start=_take_offsets(writer, len(fresh))))
    user_ids = _write_users(writer, numbered)
    writer.executemany(_INSERT, (_to_row(offset, user_ids[event.user], event) for offset, event in numbered))
    count(writer, Counter(event.type for event in fresh))
    _write_tombstones(writer, fresh)
    return len(fresh)


def to_event(row: Sequence[Any]) -> tuple[int, Event]:
    """A row of `PAGE_OF_EVENTS` as its offset and its event.

    Raises:
        ValueError: the row is damaged.
    """
    offset, *values = row
    shown = values[_SHOWN - 1]
    if shown is not None:
        values[_SHOWN - 1] = tuple(orjson.loads(shown))
    return offset, Event(*values)


def count(writer: sqlite3.Connection, added: Mapping[str, int]) -> None:
    """Adds to counters by name, in the open transaction."""
    writer.executemany(
        "INSERT INTO counters VALUES (?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
        added.items(),
    )


def note_move(writer: sqlite3.Connection) -> None:
    """Tells every reader that tombstones or forgotten users changed, in the open transaction."""
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


def _to_row(offset: int, user_id: int, event: Event) -> tuple[Any, ...]:
    return (
        offset,
        user_id,
        event.type,
        event.ts_us,
        event.event_id,
        event.known_at_us - event.ts_us,
        event.locale,
        event.region,
        event.session,
        event.query,
        event.prefix,
        event.source,
        event.item,
        event.comment,
        event.request_id,
        event.surface,
        event.input,
        None if event.shown is None else orjson.dumps(event.shown).decode(),
        event.position,
        event.watch_s,
    )


def _write_tombstones(writer: sqlite3.Connection, events: Iterable[Event]) -> None:
    deleted = [(event.query, event.ts_us) for event in events if event.type == "delete" and event.query is not None]
    if deleted:
        writer.executemany(
            "INSERT INTO tombstones VALUES (?, ?) ON CONFLICT DO UPDATE SET ts_us = min(ts_us, excluded.ts_us)",
            deleted,
        )
        note_move(writer)
