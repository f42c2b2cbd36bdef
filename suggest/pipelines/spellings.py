"""Which query does a text stand for, and how is it shown?"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from suggest.text import MAX_QUERY_CHARS, display, normalise


def _keys(texts: pa.ChunkedArray) -> pa.Array:
    return pa.array([normalise(text) for text in texts.to_pylist()], pa.string())


def _displays(texts: pa.ChunkedArray) -> pa.Array:
    return pa.array([display(text) for text in texts.to_pylist()], pa.string())


_TEXT_TO_TEXT = (("string",), "string")
_key_of = ibis.udf.scalar.pyarrow(_keys, name="query_key", signature=_TEXT_TO_TEXT)
_display_of = ibis.udf.scalar.pyarrow(_displays, name="query_display", signature=_TEXT_TO_TEXT)


def spellings(texts: ir.Table) -> ir.Table:
    """Every distinct text with the key of its query and its form fit to show.

    Queries repeat: normalising distinct texts and joining them back costs a fraction of normalising rows.

    Args:
        texts: query: string.

    Returns:
        query: string, distinct and not null; key: string; display: string; problem: string, null when the
        query can be used, else `empty_query` or `too_long_query`.
    """
    queries = texts.filter(texts.query.notnull()).select("query").distinct()
    spelled = queries.mutate(key=_key_of(queries.query), display=_display_of(queries.query))
    problem = ibis.cases(
        (spelled.key == "", "empty_query"),
        (spelled.key.length() > MAX_QUERY_CHARS, "too_long_query"),
    )
    return spelled.mutate(problem=problem)
