"""SQLite FTS5 for words in any order.

Rows go in by rank, so that the first K row ids are the answer and nothing is sorted; prefix indexes for
one to four characters. Positions are kept, since a word with a period is a phrase to it.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from benchmarks.corpus import read_queries
from benchmarks.systems.system import InProcess, K, Session

NAME = "SQLite FTS5, word AND word AND prefix*, row id = rank"
ORDER = "count"


def build(tsv: Path, directory: Path) -> None:
    """A table by rank and an index of its words without content of its own."""
    rows = sorted(read_queries(tsv), key=lambda row: (-row[1], row[0]))
    with sqlite3.connect(directory / "queries.sqlite") as database:
        database.execute("CREATE TABLE ranked (rank INTEGER PRIMARY KEY, text TEXT NOT NULL)")
        database.executemany("INSERT INTO ranked (text) VALUES (?)", ((query,) for query, _ in rows))
        database.execute(
            "CREATE VIRTUAL TABLE found USING fts5(text, content='ranked', content_rowid='rank',"
            " columnsize=0, prefix='1 2 3 4')"
        )
        database.execute("INSERT INTO found (found) VALUES ('rebuild')")
        database.execute("INSERT INTO found (found) VALUES ('optimize')")
    database.close()


def open_session(directory: Path) -> Session:
    """Memory-mapped and read-only."""
    database = sqlite3.connect(f"file:{directory / 'queries.sqlite'}?mode=ro&immutable=1", uri=True)
    database.execute("PRAGMA mmap_size = 2000000000")
    statement = f"SELECT text FROM found WHERE found MATCH ? ORDER BY rowid LIMIT {K}"

    def lookup(typed: str) -> list[str]:
        words = " AND ".join(f'"{word}"' for word in typed.split(" "))
        return [text for (text,) in database.execute(statement, (f"{words}*",))]

    return InProcess(lookup)
