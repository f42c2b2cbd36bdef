"""Reading files: what is well-formed is kept, what is not is counted, and no file takes the reader down."""

from __future__ import annotations

import gzip
import os
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from suggest.errors import InputError
from suggest.pipelines import read, sources
from suggest.pipelines.read import event_batches, read_counts, read_events
from suggest.pipelines.report import MAX_EXAMPLES, MAX_FIELD_NAMES, ReadReport
from suggest.types import Event, parse_event

RECORDS: list[dict[str, Any]] = [
    {"type": "search", "ts": "2026-01-31T12:00:00Z", "user": "u1", "query": "Zürich trams", "locale": "de-CH"},
    {"type": "search", "ts": "1769860801.25", "user": "u2", "query": "niveau", "source": "typeahead", "prefix": "niv"},
    {
        "type": "impression",
        "ts": "1769860802",
        "user": "u1",
        "request_id": "r1",
        "surface": "typeahead",
        "input": "zu",
        "shown": ["zürich", "zug"],
    },
    {"type": "click", "ts": "1769860803", "user": "u1", "request_id": "r1", "query": "zug", "position": 1},
    {"type": "view", "ts": "1769860804", "user": "u1", "item": "v1", "watch_s": 2.5},
    {"type": "delete", "ts": "1769860805", "user": "u1", "query": "zug"},
]
COLUMNS = sorted({name for record in RECORDS for name in record})
COUNTS = [
    {"query": "null", "count": 3},
    {"query": "nivea", "count": 5, "users": 2, "locale": "en", "kind": "brand", "tags": ["skin", "care"]},
    {"query": "null", "count": 4, "aliases": ["nil"], "region": "CH"},
]


def _cell(value: Any) -> str:
    return "|".join(value) if isinstance(value, list) else str("" if value is None else value)


def _content(records: list[dict[str, Any]], ending: str, path: Path) -> bytes:
    columns = sorted({name for record in records for name in record})
    if ending.startswith(".parquet"):
        pq.write_table(pa.Table.from_pylist([{n: r.get(n) for n in columns} for r in records]), path)
        return path.read_bytes()
    if ending.startswith(".tsv"):
        rows = [columns, *([_cell(record.get(name)) for name in columns] for record in records)]
        return "".join("\t".join(row) + "\n" for row in rows).encode()
    return b"".join(orjson.dumps(record) + b"\n" for record in records)


def _write(path: Path, records: list[dict[str, Any]]) -> Path:
    content = _content(records, path.name[path.name.index(".") :], path)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def _events(paths: list[Path], **options: Any) -> tuple[list[Event], ReadReport]:
    report = ReadReport()
    rows = [row for batch in read_events(paths, report=report, **options) for row in batch.to_pylist()]
    return [Event(**row | {"shown": row["shown"] and tuple(row["shown"])}) for row in rows], report


def _lines(path: Path, *lines: bytes) -> Path:
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


ENDINGS = [e + z for e in (".jsonl", ".json", ".ndjson", ".tsv", ".parquet", ".JSONL") for z in ("", ".gz")]


@pytest.mark.parametrize("ending", ENDINGS)
def test_events_are_the_same_in_every_format(tmp_path: Path, ending: str) -> None:
    events, report = _events([_write(tmp_path / f"events{ending}", RECORDS)], strict=True)
    assert events == [parse_event(record) for record in RECORDS]
    assert (report.rows, report.accepted, report.rejected, report.unknown_fields) == (6, 6, {}, {})


@pytest.mark.parametrize("ending", [".jsonl", ".tsv.gz", ".parquet"])
def test_counts_are_the_same_in_every_format(tmp_path: Path, ending: str) -> None:
    path = _write(tmp_path / f"counts{ending}", COUNTS)
    rows = [row for batch in read_counts([path], strict=True, report=ReadReport()) for row in batch.to_pylist()]
    empty = dict.fromkeys(("locale", "region", "kind", "tags", "aliases"))
    assert rows == [empty | {"users": row["count"]} | row for row in COUNTS]


