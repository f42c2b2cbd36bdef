"""Files of items and of their comments in, validated Arrow batches out; malformed rows are counted by reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from suggest.errors import EventError
from suggest.pipelines.counts import MAX_COUNT
from suggest.pipelines.fields import Reader, given, read_texts, require
from suggest.pipelines.read import batches, parsed
from suggest.pipelines.report import ReadReport
from suggest.types import parse_ts
from suggest.types.events import MAX_ID_CHARS, check_text, check_whole_number, read_id

MAX_ITEM_CHARS = 16_384
"""Longest title or text of an item, or text of a comment, that is taken; longer ones are cut, not refused: what a
description goes on about after some pages changes no answer."""

ITEM_FIELDS = frozenset({"item", "title", "text", "tags", "locale", "region", "ts"})
COMMENT_FIELDS = frozenset({"comment", "item", "text", "user", "likes", "ts"})
"""Fields of the formats; anything else in a row is kept out and counted."""

ITEM_SCHEMA = pa.schema(
    [
        pa.field("item", pa.string(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("text", pa.string()),
        pa.field("tags", pa.list_(pa.string())),
        pa.field("locale", pa.string()),
        pa.field("region", pa.string()),
        pa.field("ts_us", pa.int64()),
    ]
)
"""One column for each attribute of `Item`, in the same order."""

COMMENT_SCHEMA = pa.schema(
    [
        pa.field("comment", pa.string(), nullable=False),
        pa.field("item", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("user", pa.string()),
        pa.field("likes", pa.int64()),
        pa.field("ts_us", pa.int64()),
    ]
)
"""One column for each attribute of `Comment`, in the same order."""


class Item(NamedTuple):
    """One validated row of the `--items` format; what the row leaves out is None."""

    item: str
    title: str
    text: str | None = None
    tags: tuple[str, ...] | None = None
    locale: str | None = None
    region: str | None = None
    ts_us: int | None = None


class Comment(NamedTuple):
    """One validated row of the `--comments` format; what the row leaves out is None."""

    comment: str
    item: str
    text: str
    user: str | None = None
    likes: int | None = None
    ts_us: int | None = None


def read_items(paths: Iterable[Path], *, strict: bool = False, report: ReadReport) -> Iterator[pa.RecordBatch]:
    """The rows of files in the `--items` format, in the order of the files; an item may come more than once.

    Args:
        paths: JSON Lines, TSV or Parquet, plain or gzip.
        strict: fail at the first malformed row instead of counting it.
        report: is filled in while batches are taken.

    Yields:
        Batches of ITEM_SCHEMA of about 50,000 rows, fewer when rows are long.

    Raises:
        InputError: as in `suggest.pipelines.read.read_events`.
    """
    for path in paths:
        blocks = parsed(path, parse_item, frozenset({"item", "title"}), ITEM_FIELDS, strict=strict, report=report)
        yield from batches(blocks, ITEM_SCHEMA)


def read_comments(paths: Iterable[Path], *, strict: bool = False, report: ReadReport) -> Iterator[pa.RecordBatch]:
    """The rows of files in the `--comments` format, in the order of the files; as `read_items`.

    Yields:
        Batches of COMMENT_SCHEMA.
    """
    required = frozenset({"comment", "item", "text"})
    for path in paths:
        blocks = parsed(path, parse_comment, required, COMMENT_FIELDS, strict=strict, report=report)
        yield from batches(blocks, COMMENT_SCHEMA)


def parse_item(record: object) -> Item:
    """Validates one row of the `--items` format.

    Args:
        record: a mapping; empty text and empty lists count as absent, as in TSV. A title may be empty: people search
            beside such an item too.

    Raises:
        EventError: malformed; `reason` is one of `not_an_object`, `missing_item`, `missing_title`, `bad_<field>` and
            `too_long_<field>`.
    """
    row = require(record, ("item",))
    values = given(row, _ITEM_READERS)
    if "title" not in values and row.get("title") != "":
        raise EventError("missing_title", "every row needs title; it may be empty")
    return Item(**{"title": "", **_named(values)})


def parse_comment(record: object) -> Comment:
    """Validates one row of the `--comments` format.

    Raises:
        EventError: malformed; `reason` is one of `not_an_object`, `missing_comment`, `missing_item`, `missing_text`,
            `bad_<field>` and `too_long_<field>`.
    """
    return Comment(**_named(given(require(record, ("comment", "item", "text")), _COMMENT_READERS)))


def _named(values: dict[str, Any]) -> dict[str, Any]:
    """By attribute: the moment is given as `ts` and kept in microseconds."""
    return {"ts_us" if name == "ts" else name: value for name, value in values.items()}


def _cut_text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise EventError(f"bad_{name}", f"{name}: expected a text")
    return check_text(value[:MAX_ITEM_CHARS], name, limit=MAX_ITEM_CHARS)


def _moment(value: Any, name: str) -> int:
    try:
        return parse_ts(value)
    except ValueError as error:
        raise EventError(f"bad_{name}", f"{name}: {error}") from error


_NAME = partial(check_text, limit=MAX_ID_CHARS)

_ITEM_READERS: dict[str, Reader] = {
    "item": read_id,
    "title": _cut_text,
    "text": _cut_text,
    "tags": read_texts,
    "locale": _NAME,
    "region": _NAME,
    "ts": _moment,
}

_COMMENT_READERS: dict[str, Reader] = {
    "comment": read_id,
    "item": read_id,
    "text": _cut_text,
    "user": read_id,
    "likes": partial(check_whole_number, limit=MAX_COUNT),
    "ts": _moment,
}
