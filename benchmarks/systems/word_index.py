"""The any-order source of this project alone, called from Python: from the typed text to texts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.corpus import read_queries
from benchmarks.systems.system import InProcess, K, Session
from suggest.artifacts import Generation, building
from suggest.candidates import typed_words
from suggest.candidates.any_order import any_order
from suggest.index import Budget, QueryColumns, QueryTable, ranks, save_queries
from suggest.index.words import WordIndex
from suggest.index.words_build import save_words

NAME = "suggest, words in any order alone"
ORDER = "text"

_NODES = 1_000_000
"""More than any of these inputs costs: the answers are to be exact."""


def build(tsv: Path, directory: Path) -> None:
    """Writes a generation that holds queries and words and nothing else."""
    rows = sorted(read_queries(tsv))
    keys = pa.array([query for query, _ in rows], pa.large_string())
    count = np.array([count for _, count in rows], dtype=np.int64)
    del rows
    zero, weight = np.zeros_like(count), count.astype(np.float64)
    with building(directory / "index") as writer:
        save_queries(writer, QueryColumns(keys, keys, weight, count, zero, zero.astype(np.float64), zero))
        save_words(writer, keys, ranks(weight), weight)


def open_session(directory: Path) -> Session:
    """The call a request makes, and the texts of what it finds."""
    generation = Generation.open(directory / "index")
    queries, words = QueryTable(generation), WordIndex(generation)

    def lookup(typed: str) -> list[str]:
        found = any_order(typed_words(typed), words, queries, K, Budget(_NODES))
        ids = [candidate.query_id for candidate in found]
        return queries.displays(ids, [queries.key(query_id) for query_id in ids])

    return InProcess(lookup)