def test_parquet_timestamps_are_read_at_full_range(tmp_path: Path) -> None:
    """Nanoseconds are cut to microseconds; a timestamp without a zone is malformed, as text without one is."""
    moment = datetime(2026, 1, 31, 12, tzinfo=UTC)
    ns = pa.array([int(moment.timestamp()) * 10**9 + 1999], pa.timestamp("ns", "UTC"))
    common = {"type": ["view"], "user": ["u"], "item": ["i"]}
    pq.write_table(pa.table(common | {"ts": ns}), tmp_path / "a.parquet")
    pq.write_table(pa.table(common | {"ts": ns.cast(pa.timestamp("ns"))}), tmp_path / "b.parquet")
    events, report = _events([tmp_path / "a.parquet", tmp_path / "b.parquet"])
    assert [event.ts_us for event in events] == [1_769_860_800_000_001]
    assert report.rejected == {"bad_ts": 1}


def test_content_and_not_the_name_tells_whether_a_file_is_compressed(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(gzip.compress(_content(RECORDS, ".jsonl", path)))
    assert len(_events([path])[0]) == len(RECORDS)


def test_malformed_rows_are_counted_and_named_by_line_without_their_text(tmp_path: Path) -> None:
    good = orjson.dumps(RECORDS[0])
    path = _lines(
        tmp_path / "e.jsonl",
        good,
        b"",
        b'{"secret words',
        b"\xff\xfe",
        b"a\0b",
        b"[1]",
        b'{"type":"search","ts":1,"user":"u","query":"\\ud800"}',
        b'{"type":"search","ts":1,"user":"u"}',
        good,
    )
    events, report = _events([path])
    assert len(events) == 2
    assert report.rejected == {"bad_json": 2, "bad_utf8": 1, "nul_byte": 1, "not_an_object": 1, "missing_query": 1}
    assert report.examples[:2] == [f"{path}:3 bad_json", f"{path}:4 bad_utf8"]
    assert "secret" not in str(report.to_json())
    assert (report.rows, report.accepted) == (8, 2)


def test_tsv_rows_with_too_many_or_too_few_cells_are_counted(tmp_path: Path) -> None:
    path = _lines(tmp_path / "q.tsv", b"query\tcount\r", b"nivea\t5\r", b"niveau", b"a\tb\t3", b"nil\t-1", b"x\t1.0")
    report = ReadReport()
    rows = [row for batch in read_counts([path], report=report) for row in batch.to_pylist()]
    assert [(row["query"], row["count"]) for row in rows] == [("nivea", 5)]
    assert report.rejected == {"wrong_columns": 2, "bad_count": 2}


def test_strict_stops_at_the_first_malformed_row_with_file_and_line(tmp_path: Path) -> None:
    path = _lines(tmp_path / "e.jsonl", orjson.dumps(RECORDS[0]), b"", b"private text", b"{}")
    with pytest.raises(InputError, match=r"e\.jsonl:3: bad_json$"):
        _events([path], strict=True)


def test_events_after_the_latest_moment_are_malformed(tmp_path: Path) -> None:
    path = _lines(tmp_path / "e.jsonl", *(b'{"type":"view","item":"i","user":"u","ts":%d}' % ts for ts in (1, 3)))
    events, report = _events([path], latest_us=2_000_000)
    assert len(events) == 1
    assert report.rejected == {"future_ts": 1}


def test_unknown_fields_are_counted_by_name_in_bounded_memory(tmp_path: Path) -> None:
    rows = [orjson.dumps(RECORDS[0] | {"colour": 1, f"field{i}": i}) for i in range(3 * MAX_FIELD_NAMES)]
    events, report = _events([_lines(tmp_path / "e.jsonl", *rows)])
    assert len(events) == report.unknown_fields["colour"] == 3 * MAX_FIELD_NAMES
    assert len(report.unknown_fields) <= MAX_FIELD_NAMES + 1
    assert sum(report.unknown_fields.values()) == 6 * MAX_FIELD_NAMES


def test_examples_are_bounded(tmp_path: Path) -> None:
    path = _lines(tmp_path / "e.jsonl", orjson.dumps(RECORDS[0]), *[b"{}"] * 99)
    assert len(_events([path])[1].examples) == MAX_EXAMPLES


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("e.parquet", b""),
        *((name, content) for name in ("e.jsonl", "e.tsv") for content in (b"", b"\n\r\n\n", b"\xef\xbb\xbf")),
    ],
)
def test_empty_file_is_zero_rows(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    events, report = _events([tmp_path / name])
    assert (events, report.rows, report.files) == ([], 0, [str(tmp_path / name)])


def test_byte_order_mark_and_missing_last_newline_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + orjson.dumps(RECORDS[0]) + b"\r\n" + orjson.dumps(RECORDS[4]))
    assert _events([path], strict=True)[0] == [parse_event(RECORDS[0]), parse_event(RECORDS[4])]


