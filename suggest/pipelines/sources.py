"""Bytes of a file, as blocks of records: JSON Lines, TSV or Parquet, plain or gzip."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from suggest.errors import EventError, InputError

MAX_LINE_BYTES = 1 << 20
"""Longest line that is read; a longer one is skipped in bounded memory."""

BLOCK_BYTES = 1 << 20
_BLOCK_ROWS = 1024
_BOM = b"\xef\xbb\xbf"

_BEGINNINGS = {
    b"\x1f\x8b": "gzip data inside gzip",
    b"PK\x03\x04": "a zip archive",
    b"PAR1": "a Parquet file",
    b"\x28\xb5\x2f\xfd": "zstd data",
    b"BZh": "bzip2 data",
    b"\xfd7zXZ": "xz data",
    b"SQLite format 3": "an SQLite database",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"\x7fELF": "a program",
    b"\xff\xfe": "UTF-16 text, not UTF-8",
    b"\xfe\xff": "UTF-16 text, not UTF-8",
    b"<": "HTML or XML",
    b"[": "one JSON array, not one JSON object a line",
    b"{": "JSON spread over several lines, not one object a line",
}


class Row(NamedTuple):
    """One row of a file.

    Attributes:
        number: its line from 1, or in a Parquet file its row from 1.
        record: what stands there, or an EventError that says why it cannot be read.
    """

    number: int
    record: object


def read_blocks(path: Path, required: frozenset[str]) -> Iterator[Iterable[Row]]:
    """The rows of a file in order, in blocks of about 1 MiB of text or 1,024 Parquet rows.

    Args:
        path: its ending names the format: .jsonl .json .ndjson .tsv .parquet, each also with .gz.
            Whether it is compressed is told by its content.
        required: columns a TSV or Parquet file must have.

    Raises:
        InputError: the file cannot be opened, is of no known format, lacks a required column, or is
            damaged gzip or Parquet. Blocks before the damage have been given: do not use them.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    reader = _READERS.get(suffixes[-1]) if suffixes else None
    if reader is None:
        raise InputError(f"{path}: expected a name that ends in {', '.join(_READERS)}, each also with .gz")
    with open_input(path) as stream:
        yield from reader(path, stream, required)


