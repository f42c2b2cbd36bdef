"""What the surfaces of a generation are built from, once it is known which queries may be suggested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from suggest.artifacts import GenerationWriter
from suggest.index import Indexes, QueryColumns
from suggest.pipelines.collect import LogTables
from suggest.pipelines.report import ReadReport
from suggest.rank import Policy
from suggest.text.encoder import Encoder
from suggest.types import Progress


@dataclass(frozen=True)
class Admitted:
    """The admitted queries of a generation being built, and all that may add to what is shown of them.

    Attributes:
        writer: the generation; the query indexes and the vectors of queries are written.
        indexes: these, opened.
        connection: the Ibis connection that `tables` live in.
        tables: what the log says.
        columns: the admitted queries, sorted by key; row i of all columns is one query.
        ids: uint32[n], the query id of each row.
        row_of: key: string, unique; row: int64.
        blocked: keys of what a state's tombstones name.
        policy: what may be shown.
        encoder: makes vectors of texts; None when there are to be none.
        vector_rows: int64[m], ascending, the rows that have vectors.
        vectors: float32[m, d], theirs.
        items, comments, lexicon: files to read.
        strict: fail at the first malformed row.
        report: of what was read; is added to.
        cache: folder for what later builds need not do again.
        told: of each stage.
    """

    writer: GenerationWriter
    indexes: Indexes
    connection: Any
    tables: LogTables
    columns: QueryColumns
    ids: npt.NDArray[np.uint32]
    row_of: ir.Table
    blocked: frozenset[str]
    policy: Policy
    encoder: Encoder | None
    vector_rows: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float32]
    items: Sequence[Path]
    comments: Sequence[Path]
    lexicon: Sequence[Path]
    strict: bool
    report: ReadReport
    cache: Path
    told: Progress