@pytest.mark.parametrize("ending", [".jsonl.gz", ".tsv.gz", ".parquet.gz"])
def test_truncated_gzip_is_an_error_that_names_the_file(tmp_path: Path, ending: str) -> None:
    path = _write(tmp_path / f"e{ending}", RECORDS * 50)
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(InputError, match=rf"e\{ending}: .*gzip data is damaged or cut off"):
        _events([path])


def test_corrupt_gzip_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    path = _write(tmp_path / "e.jsonl.gz", RECORDS * 50)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"e\.jsonl\.gz: .*gzip data is damaged"):
        _events([path])


@pytest.mark.parametrize("content", [b"", b'{"type":"view"}\n'])
def test_file_named_gz_that_is_no_gzip_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "e.jsonl.gz").write_bytes(content)
    with pytest.raises(InputError, match=r"named \.gz but holds no gzip data"):
        _events([tmp_path / "e.jsonl.gz"])


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (bytes(range(256)) * 40, "binary data"),
        (b"PK\x03\x04" + b"\x00" * 30, "a zip archive"),
        ("type\tts\n".encode("utf-16"), "UTF-16 text, not UTF-8"),
        (gzip.compress(b"x", mtime=0), "gzip data inside gzip"),
        (b"<html>\n", "HTML or XML"),
        (b'[\n{"type":1},\n', "one JSON array, not one JSON object a line"),
        (b'{\n"type"\n', "JSON spread over several lines, not one object a line"),
        (b"hello\nthere\n", "plain text"),
    ],
)
def test_file_without_a_readable_row_is_an_error_that_says_what_it_looks_like(
    tmp_path: Path, content: bytes, what: str
) -> None:
    path = tmp_path / "e.jsonl"
    path.write_bytes(gzip.compress(content) if what.startswith("gzip") else content)
    with pytest.raises(InputError, match=f"none of its .* rows can be read; it looks like {what}"):
        _events([path])


def test_rows_of_binary_garbage_among_good_ones_are_counted(tmp_path: Path) -> None:
    path = _lines(
        tmp_path / "e.jsonl", orjson.dumps(RECORDS[0]), *(os.urandom(40).replace(b"\n", b"") for _ in "12345")
    )
    events, report = _events([path])
    assert len(events) == 1
    assert sum(report.rejected.values()) == 5


@pytest.mark.parametrize("ending", [".tsv", ".parquet"])
def test_missing_required_column_is_an_error_with_expected_and_got(tmp_path: Path, ending: str) -> None:
    path = _write(tmp_path / f"e{ending}", [{"type": "view", "time": "1", "item": "i"}])
    with pytest.raises(InputError, match="expected at least the columns ts, type, user; got item, time, type"):
        _events([path])


def test_column_that_comes_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="each column once"):
        list(read_counts([_lines(tmp_path / "q.tsv", b"query\tcount\tcount", b"a\t1\t2")], report=ReadReport()))


