"""A process that appends a known stream to a state: `python -m tests.stores.writer PATH START STOP`.

It prints the offset of the last event of each batch once the batch is acknowledged.
"""

from __future__ import annotations

import sys

from suggest.stores import SqliteState
from suggest.types import Event

BATCH = 7


def stream(start: int, stop: int) -> list[Event]:
    """Events `start` to `stop`: searches of eleven users out of order of time, deletes and views among them."""
    return [_event(n) for n in range(start, stop)]


def _event(n: int) -> Event:
    ts_us = n * 7919 % 10_007
    if n % 13 == 0:
        return Event("delete", ts_us, "admin", f"id{n}", ts_us, query=f"gone {n % 5}")
    if n % 5 == 0:
        return Event("view", ts_us, f"u{n % 11}", f"id{n}", ts_us, item=f"video {n}", watch_s=n / 2)
    return Event("search", ts_us, f"u{n % 11}", f"id{n}", ts_us, query=f"query {n}", source="typed")


def main() -> None:
    path, start, stop = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    state = SqliteState(path)
    for n in range(start, stop, BATCH):
        state.append(stream(n, min(n + BATCH, stop)))
        print(min(n + BATCH, stop), flush=True)  # noqa: T201  # the acknowledgement the parent reads
    state.close()


if __name__ == "__main__":
    main()