@contextmanager
def open_input(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, decompressed when it is gzip.

    Raises:
        InputError: it cannot be opened or read, is named .gz and is no gzip, or is damaged gzip.
    """
    try:
        with path.open("rb") as file:
            packed = file.peek(2)[:2] == b"\x1f\x8b"
            if path.suffix.lower() == ".gz" and not packed:
                raise InputError(f"{path}: named .gz but holds no gzip data; rename it or compress it")
            yield cast("BinaryIO", gzip.GzipFile(fileobj=file)) if packed else file
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise InputError(f"{path}: the gzip data is damaged or cut off ({error}); copy the file again") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def looks_like(path: Path) -> str:
    """What the content of a file looks like, for an error about a file without one readable row."""
    with open_input(path) as stream:
        head = stream.read(512)
    for beginning, name in _BEGINNINGS.items():
        if head.removeprefix(_BOM).startswith(beginning):
            return name
    text = head.decode("utf-8", errors="replace")
    return "binary data" if "\0" in text or "\ufffd" in text[:-1] else "plain text"


def _lines(stream: BinaryIO) -> Iterator[list[bytes | None]]:
    """Blocks of lines without their newline; None stands for one longer than MAX_LINE_BYTES."""
    unfinished: bytes | None = b""
    for n, chunk in enumerate(iter(partial(stream.read, BLOCK_BYTES), b"")):
        head, *rest = (chunk if n else chunk.removeprefix(_BOM)).split(b"\n")
        fits = unfinished is not None and len(unfinished) + len(head) <= MAX_LINE_BYTES
        *lines, unfinished = [cast("bytes", unfinished) + head if fits else None, *rest]
        yield lines
    if unfinished is None or unfinished:
        yield [unfinished]


def _json_blocks(_path: Path, stream: BinaryIO, _required: frozenset[str]) -> Iterator[list[Row]]:
    number = 0
    for lines in _lines(stream):
        yield [Row(i, _from_json(line)) for i, line in enumerate(lines, number + 1) if line is None or line.strip()]
        number += len(lines)


def _from_json(line: bytes | None) -> object:
    if line is None:
        return _line_too_long()
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return _not_text(line) or EventError("bad_json", "expected one JSON object on the line")


def _line_too_long() -> EventError:
    return EventError("line_too_long", f"a line may hold at most {MAX_LINE_BYTES} bytes")


def _not_text(line: bytes) -> EventError | None:
    if b"\0" in line:
        return EventError("nul_byte", "the line holds a NUL byte")
    try:
        line.decode()
    except UnicodeDecodeError:
        return EventError("bad_utf8", "the line is not UTF-8")
    return None


class TsvLines:
    """Lines of a TSV file, whose rows are made when they are asked for.

    Attributes:
        columns: names, in the order of the cells.
        lines: without their newlines; None stands for one longer than MAX_LINE_BYTES.
    """

    def __init__(self, columns: list[str], first: int, lines: list[bytes | None]) -> None:
        """Takes lines of which the first has the number `first`."""
        self.columns = columns
        self.lines = lines
        self._first = first

    def __iter__(self) -> Iterator[Row]:
        """The rows of the lines that are not blank."""
        for number, line in enumerate(self.lines, self._first):
            if not _is_blank(line):
                yield Row(number, _from_tsv(line, self.columns))


def _is_blank(line: bytes | None) -> bool:
    return line is not None and not line.strip(b"\r")


def _tsv_blocks(path: Path, stream: BinaryIO, required: frozenset[str]) -> Iterator[TsvLines]:
    number = 1
    columns: list[str] | None = None
    for lines in _lines(stream):
        n_before = 0
        if columns is None:
            n_before = next((n for n, line in enumerate(lines, start=1) if not _is_blank(line)), 0)
            if n_before:
                columns = _header(path, lines[n_before - 1], required)
        if columns is not None:
            yield TsvLines(columns, number + n_before, lines[n_before:])
        number += len(lines)


def _header(path: Path, line: bytes | None, required: frozenset[str]) -> list[str]:
    if line is None or _not_text(line):
        raise InputError(f"{path}: expected a header line, got what looks like {looks_like(path)}")
    columns = line.decode().rstrip("\r").split("\t")
    _require_columns(path, columns, required)
    return columns


def _from_tsv(line: bytes | None, columns: list[str]) -> object:
    if line is None:
        return _line_too_long()
    try:
        cells = line.decode().removesuffix("\r").split("\t")
    except UnicodeDecodeError:
        cells = []
    if not cells or b"\0" in line:
        return _not_text(line)
    if len(cells) != len(columns):
        return EventError("wrong_columns", f"expected {len(columns)} cells, got {len(cells)}")
    return dict(zip(columns, cells, strict=True))


def _require_columns(path: Path, columns: list[str], required: frozenset[str]) -> None:
    got = ", ".join(name[:40] for name in columns[:30])
    if not required.issubset(columns):
        raise InputError(f"{path}: expected at least the columns {', '.join(sorted(required))}; got {got}")
    if len(set(columns)) < len(columns):
        raise InputError(f"{path}: expected each column once; got {got}")


def _parquet_blocks(path: Path, stream: BinaryIO, required: frozenset[str]) -> Iterator[list[Row]]:
    with tempfile.TemporaryFile() as unpacked:
        if isinstance(stream, gzip.GzipFile):  # the footer comes last, so the whole is needed on disk
            shutil.copyfileobj(stream, unpacked)
            stream = cast("BinaryIO", unpacked)
        stream.seek(0, 2)
        if stream.tell() == 0:
            return
        try:
            file = pq.ParquetFile(stream, pre_buffer=False)
            _require_columns(path, file.schema_arrow.names, required)
            number = 1
            for batch in file.iter_batches(batch_size=_BLOCK_ROWS):
                yield [Row(i, record) for i, record in enumerate(_from_parquet(batch), number)]
                number += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{path}: cannot be read as Parquet ({str(error)[:200]})") from error


def _from_parquet(batch: pa.RecordBatch) -> list[object]:
    # Python's datetime has no nanoseconds.
    columns = [
        column.cast(pa.timestamp("us", column.type.tz), safe=False) if pa.types.is_timestamp(column.type) else column
        for column in batch.columns
    ]
    batch = pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
    try:
        return cast("list[object]", batch.to_pylist())
    except UnicodeDecodeError:
        return [_parquet_row(batch.slice(i, 1)) for i in range(batch.num_rows)]


def _parquet_row(row: pa.RecordBatch) -> object:
    try:
        return row.to_pylist()[0]
    except UnicodeDecodeError:
        return EventError("bad_utf8", "the row holds text that is not UTF-8")


_READERS: dict[str, Callable[[Path, BinaryIO, frozenset[str]], Iterator[Iterable[Row]]]] = {
    ".jsonl": _json_blocks,
    ".json": _json_blocks,
    ".ndjson": _json_blocks,
    ".tsv": _tsv_blocks,
    ".parquet": _parquet_blocks,
}
