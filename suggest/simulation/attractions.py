"""The truth of every list: how much each of its queries attracts the person who sees it."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

_DIGITS = 6


class AttractionLines:
    """Collects one line of JSON a list, in the order the lists were made.

    With the examination of the positions they give the chance of a click of any order of the list:
    what no log holds, and what an estimate is judged by.

    Attributes:
        n_lists: lists so far.
    """

    def __init__(self, end_ms: int) -> None:
        self._end_ms = end_ms
        self.n_lists = 0
        self._pending: list[bytes] = []

    def add(self, ts_ms: int, request_id: str, chances: Sequence[float]) -> None:
        """Takes what the queries of one list attract, by position; the log breaks off at `end_ms`. About 2 µs."""
        if ts_ms >= self._end_ms:
            return
        self.n_lists += 1
        record = {"request_id": request_id, "attraction": [round(chance, _DIGITS) for chance in chances]}
        self._pending.append(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))

    def take(self) -> bytes:
        """The lines since the last call."""
        ready = b"".join(self._pending)
        self._pending.clear()
        return ready
