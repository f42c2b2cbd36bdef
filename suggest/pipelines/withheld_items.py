"""Some items as if nobody had searched beside them yet: what a log without them says, and what was searched there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from zlib import crc32

import orjson

from suggest.pipelines.read import read_events
from suggest.pipelines.report import ReadReport
from suggest.pipelines.training_log import LogFiles
from suggest.text import normalise
from suggest.types import DAY_US, Event, now_us

N_GROUPS = 5
"""Of items, by hash. Without one of them at a time an index lacks few neighbours, and each costs a build."""

Wanted = dict[str, set[str]]
"""By item, the queries searched or clicked beside it."""


def item_group(item: str) -> int:
    """Which of `N_GROUPS` an item belongs to."""
    return crc32(item.encode(), 2) % N_GROUPS


def write_without(log: LogFiles, group: int, file: Path) -> Wanted:
    """Writes the log without what was searched and shown beside a group of items; returns what was wanted there.

    What people watched stays.

    Args:
        log: as it is.
        group: of the items, from 0.
        file: to write, as JSON Lines.
    """
    withheld = BesideItems()
    with file.open("wb") as lines:
        for event in _events(log):
            item = withheld.item_of(event)
            if event.type == "view" or item is None or item_group(item) != group:
                lines.write(orjson.dumps(event.to_record()) + b"\n")
            else:
                withheld.add(event)
    return withheld.wanted


class BesideItems:
    """What people searched or clicked beside items, taken in event by event.

    Attributes:
        wanted: by item, the normalised queries.
    """

    def __init__(self) -> None:
        self.wanted: Wanted = defaultdict(set)
        self._shown: dict[tuple[str, str | None], str] = {}

    def item_of(self, event: Event) -> str | None:
        """The item that an event happened beside; of a click, that of the impression before it."""
        if event.type == "click":
            return self._shown.get((event.user, event.request_id))
        if event.type == "impression":
            if event.surface != "item" or not event.input:
                return None
            self._shown[event.user, event.request_id] = event.input
            return event.input
        return event.item

    def add(self, event: Event) -> None:
        """Takes in one event."""
        item = self.item_of(event)
        if item is not None and event.query and event.type in ("search", "click"):
            self.wanted[item].add(normalise(event.query))


def _events(log: LogFiles) -> Iterator[Event]:
    """All events of a log but those of people who were forgotten."""
    latest_us = now_us() + DAY_US
    forgotten = {} if log.state is None else log.state.forgotten()
    batches = read_events(log.paths, report=ReadReport(), latest_us=latest_us)
    read = (Event(*row.values()) for batch in batches for row in batch.to_pylist())
    of_state = () if log.state is None else (event for _, event in log.state.read())
    for event in chain(read, of_state):
        if event.user not in forgotten or event.ts_us > forgotten[event.user]:
            yield event