@pytest.mark.parametrize("damage", [lambda b: b[:-20], lambda b: b[: len(b) // 2], lambda b: b"x" * len(b)])
def test_damaged_parquet_is_an_error_that_names_the_file(tmp_path: Path, damage: Any) -> None:
    path = _write(tmp_path / "e.parquet", RECORDS)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(InputError, match=r"e\.parquet: cannot be read as Parquet"):
        _events([path])


def test_invalid_utf8_in_parquet_is_counted_by_row(tmp_path: Path) -> None:
    queries = pa.StringArray.from_buffers(3, pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0"), pa.py_buffer(b"a\xffb"))
    common = {"type": ["search"] * 3, "ts": [1, 2, 3], "user": ["u"] * 3}
    pq.write_table(pa.table(common | {"query": queries}), tmp_path / "e.parquet")
    events, report = _events([tmp_path / "e.parquet"])
    assert [event.query for event in events] == ["a", "b"]
    assert report.examples == [f"{tmp_path / 'e.parquet'}:2 bad_utf8"]


def test_file_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "folder.jsonl").mkdir()
    for name, why in [("none.jsonl", "No such file"), ("folder.jsonl", "Is a directory"), ("e.csv", "ends in")]:
        with pytest.raises(InputError, match=why):
            _events([tmp_path / name])


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads files without permission")
def test_file_without_permission_is_an_error(tmp_path: Path) -> None:
    path = _write(tmp_path / "e.jsonl", RECORDS)
    path.chmod(0)
    with pytest.raises(InputError, match="Permission denied"):
        _events([path])


class _LongLine:
    """A stream of one good line, then one line of `n_bytes`, then one good line."""

    def __init__(self, n_bytes: int) -> None:
        good = orjson.dumps(RECORDS[0])
        self._chunks: Iterator[bytes] = iter([good + b"\n", *[b"x" * 1_000_000] * (n_bytes // 1_000_000), b"\n" + good])

    def read(self, _n: int) -> bytes:
        return next(self._chunks, b"")


def test_endless_line_is_skipped_in_bounded_memory() -> None:
    """A line of one gigabyte costs a few megabytes."""
    tracemalloc.start()
    try:
        lines = [line for block in sources._lines(_LongLine(1_000_000_000)) for line in block]  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert lines == [orjson.dumps(RECORDS[0]), None, orjson.dumps(RECORDS[0])]
    assert peak < 16 << 20


@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_line_is_read_up_to_its_bound(tmp_path: Path, extra: int) -> None:
    good = orjson.dumps(RECORDS[0])
    line = good + b" " * (sources.MAX_LINE_BYTES + extra - len(good))
    events, report = _events([_lines(tmp_path / "e.jsonl", good, line, good)])
    assert len(events) == (2 if extra == 1 else 3)
    assert report.rejected == ({"line_too_long": 1} if extra == 1 else {})


def test_lines_do_not_depend_on_where_blocks_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _write(tmp_path / "e.jsonl", RECORDS)
    expected = _events([path])[0]
    for size in (1, 7, 64, 1000):
        monkeypatch.setattr(sources, "BLOCK_BYTES", size)
        assert _events([path])[0] == expected


def test_batches_are_bounded_and_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "BATCH_ROWS", 10)
    monkeypatch.setattr(sources, "BLOCK_BYTES", 500)
    path = _write(tmp_path / "e.jsonl", RECORDS * 20)
    sizes = [batch.num_rows for batch in read_events([path], report=ReadReport())]
    assert sum(sizes) == 120
    assert max(sizes) < 20


def test_events_from_elsewhere_become_the_same_batches(tmp_path: Path) -> None:
    path = _write(tmp_path / "e.jsonl", RECORDS)
    batches = pa.Table.from_batches(event_batches(parse_event(record) for record in RECORDS))
    assert batches.equals(pa.Table.from_batches(read_events([path], report=ReadReport())))
