"""Items, what belongs to them and their vectors become sections of a generation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from suggest.candidates.item_names import named_queries
from suggest.candidates.item_request import encoded_text
from suggest.index.items import CENTRES, SEPARATOR, VECTORS, Floats, Ids, ItemText
from suggest.index.items_build import ItemRows, MentionRows, PairRows, SeenRows, save_items
from suggest.index.items_expected import save_expected
from suggest.index.vectors import save_vectors
from suggest.pipelines.admitted import Admitted
from suggest.pipelines.co_views import co_views
from suggest.pipelines.item_pairs import item_pairs
from suggest.pipelines.read_items import read_comments, read_items
from suggest.pipelines.vectors import encoded

MOST_COMMENTS = 20
"""Of one item that are read for queries, those with most likes, ties by name."""


def write_items(made: Admitted) -> None:
    """Writes what `ItemQueries` reads; nothing where no item is given. Deleted items and comments are left out."""
    found = _items(made)
    if not found:
        return
    names = sorted(found)
    texts = [found[name][0] for name in names]
    row_of = {name: row for row, name in enumerate(names)}
    pairs = _pairs(made, row_of)
    rows = ItemRows(
        names, texts, [found[name][1] for name in names], pairs, _seen(made, row_of), _mentions(made, row_of)
    )
    numbers = save_items(made.writer, rows, made.columns.keys, made.ids)
    if made.encoder is not None:
        # An item without queries is no neighbour that could say anything.
        paired = np.unique(pairs.row)
        written = [encoded_text(texts[row]) for row in paired.tolist()]
        _save_vectors(made, encoded(written, made.encoder, made.cache, made.told), paired, pairs, numbers)


def _deleted(made: Admitted, kind: str) -> frozenset[str]:
    deleted = made.tables.deleted
    return frozenset(deleted.filter(deleted.kind == kind).name.to_pyarrow().to_pylist())


def _items(made: Admitted) -> dict[str, tuple[ItemText, str | None]]:
    """By name, what is written on each item, and its locale.

    Of several rows the latest counts; a row without a time is earlier than any with one, and of two of one time the
    later row of the files counts.
    """
    found: dict[str, tuple[ItemText, str | None]] = {}
    latest: dict[str, int] = {}
    deleted = _deleted(made, "item")
    for row in _rows(read_items(made.items, strict=made.strict, report=made.report)):
        name, ts_us = row["item"], -1 if row["ts_us"] is None else row["ts_us"]
        if name not in deleted and ts_us >= latest.get(name, -1):
            latest[name] = ts_us
            tags = tuple(tag.replace(SEPARATOR, " ") for tag in row["tags"] or ())
            found[name] = ItemText(row["title"], (row["text"] or "").replace(SEPARATOR, " "), tags), row["locale"]
    return found


def _rows(batches: Iterator[pa.RecordBatch]) -> Iterator[dict[str, Any]]:
    for batch in batches:
        yield from batch.to_pylist()


def _pairs(made: Admitted, row_of: dict[str, int]) -> PairRows:
    slots = made.tables.slots
    shown = slots.filter(slots.surface == "item")
    pairs = (
        item_pairs(made.tables.searches, shown)
        .join(made.row_of, "key")
        .select("item", "row", "users", "looks", "clicks")
    )
    table = pairs.order_by("item", "row").to_pyarrow()
    owner = np.array([row_of.get(name, -1) for name in table["item"].to_pylist()], dtype=np.int64)
    known = owner >= 0
    users, looks, clicks = (table[name].to_numpy()[known] for name in ("users", "looks", "clicks"))
    return PairRows(owner[known], made.ids[table["row"].to_numpy()[known]], users, looks, clicks)


def _seen(made: Admitted, row_of: dict[str, int]) -> SeenRows:
    table = co_views(made.tables.views).order_by("item", "place").to_pyarrow()
    owner, other = (
        np.array([row_of.get(name, -1) for name in table[column].to_pylist()], dtype=np.int64)
        for column in ("item", "other")
    )
    known = (owner >= 0) & (other >= 0)
    return SeenRows(owner[known], other[known], table["strength"].to_numpy()[known])


def _mentions(made: Admitted, row_of: dict[str, int]) -> MentionRows:
    """Queries that the comments with most likes hold, each once a comment."""
    rows: list[int] = []
    ids: list[int] = []
    comments: list[int] = []
    names: list[str] = []
    for row, name, text in _top_comments(made, row_of):
        found = named_queries([text], made.indexes.prefixes.queries).ids.tolist()
        if found:
            names.append(name)
            rows += [row] * len(found)
            ids += found
            comments += [len(names) - 1] * len(found)
    return MentionRows(
        np.array(rows, dtype=np.int64), np.array(ids, dtype=np.uint32), np.array(comments, dtype=np.int64), names
    )


def _top_comments(made: Admitted, row_of: dict[str, int]) -> Iterator[tuple[int, str, str]]:
    """Row of the item, name and text; of several rows of one comment the last."""
    latest: dict[str, tuple[int, int, str]] = {}
    deleted = _deleted(made, "comment")
    for row in _rows(read_comments(made.comments, strict=made.strict, report=made.report)):
        item = row_of.get(row["item"])
        if item is not None and row["comment"] not in deleted:
            latest[row["comment"]] = (item, -(row["likes"] or 0), row["text"])
    by_item: defaultdict[int, list[tuple[int, str, str]]] = defaultdict(list)
    for name, (item, dislikes, text) in latest.items():
        by_item[item].append((dislikes, name, text))
    for item in sorted(by_item):
        for _, name, text in sorted(by_item[item])[:MOST_COMMENTS]:
            yield item, name, text


def _save_vectors(made: Admitted, vectors: Floats, paired: Ids, pairs: PairRows, numbers: Ids) -> None:
    """Of the items that queries belong to, and of these queries the mean over their items."""
    order = np.argsort(numbers[paired])
    save_vectors(made.writer, VECTORS, numbers[paired][order].astype(np.uint32), vectors[order])
    ids, place = np.unique(pairs.ids, return_inverse=True)
    centres: Floats = np.zeros((len(ids), vectors.shape[1]), dtype=np.float32)
    np.add.at(centres, place, vectors[paired.searchsorted(pairs.row)])
    lengths = np.linalg.norm(centres, axis=1, keepdims=True)
    save_expected(made.writer, ids, lengths[:, 0], vectors)
    save_vectors(made.writer, CENTRES, ids, np.divide(centres, lengths, out=centres, where=lengths > 0))
