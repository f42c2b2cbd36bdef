"""Lines of the `--queries` format in which nothing is unusual, as columns at once.

What a log's own counting writes is such lines. To make a record of each and to look at its fields one by one costs
ten times as much, and where a line is malformed that is done: it alone says what is wrong.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from suggest.pipelines.sources import TsvLines
from suggest.types.events import MAX_ID_CHARS, MAX_TEXT_CHARS

_LIMITS = {"query": MAX_TEXT_CHARS, "locale": MAX_ID_CHARS, "region": MAX_ID_CHARS, "kind": MAX_ID_CHARS}
_NUMBERS = ("count", "users")
# Below `MAX_COUNT`, and as everybody writes it.
_NUMBER = "^(?:0|[1-9][0-9]{0,11})$"
# The reader of CSV takes each of these for something else than text.
_UNUSUAL = (b"\r", b"\0", b"\xef\xbb\xbf")
_AS_WRITTEN = csv.ParseOptions(delimiter="\t", quote_char=False, escape_char=False, ignore_empty_lines=True)


def plain_counts(block: TsvLines, schema: pa.Schema) -> pa.RecordBatch | None:
    """The rows of lines, or None where one of them is malformed or holds lists; then `parse_count` must look at each.

    Args:
        block: with the columns `query` and `count`.
        schema: COUNT_SCHEMA.

    Cost: 0.2 µs a line.
    """
    if not {*_LIMITS, *_NUMBERS}.issuperset(block.columns):
        return None
    table = _cells(block)
    if table is None or not _is_plain(table):
        return None
    columns = {name: table[name] for name in table.column_names}
    users = columns.get("users", columns["count"])
    columns["users"] = pc.if_else(pc.equal(users, ""), columns["count"], users)
    for name in columns.keys() & {"locale", "region", "kind"}:
        columns[name] = pc.if_else(pc.equal(columns[name], ""), None, columns[name])
    arrays = [
        columns[field.name].cast(field.type).combine_chunks()
        if field.name in columns
        else pa.nulls(len(table), field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _cells(block: TsvLines) -> pa.Table | None:
    """The cells as text, or None where lines have too many or too few, or hold what is no text."""
    lines = [line for line in block.lines if line is not None]
    text = b"\n".join(lines)
    if len(lines) < len(block.lines) or not text or any(sign in text for sign in _UNUSUAL):
        return None
    try:
        return csv.read_csv(
            pa.BufferReader(text),
            csv.ReadOptions(column_names=block.columns, use_threads=False, block_size=len(text) + 1),
            _AS_WRITTEN,
            csv.ConvertOptions(column_types=dict.fromkeys(block.columns, pa.string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None


def _is_plain(table: pa.Table) -> bool:
    for name in table.column_names:
        column = table[name]
        if name in _NUMBERS:
            is_fit = pc.match_substring_regex(column, _NUMBER)
            is_fit = pc.or_(is_fit, pc.equal(column, "")) if name == "users" else is_fit
        else:
            is_fit = pc.less_equal(pc.utf8_length(column), _LIMITS[name])
            is_fit = pc.and_(is_fit, pc.not_equal(column, "")) if name == "query" else is_fit
        if not pc.all(is_fit).as_py():
            return False
    return True
