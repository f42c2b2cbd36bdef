"""completype: one memory-mapped segment, through its Python API.

It ranks by kind of match, popularity and length together, and always searches words and
misspellings too, so its answers differ from an order by count and are not checked against one.
"""

from __future__ import annotations

from pathlib import Path

import completype

from benchmarks.corpus import read_queries
from benchmarks.systems.system import InProcess, K, Session

NAME = "completype, one segment"
ORDER = "own"


def build(tsv: Path, directory: Path) -> None:
    """Streams the queries into one segment file, with the count as popularity."""
    rows = ({"id": i, "text": query, "popularity": float(count)} for i, (query, count) in enumerate(read_queries(tsv)))
    completype.Segment.build(rows, path=directory / "segment")


def open_session(directory: Path) -> Session:
    """Its own defaults."""
    index = completype.Index([completype.Segment.open(directory / "segment")])
    return InProcess(lambda prefix: [found.text for found in index.complete(prefix, K)])
