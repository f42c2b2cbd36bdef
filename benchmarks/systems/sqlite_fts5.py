"""SQLite FTS5, set up for this one question.

A query is a single token (white space and punctuation are token characters), so that a prefix of
the query is a prefix of a token; rows go in by rank, so that the first K row ids are the answer and
nothing is sorted; prefix indexes for one to four characters.
"""

from __future__ import annotations

import sqlite3
import string
from pathlib import Path

from benchmarks.corpus import read_queries
from benchmarks.systems.system import InProcess, K, Session

NAME = "SQLite FTS5, query as one token, row id = rank"
ORDER = "text"

_TOKEN_CHARS = (" " + string.punctuation).replace("'", "''").replace('"', '""')


def build(tsv: Path, directory: Path) -> None:
    """A table by rank and an index without content of its own."""
    rows = sorted(read_queries(tsv), key=lambda row: (-row[1], row[0]))
    with sqlite3.connect(directory / "queries.sqlite") as database:
        database.execute("CREATE TABLE ranked (rank INTEGER PRIMARY KEY, text TEXT NOT NULL)")
        database.executemany("INSERT INTO ranked (text) VALUES (?)", ((query,) for query, _ in rows))
        database.execute(
            "CREATE VIRTUAL TABLE found USING fts5(text, content='ranked', content_rowid='rank',"
            " detail=none, columnsize=0, prefix='1 2 3 4',"
            f""" tokenize="unicode61 remove_diacritics 0 tokenchars '{_TOKEN_CHARS}'")"""
        )
        database.execute("INSERT INTO found (found) VALUES ('rebuild')")
        database.execute("INSERT INTO found (found) VALUES ('optimize')")
    database.close()


def open_session(directory: Path) -> Session:
    """Memory-mapped and read-only."""
    database = sqlite3.connect(f"file:{directory / 'queries.sqlite'}?mode=ro&immutable=1", uri=True)
    database.execute("PRAGMA mmap_size = 2000000000")
    statement = f"SELECT text FROM found WHERE found MATCH ? ORDER BY rowid LIMIT {K}"

    def lookup(prefix: str) -> list[str]:
        quoted = prefix.replace('"', '""')
        return [text for (text,) in database.execute(statement, (f'"{quoted}"*',))]

    return InProcess(lookup)
