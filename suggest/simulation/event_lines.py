"""Event records as lines of JSON, in order of time."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import orjson

from suggest.simulation.rhythm import DAY_MS

_CLOCK = [f"{hour:02d}:{minute:02d}:{second:02d}" for hour in range(24) for minute in range(60) for second in range(60)]


class EventLines:
    """Collects events in any order and hands them out day by day in order of time.

    Holds the events of one day, and those of sessions that run past midnight.

    Attributes:
        by_type: events so far, by type.
    """

    def __init__(self, end_ms: int) -> None:
        self._end_ms = end_ms
        self.by_type: Counter[str] = Counter()
        self._pending: list[tuple[int, bytes]] = []
        self._dates: dict[int, str] = {}

    def add(self, ts_ms: int, record: dict[str, Any]) -> None:
        """Takes one record, without its `ts`; the log breaks off at `end_ms`. About 2 µs."""
        if ts_ms >= self._end_ms:
            return
        record["ts"] = self.rfc3339(ts_ms)
        self.by_type[record["type"]] += 1
        self._pending.append((ts_ms, orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)))

    def take(self, before_ms: int) -> bytes:
        """The lines of all events before a moment, by time, ties in the order they were added."""
        self._pending.sort(key=lambda pair: pair[0])
        ready = [line for ts_ms, line in self._pending if ts_ms < before_ms]
        self._pending = self._pending[len(ready) :]
        return b"".join(ready)

    def rfc3339(self, ts_ms: int) -> str:
        """The moment in UTC with milliseconds: `suggest.types.rfc3339` at a third of the time."""
        day, ms = divmod(ts_ms, DAY_MS)
        if day not in self._dates:
            self._dates[day] = datetime.fromtimestamp(day * 86400, UTC).strftime("%Y-%m-%dT")
        return f"{self._dates[day]}{_CLOCK[ms // 1000]}.{ms % 1000:03d}Z"
