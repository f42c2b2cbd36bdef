"""A real log cut in two by time, for benchmarks that train on one part and ask for the other."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from benchmarks.machine import DATA
from suggest.evaluation import Interval, arrival_order
from suggest.types import DAY_US, Event


class CutLog:
    """The events and, where there are any, the counts of one folder of `DATA`.

    Attributes:
        events: all of the log in arrival order.
        from_us: where the later part begins.
        count_files: of other people's searches, in the `--queries` format; none or one.
    """

    def __init__(self, name: str, days: float) -> None:
        """Reads the log; its later part is the last `days`. Ends the program where the log is absent."""
        folder = DATA / name
        if not folder.exists():
            raise SystemExit(f"the log is absent: expected {folder}")
        with gzip.open(folder / "events.jsonl.gz", "rb") as lines:
            self.events: list[tuple[Event, Mapping[str, Any]]] = arrival_order(orjson.loads(line) for line in lines)
        self.from_us = int(self.events[-1][0].known_at_us - days * DAY_US)
        self.count_files = [path for path in (folder / "query_counts.tsv.gz",) if path.exists()]

    @cached_property
    def train(self) -> list[Mapping[str, Any]]:
        """Records of the earlier part."""
        return [record for event, record in self.events if event.known_at_us < self.from_us]

    @cached_property
    def counts(self) -> list[tuple[str, int]]:
        """(query, count) of other people."""
        counts = []
        for path in self.count_files:
            with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
                next(lines)
                counts += [(query, int(count)) for query, count in (line.rstrip("\n").split("\t") for line in lines)]
        return counts

    @property
    def seen(self) -> list[str]:
        """Queries of the earlier part and of the counts, as spelled there."""
        searched = [str(record["query"]) for record in self.train if record["type"] == "search"]
        return searched + [query for query, _ in self.counts]

    def write_train(self, file: Path) -> Path:
        """Writes the earlier part as JSON Lines; returns the file."""
        file.write_bytes(b"\n".join(orjson.dumps(record) for record in self.train))
        return file


def shown(figure: Interval) -> str:
    """A figure with its interval, for tables."""
    return f"{figure.value:.3f} ({figure.low:.3f}-{figure.high:.3f})"
