"""Admitted queries become the indexes of a generation."""

from __future__ import annotations

from collections import Counter

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from suggest.artifacts import GenerationWriter
from suggest.index import (
    QueryColumns,
    canonical_locale,
    is_locale,
    language,
    ranks,
    save_indexes,
)
from suggest.index.clicks import ClickRows
from suggest.index.indexes import Behaviour
from suggest.index.regions import canonical_region
from suggest.index.spelling_learned import Learned
from suggest.index.word_model_build import WordStatistics
from suggest.pipelines.attributes import attribute_rows
from suggest.pipelines.collect import LogTables
from suggest.pipelines.corrections import learned_corrections
from suggest.pipelines.transitions import transition_rows

MAX_LOCALES = 50
"""Locales and languages with an order of their own; each costs six open files, and clients may send anything."""

MAX_REGIONS = 50
"""Regions with weights of their own; clients may send anything."""


def write_index(
    writer: GenerationWriter,
    tables: LogTables,
    rows: pa.Table,
    columns: QueryColumns,
    words: WordStatistics,
    min_users: int,
) -> tuple[npt.NDArray[np.uint32], ir.Table]:
    """Writes everything that `Indexes.open` reads but vectors.

    Args:
        writer: the generation being built.
        tables: what the log says.
        rows: the admitted queries, sorted by key.
        columns: the same as columns.
        words: as of `word_statistics`.
        min_users: how many people must have made a correction, or a transition.

    Returns:
        The id of each row of `columns`, uint32[n]; and key: string, unique; row: int64.
    """
    row_of = ibis.memtable(rows.select(["key"]).append_column("row", pa.array(np.arange(len(rows)))))
    ids = save_indexes(
        writer,
        columns,
        _locales(tables, row_of, columns),
        attribute_rows(tables.attributes, rows),
        _aliases(tables, row_of),
        _learned(tables, columns, min_users),
        words,
        Behaviour(_regions(tables, row_of), _clicks(tables, row_of), transition_rows(tables.steps, row_of, min_users)),
    )
    return ids, row_of


def _regions(tables: LogTables, row_of: ir.Table) -> dict[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]]:
    """By region, the heaviest: the rows searched there, and the weight of each there."""
    located = tables.by_region.join(row_of, "key").select("row", "region", "weight").order_by("row", "region")
    rows = located.to_pyarrow().combine_chunks()
    coded = rows["region"].combine_chunks().dictionary_encode()
    names = [canonical_region(region) for region in coded.dictionary.to_pylist()]
    regions = sorted(set(names))
    number_of = {name: number for number, name in enumerate(regions)}
    number = np.array([number_of[name] for name in names], dtype=np.int64)[coded.indices.to_numpy()]
    row, weight = rows["row"].to_numpy(), rows["weight"].to_numpy()
    totals = np.bincount(number, weight, minlength=len(regions))
    heaviest = [at for at in np.argsort(-totals, kind="stable")[:MAX_REGIONS].tolist() if totals[at] > 0]
    return {regions[at]: _summed(row[number == at], weight[number == at]) for at in heaviest}


def _summed(
    row: npt.NDArray[np.int64], weight: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Each row once: several writings of one region meet."""
    found, at = np.unique(row, return_inverse=True)
    return found, np.bincount(at, weight).astype(np.float64)


def _clicks(tables: LogTables, row_of: ir.Table) -> ClickRows:
    shown = tables.clicks.join(row_of, "key").select("row", "n_clicks", "examined", "expected_clicks").order_by("row")
    return ClickRows(*(column.to_numpy() for column in shown.to_pyarrow().columns))


def _learned(tables: LogTables, columns: QueryColumns, min_users: int) -> list[Learned]:
    """Corrections that as many people made as a query needs to be shown, by rank of what they meant."""
    rows = tables.corrections.filter(tables.corrections.users >= min_users).to_pyarrow()
    rank = ranks(columns.weight)
    row_of = pc.index_in(rows["meant_key"], value_set=columns.keys)
    met = zip(rows["meant_key"].to_pylist(), row_of.to_pylist(), strict=True)
    rank_of = {key: int(rank[row]) for key, row in met if row is not None}
    return learned_corrections(rows, lambda key: rank_of.get(key, -1))


def _aliases(tables: LogTables, row_of: ir.Table) -> list[tuple[int, str]]:
    """(row, other name) of the admitted queries, in order, so that the same input makes the same index."""
    found = tables.aliases.join(row_of, "key").select("row", "alias").order_by("row", "alias").to_pyarrow()
    return list(zip(found["row"].to_pylist(), found["alias"].to_pylist(), strict=True))


def _locales(
    tables: LogTables, row_of: ir.Table, columns: QueryColumns
) -> dict[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]]:
    """By locale and by language: the ascending rows searched there, and the weight of each there.

    Searches without a locale count everywhere; where all others name the same one, the locale is all there is.
    """
    by_locale = tables.by_locale
    located = by_locale.join(row_of, "key").select("row", "locale", "weight").to_pyarrow()
    coded = located["locale"].combine_chunks().dictionary_encode()
    tags = [canonical_locale(tag) for tag in coded.dictionary.to_pylist()]
    tag_of = coded.indices.fill_null(len(tags)).to_numpy()
    row, weight = located["row"].to_numpy(), located["weight"].to_numpy()
    names = _kept_locales(tags, np.bincount(tag_of, weight, minlength=len(tags)).astype(np.float64))
    if len(set(tags)) == 1:
        return {name: (np.arange(len(columns)), columns.weight) for name in names}
    nowhere = tag_of == len(tags)
    anywhere = np.bincount(row[nowhere], weight[nowhere], minlength=len(columns))
    result = {}
    for name in sorted(names):
        here = np.array([name in (tag, language(tag)) for tag in tags] + [False])[tag_of]
        local = np.bincount(row[here], weight[here], minlength=len(columns)).astype(np.float64)
        found = np.flatnonzero(local)
        result[name] = (found, local[found] + anywhere[found])
    return result


def _kept_locales(tags: list[str], weights: npt.NDArray[np.float64]) -> set[str]:
    """The heaviest locales and languages; what clients sent for a locale that is none counts in no locale."""
    totals: Counter[str] = Counter()
    for tag, total in zip(tags, weights.tolist(), strict=False):
        if is_locale(tag):
            totals.update(dict.fromkeys({tag, language(tag)}, total))
    return {name for name, _ in totals.most_common(MAX_LOCALES)}
