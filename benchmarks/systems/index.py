"""The prefix index of this project alone, called from Python."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.corpus import read_queries
from benchmarks.systems.system import InProcess, K, Session
from suggest.artifacts import Generation, building
from suggest.index import PrefixIndex, QueryColumns, save_prefixes, save_queries

NAME = "suggest, prefix index alone"
ORDER = "text"


def build(tsv: Path, directory: Path) -> None:
    """Writes a generation that holds queries and prefixes and nothing else."""
    rows = sorted(read_queries(tsv))
    keys = pa.array([query for query, _ in rows], pa.large_string())
    count = np.array([count for _, count in rows], dtype=np.int64)
    del rows
    weight = count.astype(np.float64)
    # As a build has it of counts alone: so many users as searches, none of them long ago.
    columns = QueryColumns(keys, keys, weight, count, count, weight, np.zeros_like(count))
    with building(directory / "index") as writer:
        save_prefixes(writer, columns, save_queries(writer, columns), {})


def open_session(directory: Path) -> Session:
    """The call a request makes: the ids and texts of the best."""
    index = PrefixIndex(Generation.open(directory / "index"))
    return InProcess(lambda prefix: index.top(prefix, K)[1])
