"""Here is a log: where is it cut, so that a ranker learns only from what came after what its features know?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt
import orjson

from suggest.errors import EventError
from suggest.pipelines.read import read_events
from suggest.pipelines.report import ReadReport
from suggest.pipelines.sources import read_blocks
from suggest.types import Event, parse_event

LATER_SHARE = 0.3
"""Of the searches, the latest, that are replayed: the more, the less the features know."""

MAX_REPLAYED = 60_000
"""Searches replayed at most: of more, trees of this size learn nothing more, and a minute passes for each 20,000."""


class Cut(NamedTuple):
    """How a log is cut in two.

    Attributes:
        by: `time`, or `user` where all searches have one time.
        from_us: first `known_at` of the later part in µs; 0 where it is cut by user.
        n_searches: in all of the log.
    """

    by: str
    from_us: int
    n_searches: int

    def is_later(self, event: Event) -> bool:
        """Whether an event is replayed rather than known before."""
        if self.by == "time":
            return event.known_at_us >= self.from_us
        return crc32(event.user.encode()) % 1000 < 1000 * LATER_SHARE


def cut_log(paths: Sequence[Path]) -> Cut:
    """Chooses the cut from the moments of all searches; reads the files once, in bounded memory.

    Raises:
        InputError: a file cannot be read.
    """
    parts = [np.empty(0, np.int64)]
    for batch in read_events(paths, report=ReadReport()):
        is_search = np.array(batch["type"].to_pylist()) == "search"
        parts.append(batch["known_at_us"].to_numpy()[is_search])
    times: npt.NDArray[np.int64] = np.sort(np.concatenate(parts))
    if not len(times) or times[0] == times[-1]:
        return Cut("user", 0, len(times))
    n_later = min(int(len(times) * LATER_SHARE), MAX_REPLAYED)
    # The first moment never belongs to the later part: something must come before it.
    from_us = max(int(times[len(times) - 1 - n_later]), int(times[0]) + 1)
    return Cut("time", from_us, len(times))


def later_log(paths: Sequence[Path], cut: Cut) -> list[tuple[Event, Any]]:
    """The well-formed events after the cut with their records, in arrival order."""
    log = []
    for path in paths:
        for block in read_blocks(path, frozenset({"type", "ts", "user"})):
            for row in block:
                try:
                    event = parse_event(row.record)
                except EventError:
                    continue  # counted where the index is built from the same files
                if cut.is_later(event):
                    log.append((event, row.record))
    log.sort(key=lambda pair: pair[0].known_at_us)
    return log


def write_earlier(paths: Sequence[Path], cut: Cut, file: Path) -> None:
    """Writes the events before a cut by user, as JSON Lines."""
    with file.open("wb") as lines:
        for path in paths:
            for block in read_blocks(path, frozenset({"type", "ts", "user"})):
                for row in block:
                    try:
                        if not cut.is_later(parse_event(row.record)):
                            lines.write(orjson.dumps(row.record) + b"\n")
                    except EventError:
                        continue
