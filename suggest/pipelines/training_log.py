"""Here is a log: where is it cut, so that a ranker learns only from what came after what its features know?"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt
import orjson

from suggest.errors import EventError
from suggest.interfaces import State
from suggest.pipelines.sources import read_blocks
from suggest.types import DAY_US, Event, now_us, parse_event

LATER_SHARE = 0.3
"""Of the searches, the latest, that are replayed: the more, the less the features know."""

MAX_REPLAYED = 60_000
"""Searches replayed at most: of more, trees of this size learn nothing more, and a minute passes for each 20,000."""

LEAST_SEARCHES = 1000
"""Fewer leave too little after each cut."""

_LEAST_EARLIER_SHARE = 0.1
_LEAST_OF_WANTED = 1 / 3
"""A cut in time that leaves less than these before or after it is none: nearly all has one time, as in a dump."""

_USER_GROUPS = 1000


class LogFiles(NamedTuple):
    """Where a log is.

    Attributes:
        paths: files in the `--events` format.
        state: a state whose log is taken in too, and whose forgotten people are left out; None for none.
    """

    paths: Sequence[Path]
    state: State | None = None


class Cut(NamedTuple):
    """How a log is cut in two.

    Attributes:
        by: `time`, or `user` where times do not tell what came first.
        from_us: first `known_at` of the later part in µs; 0 where it is cut by user.
        later_groups: of 1,000 groups of users by hash, how many are the later part where it is cut by user.
        n_searches: in all of the log.
        n_clicks: likewise.
        n_malformed: rows that were left out.
        is_one_sided: whether one part would be empty.
        until_us: the latest `known_at` of all; 0 without events.
        repeated: hashes of event ids that come twice, and of few others; of this process alone.
    """

    by: str
    from_us: int
    later_groups: int
    n_searches: int
    n_clicks: int
    n_malformed: int
    is_one_sided: bool
    until_us: int
    repeated: frozenset[int]

    def is_later(self, event: Event) -> bool:
        """Whether an event is replayed rather than known before."""
        if self.by == "time":
            return event.known_at_us >= self.from_us
        return _group(event.user) < self.later_groups


def cut_log(log: LogFiles) -> Cut:
    """Chooses the cut from the moments of all searches, or of all clicks where there are few searches.

    Reads the files once and holds 16 bytes an event.

    Raises:
        InputError: a file cannot be read.
    """
    moments = {"search": array("q"), "click": array("q")}
    hashes, groups, n_rows, until_us = array("q"), set(), Counter[str](), 0
    for event, _ in _read(log, n_rows):
        until_us = max(until_us, event.known_at_us)
        hashes.append(hash(event.event_id))
        if event.type in moments:
            moments[event.type].append(event.known_at_us)
            groups.add(_group(event.user))
    kind = "search" if len(moments["search"]) >= LEAST_SEARCHES else max(moments, key=lambda kind: len(moments[kind]))
    times = np.sort(np.frombuffer(moments[kind], np.int64)) if moments[kind] else np.empty(0, np.int64)
    from_us = _moment(times)
    later_groups = _later_groups(len(times))
    n_groups = sum(group < later_groups for group in groups)
    return Cut(
        by="user" if from_us is None else "time",
        from_us=from_us or 0,
        later_groups=later_groups,
        n_searches=len(moments["search"]),
        n_clicks=len(moments["click"]),
        n_malformed=n_rows["malformed"],
        is_one_sided=from_us is None and n_groups in (0, len(groups)),
        until_us=until_us,
        repeated=_repeated(hashes),
    )


def later_log(log: LogFiles, cut: Cut) -> list[tuple[Event, Any]]:
    """The well-formed events after the cut with their records, in arrival order, each event once.

    It ends with the search number `MAX_REPLAYED`: where all searches of a day have one time, a cut may leave more.
    """
    later, firsts = [], dict[str, int]()
    for event, record in _read(log, Counter()):
        if hash(event.event_id) in cut.repeated:
            firsts[event.event_id] = min(event.known_at_us, firsts.get(event.event_id, event.known_at_us))
        if cut.is_later(event):
            later.append((event, record))
    later.sort(key=lambda pair: pair[0].known_at_us)
    # A copy that comes again after the cut is no new event: its label is in what is known already.
    once = [pair for pair in later if firsts.get(pair[0].event_id, pair[0].known_at_us) == pair[0].known_at_us]
    distinct = list({event.event_id: (event, record) for event, record in reversed(once)}.values())[::-1]
    searches = [row for row, (event, _) in enumerate(distinct) if event.type == "search"]
    return distinct[: searches[MAX_REPLAYED]] if len(searches) > MAX_REPLAYED else distinct


def write_earlier(log: LogFiles, cut: Cut, file: Path) -> None:
    """Writes the events before a cut by user, as JSON Lines."""
    with file.open("wb") as lines:
        for event, _ in _read(log, Counter()):
            if not cut.is_later(event):
                lines.write(orjson.dumps(event.to_record()) + b"\n")


def _read(log: LogFiles, n_rows: Counter[str]) -> Iterator[tuple[Event, Any]]:
    """Well-formed events with their records; `n_rows` counts the `malformed`."""
    latest_us = now_us() + DAY_US
    forgotten = {} if log.state is None else log.state.forgotten()
    for path in log.paths:
        for block in read_blocks(path, frozenset({"type", "ts", "user"})):
            for row in block:
                try:
                    event = parse_event(row.record, latest_us=latest_us)
                except EventError:
                    n_rows["malformed"] += 1
                    continue
                if event.user not in forgotten or event.ts_us > forgotten[event.user]:
                    yield event, row.record
    if log.state is not None:
        yield from ((event, event.to_record()) for _, event in log.state.read() if event.ts_us <= latest_us)


def _moment(times: npt.NDArray[np.int64]) -> int | None:
    """The first moment of the later part, so that about as much lies after it as is wanted; None where no moment is."""
    wanted = min(int(len(times) * LATER_SHARE), MAX_REPLAYED)
    if not wanted:
        return None
    # Many searches may share the moment: all of them come after the cut, or all before.
    moments = np.array([times[-wanted], times[-wanted] + 1])
    n_later = len(times) - np.searchsorted(times, moments)
    best = int(np.argmin(np.abs(n_later - wanted)))
    is_enough = n_later[best] >= wanted * _LEAST_OF_WANTED
    return int(moments[best]) if is_enough and n_later[best] <= len(times) * (1 - _LEAST_EARLIER_SHARE) else None


def _later_groups(n_searches: int) -> int:
    share = min(LATER_SHARE, MAX_REPLAYED / max(n_searches, 1))
    return max(1, int(_USER_GROUPS * share))


def _group(user: str) -> int:
    return crc32(user.encode()) % _USER_GROUPS


def _repeated(hashes: array[int]) -> frozenset[int]:
    found, counts = np.unique(np.array(hashes, np.int64), return_counts=True)
    return frozenset(found[counts > 1].tolist())
