"""Files in, validated Arrow batches out; malformed rows are counted by reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from suggest.errors import EventError, InputError
from suggest.pipelines.counts import COUNT_FIELDS, parse_count
from suggest.pipelines.plain_counts import plain_counts
from suggest.pipelines.report import ReadReport
from suggest.pipelines.sources import TsvLines, looks_like, read_blocks
from suggest.types import KNOWN_FIELDS, Event, parse_event

BATCH_ROWS = 50_000
_BATCH_BLOCKS = 32  # of about 1 MiB of text: bounds memory when rows are long

_EVENT_FIELDS: list[pa.Field[Any]] = [
    pa.field("type", pa.string(), nullable=False),
    pa.field("ts_us", pa.int64(), nullable=False),
    pa.field("user", pa.string(), nullable=False),
    pa.field("event_id", pa.string(), nullable=False),
    pa.field("known_at_us", pa.int64(), nullable=False),
    *(pa.field(name, pa.string()) for name in Event._fields[5:16]),
    pa.field("shown", pa.list_(pa.string())),
    pa.field("position", pa.int32()),
    pa.field("watch_s", pa.float64()),
    pa.field("propensities", pa.list_(pa.float64())),
]
EVENT_SCHEMA = pa.schema(_EVENT_FIELDS)
"""One column for each attribute of `Event`, in the same order."""

_COUNT_FIELDS: list[pa.Field[Any]] = [
    pa.field("query", pa.string(), nullable=False),
    pa.field("count", pa.int64(), nullable=False),
    pa.field("users", pa.int64(), nullable=False),
    pa.field("locale", pa.string()),
    pa.field("region", pa.string()),
    pa.field("kind", pa.string()),
    pa.field("tags", pa.list_(pa.string())),
    pa.field("aliases", pa.list_(pa.string())),
]
COUNT_SCHEMA = pa.schema(_COUNT_FIELDS)
"""One column for each attribute of `QueryCount`, in the same order."""


def read_events(
    paths: Iterable[Path], *, strict: bool = False, report: ReadReport, latest_us: int | None = None
) -> Iterator[pa.RecordBatch]:
    """The events of files in the `--events` format, in the order of the files.

    Args:
        paths: JSON Lines, TSV or Parquet, plain or gzip.
        strict: fail at the first malformed row instead of counting it.
        report: is filled in while batches are taken.
        latest_us: events after this moment are malformed; None accepts any.

    Yields:
        Batches of EVENT_SCHEMA of about 50,000 rows, fewer when rows are long. Duplicates are in.

    Raises:
        InputError: a file cannot be used, has no readable row at all, or `strict` met a malformed
            row. Batches given before are then not to be used.
    """
    parse = partial(parse_event, latest_us=latest_us)
    for path in paths:
        blocks = parsed(path, parse, frozenset({"type", "ts", "user"}), KNOWN_FIELDS, strict=strict, report=report)
        yield from batches(blocks, EVENT_SCHEMA)


def read_counts(paths: Iterable[Path], *, strict: bool = False, report: ReadReport) -> Iterator[pa.RecordBatch]:
    """The rows of files in the `--queries` format; rows of the same query are not summed yet.

    Args:
        paths: JSON Lines, TSV or Parquet, plain or gzip.
        strict: fail at the first malformed row instead of counting it.
        report: is filled in while batches are taken.

    Yields:
        Batches of COUNT_SCHEMA of about 50,000 rows, fewer when rows are long.

    Raises:
        InputError: as in `read_events`.
    """
    for path in paths:
        blocks = parsed(
            path,
            parse_count,
            frozenset({"query", "count"}),
            COUNT_FIELDS,
            strict=strict,
            report=report,
            at_once=partial(plain_counts, schema=COUNT_SCHEMA),
        )
        yield from batches(blocks, COUNT_SCHEMA)


def event_batches(events: Iterable[Event]) -> Iterator[pa.RecordBatch]:
    """Events that are already validated, as batches of EVENT_SCHEMA of up to 32,768 rows."""
    source = iter(events)
    yield from batches(iter(lambda: list(islice(source, 1024)), []), EVENT_SCHEMA)


def parsed(
    path: Path,
    parse: Callable[[object], tuple[Any, ...]],
    required: frozenset[str],
    known: frozenset[str],
    *,
    strict: bool,
    report: ReadReport,
    at_once: Callable[[TsvLines], pa.RecordBatch | None] | None = None,
) -> Iterator[list[tuple[Any, ...]] | pa.RecordBatch]:
    """The rows of one file of any format that `parse` accepts, block by block; the others are counted by reason.

    Args:
        path: JSON Lines, TSV or Parquet, plain or gzip.
        parse: makes a row of a record, or raises EventError.
        required: fields without which a file is no such file.
        known: fields of the format; others are counted.
        strict: fail at the first malformed row instead of counting it.
        report: is filled in.
        at_once: makes a batch of lines of TSV without making rows of them, where nothing about them is unusual.

    Raises:
        InputError: as in `read_events`.
    """
    n_rows = n_unreadable = 0
    for block in read_blocks(path, required):
        batch = at_once(block) if at_once and isinstance(block, TsvLines) else None
        if batch is not None:
            n_rows += len(batch)
            report.rows += len(batch)
            report.accepted += len(batch)
            yield batch
            continue
        accepted = []
        n_before = n_rows
        for number, record in block:
            n_rows += 1
            try:
                if isinstance(record, EventError):
                    raise record
                accepted.append(parse(record))
            except EventError as error:
                report.reject(error.reason, f"{path}:{number}")
                if strict:
                    raise InputError(f"{path}:{number}: {error.reason}") from error
            if not isinstance(record, dict):
                n_unreadable += 1
            elif not known.issuperset(record):
                report.count_unknown(record.keys() - known)
        report.rows += n_rows - n_before
        report.accepted += len(accepted)
        yield accepted
    if n_rows and n_unreadable == n_rows:
        raise InputError(f"{path}: none of its {n_rows} rows can be read; it looks like {looks_like(path)}")
    report.files.append(str(path))


def batches(blocks: Iterable[list[tuple[Any, ...]] | pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Rows as batches of a schema, a column for each attribute, of about 50,000 rows, fewer when rows are long.

    A block that is a batch already stays one.
    """
    rows: list[tuple[Any, ...]] = []
    n_blocks = 0
    for block in blocks:
        if isinstance(block, pa.RecordBatch):
            yield block
            continue
        rows += block
        n_blocks += 1
        if len(rows) >= BATCH_ROWS or n_blocks == _BATCH_BLOCKS:
            yield from _as_batch(rows, schema)
            rows, n_blocks = [], 0
    yield from _as_batch(rows, schema)


def _as_batch(rows: list[tuple[Any, ...]], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    if rows:
        columns = zip(*rows, strict=True)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)
