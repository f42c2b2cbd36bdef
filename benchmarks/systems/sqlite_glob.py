"""SQLite without FTS: an ordinary table with indexes.

What `GLOB 'prefix*'` becomes is a range of an index over the text, whose rows must then be sorted:
tens of milliseconds for one letter of a million queries. Prefixes of up to four characters
therefore have an index each, on the first characters and the rank, which needs no sorting.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from benchmarks.corpus import read_queries
from benchmarks.systems.system import InProcess, K, Session

NAME = "SQLite, indexes by prefix and rank, range beyond 4"
ORDER = "text"

_INDEXED = 4


def build(tsv: Path, directory: Path) -> None:
    """A table by rank, an index over texts and one for each short length."""
    rows = sorted(read_queries(tsv), key=lambda row: (-row[1], row[0]))
    with sqlite3.connect(directory / "queries.sqlite") as database:
        database.execute("CREATE TABLE ranked (rank INTEGER PRIMARY KEY, text TEXT NOT NULL)")
        database.executemany("INSERT INTO ranked (text) VALUES (?)", ((query,) for query, _ in rows))
        database.execute("CREATE INDEX by_text ON ranked (text)")
        for length in range(1, _INDEXED + 1):
            database.execute(f"CREATE INDEX by_{length} ON ranked (substr(text, 1, {length}), rank)")
    database.close()


def open_session(directory: Path) -> Session:
    """Memory-mapped and read-only."""
    database = sqlite3.connect(f"file:{directory / 'queries.sqlite'}?mode=ro&immutable=1", uri=True)
    database.execute("PRAGMA mmap_size = 2000000000")
    short = [
        f"SELECT text FROM ranked WHERE substr(text, 1, {length}) = ? ORDER BY rank LIMIT {K}"
        for length in range(1, _INDEXED + 1)
    ]
    # GLOB with a parameter cannot use the index; its range can. "+rank" keeps the planner from walking all ranks.
    long = f"SELECT text FROM ranked WHERE text >= ? AND text < ? ORDER BY +rank LIMIT {K}"

    def lookup(prefix: str) -> list[str]:
        if len(prefix) <= _INDEXED:
            return [text for (text,) in database.execute(short[len(prefix) - 1], (prefix,))]
        return [text for (text,) in database.execute(long, (prefix, prefix + "\U0010ffff"))]

    return InProcess(lookup)
