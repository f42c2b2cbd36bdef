"""What else is known of each query: what kind it is, how it is tagged, and where it is asked?"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from suggest.index.attributes import AttributeRows


def attributes(by_locale: ir.Table, searches: ir.Table, counts: ir.Table) -> ir.Table:
    """Every attribute of every query, as it was written.

    A query has all the values it was ever seen with: a word may be of two kinds, and be asked in many regions.

    Args:
        by_locale: key: string; locale: string or null.
        searches: key: string; region: string or null.
        counts: key: string; region, kind: string or null; tags: array of string, or null.

    Returns:
        key, field, value: string, together unique; field is one of `suggest.types.where.ATTRIBUTE_FIELDS`.
    """
    parts = (
        _of("locale", by_locale, by_locale.locale),
        _of("region", searches, searches.region),
        _of("region", counts, counts.region),
        _of("kind", counts, counts.kind),
        _each("tags", counts, counts.tags),
    )
    return ibis.union(*parts, distinct=True)


def attribute_rows(known: ir.Table, rows: pa.Table) -> AttributeRows:
    """The attributes of the queries that entered an index.

    Args:
        known: as `attributes` returns.
        rows: with a string column `key`, sorted by it.
    """
    row_of = ibis.memtable(rows.select(["key"]).append_column("row", pa.array(np.arange(len(rows)))))
    found = known.join(row_of, "key").select("row", "field", "value").to_pyarrow()
    field, value = (found[name].combine_chunks().dictionary_encode() for name in ("field", "value"))
    fields, values = field.dictionary.to_pylist(), value.dictionary.to_pylist()
    pairs = value.indices.to_numpy().astype(np.int64) * len(fields) + field.indices.to_numpy()
    distinct, code = np.unique(pairs, return_inverse=True)
    named = [(fields[number % len(fields)], values[number // len(fields)]) for number in distinct.tolist()]
    return AttributeRows(found["row"].to_numpy(), code.reshape(-1), named)


def aliases(counts: ir.Table) -> ir.Table:
    """Other texts that stand for a query, as they were written.

    Args:
        counts: key: string; aliases: array of string, or null.

    Returns:
        named: string, the key of the query; query: string, the other text.
    """
    known = counts.filter(counts.aliases.notnull())
    return known.select(named="key", query=known.aliases.unnest())


def _of(field: str, rows: ir.Table, values: ir.StringColumn) -> ir.Table:
    return rows.filter(values.notnull()).select("key", field=ibis.literal(field), value=values)


def _each(field: str, rows: ir.Table, values: ir.ArrayColumn) -> ir.Table:
    return rows.filter(values.notnull()).select("key", field=ibis.literal(field), value=values.unnest())
