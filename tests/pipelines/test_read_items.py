"""Items and comments come in from every format; what is malformed is counted by its reason."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from suggest.errors import EventError, InputError
from suggest.pipelines.read_items import (
    COMMENT_SCHEMA,
    ITEM_SCHEMA,
    MAX_ITEM_CHARS,
    parse_comment,
    parse_item,
    read_comments,
    read_items,
)
from suggest.pipelines.report import ReadReport

ITEMS = [
    {
        "item": "v1",
        "title": "Tomato soup",
        "text": "In ten minutes",
        "tags": ["soup", "quick"],
        "locale": "en",
        "region": "GB",
        "ts": "2026-01-02T00:00:00Z",
    },
    {"item": "v2", "title": "ラーメン"},
]
COMMENTS = [
    {"comment": "c1", "item": "v1", "text": "so good", "user": "u1", "likes": 3, "ts": 1_700_000_000},
    {"comment": "c2", "item": "v1", "text": "👍"},
]


def written(path, rows, columns):
    if path.name.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist([{name: row.get(name) for name in columns} for row in rows]), path)
    elif ".tsv" in path.name:
        cells = [
            ["|".join(v) if isinstance(v, list) else str(v) for v in (row.get(name, "") for name in columns)]
            for row in rows
        ]
        text = "\n".join("\t".join(line) for line in [columns, *cells]) + "\n"
        path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.tsv", "rows.tsv.gz", "rows.parquet"])
@pytest.mark.parametrize(
    ("read", "rows", "schema"), [(read_items, ITEMS, ITEM_SCHEMA), (read_comments, COMMENTS, COMMENT_SCHEMA)]
)
def test_rows_are_the_same_from_every_format(tmp_path, name, read, rows, schema):
    columns = [field.name.removesuffix("_us") for field in schema]
    report = ReadReport()

    table = pa.Table.from_batches(read([written(tmp_path / name, rows, columns)], report=report), schema)

    plain = [{k: v for k, v in row.items() if v is not None} for row in table.to_pylist()]
    times = [row.pop("ts_us", None) for row in plain]
    assert plain == [{k: v for k, v in row.items() if k != "ts"} for row in rows]
    assert [time is not None for time in times] == ["ts" in row for row in rows]
    assert (report.accepted, report.rejected) == (2, {})


@pytest.mark.parametrize(
    ("parse", "record", "reason"),
    [
        (parse_item, "v1", "not_an_object"),
        (parse_item, {"title": "x"}, "missing_item"),
        (parse_item, {"item": "v1"}, "missing_title"),
        (parse_item, {"item": "v1", "title": None}, "missing_title"),
        (parse_item, {"item": "v1", "title": 3}, "bad_title"),
        (parse_item, {"item": "v1", "title": "x", "tags": "a|b", "ts": "yesterday"}, "bad_ts"),
        (parse_item, {"item": "v1", "title": "x", "tags": [1]}, "bad_tags"),
        (parse_item, {"item": "v1", "title": "x", "tags": ["t"] * 201}, "bad_tags"),
        (parse_item, {"item": "v" * 257, "title": "x"}, "too_long_item"),
        (parse_item, {"item": "v1", "title": "\ud800"}, "bad_title"),
        (parse_comment, {"item": "v1", "text": "x"}, "missing_comment"),
        (parse_comment, {"comment": "c", "text": "x"}, "missing_item"),
        (parse_comment, {"comment": "c", "item": "v1"}, "missing_text"),
        (parse_comment, {"comment": "c", "item": "v1", "text": "x", "likes": -1}, "bad_likes"),
        (parse_comment, {"comment": "c\0", "item": "v1", "text": "x"}, "bad_comment"),
    ],
)
def test_malformed_row_has_one_reason(parse, record, reason):
    with pytest.raises(EventError) as refused:
        parse(record)

    assert refused.value.reason == reason


def test_malformed_rows_are_counted_and_strict_reading_stops(tmp_path):
    path = tmp_path / "items.jsonl"
    path.write_text('{"item": "v1", "title": "a", "colour": "red"}\n{"item": "v2"}\nnonsense\n')
    report = ReadReport()

    rows = [row for batch in read_items([path], report=report) for row in batch.to_pylist()]

    assert [row["item"] for row in rows] == ["v1"]
    assert report.rows == 3
    assert report.rejected["missing_title"] == 1
    with pytest.raises(InputError, match=r"items\.jsonl:2: missing_title"):
        list(read_items([path], strict=True, report=ReadReport()))


def test_a_long_text_is_cut_and_not_refused():
    item = parse_item({"item": "v1", "title": "x", "text": "a" * (MAX_ITEM_CHARS + 5)})

    assert len(item.text) == MAX_ITEM_CHARS


def test_a_title_may_be_empty():
    assert parse_item({"item": "v1", "title": ""}).title == ""


def test_numeric_ids_and_joined_tags_are_read():
    item = parse_item({"item": 17, "title": "x", "tags": "a|b"})

    assert (item.item, item.tags) == ("17", ("a", "b"))
