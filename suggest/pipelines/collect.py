"""Files of events and counts in, tables that a generation is built from out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from suggest.pipelines.attributes import aliases, attributes
from suggest.pipelines.corrections import corrections
from suggest.pipelines.deduplicate import deduplicate, repeated_ids
from suggest.pipelines.final_intent import final_intent
from suggest.pipelines.impressions import CLICK_SCHEMA, click_statistics, examination_curves, shown_texts, slots
from suggest.pipelines.position_bias import Floats
from suggest.pipelines.profiles import profiles
from suggest.pipelines.query_statistics import (
    locale_weights,
    query_statistics,
    query_uses,
    region_weights,
    surface_forms,
)
from suggest.pipelines.read import COUNT_SCHEMA, EVENT_SCHEMA, event_batches, read_counts, read_events
from suggest.pipelines.report import ReadReport
from suggest.pipelines.spellings import spellings
from suggest.pipelines.transitions import transitions
from suggest.types import DAY_US, Event, now_us
from suggest.types.history import FINAL_INTENT_US

_EVENT_COLUMNS = (
    "type",
    "ts_us",
    "user",
    "event_id",
    "known_at_us",
    "locale",
    "region",
    "session",
    "query",
    "source",
    "item",
    "comment",
    "request_id",
    "surface",
    "input",
    "shown",
    "watch_s",
    "propensities",
)


@dataclass(frozen=True)
class BuildInputs:
    """What to collect and how.

    Attributes:
        events: files in the `--events` format.
        queries: files in the `--queries` format.
        extra_events: events from elsewhere, such as the log of a state; taken once.
        forgotten: user to a moment in µs; their events of files up to it are left out. A state has
            erased them by itself, and what it accepted since counts.
        as_of_us: leave out what became known after this moment; None for nothing.
        latest_us: events of files after this moment are malformed; None accepts any.
        strict: fail at the first malformed row.
        half_life_us: age at which a search counts half in `decayed`.
        typing_us: longest pause between a half-typed query and its continuation.
        max_per_user: most searches of one user that add to the weight of one query; None for no bound.
    """

    events: Sequence[Path] = ()
    queries: Sequence[Path] = ()
    extra_events: Iterable[Event] = ()
    forgotten: Mapping[str, int] = field(default_factory=dict)
    as_of_us: int | None = None
    latest_us: int | None = None
    strict: bool = False
    half_life_us: int = 30 * DAY_US
    typing_us: int = FINAL_INTENT_US
    max_per_user: int | None = None


@dataclass(frozen=True)
class LogTables:
    """What a log says, as tables that live in the connection; their rows are in no order.

    Attributes:
        statistics: see `query_statistics`.
        uses: see `query_uses`.
        counts: key: string; count, users: int64, and more; a row for each of the `--queries` format.
        by_locale: see `locale_weights`.
        by_region: see `region_weights`.
        searches: the final ones: user, key, source: string; session, item, locale, region: string or null; ts_us,
            known_at_us: int64.
        views: user, item: string; session: string or null; ts_us: int64; watch_s: float64 or null.
        slots: see `slots`; of all surfaces. `input` is the item of surface `item`, the comment of `comment`.
        deleted: kind (`item` or `comment`), name: string, together unique, of what delete events name. No row of
            another table names one, but for the slots.
        steps: see `transitions`.
        clicks: see `click_statistics`; of the typeahead alone.
        examination: see `examination_curves`; likewise.
        profiles: see `profiles`.
        attributes: see `attributes`.
        aliases: key, alias: string, together unique, never equal: another key that stands for the query.
        corrections: see `corrections`.
        tombstones: key: string, unique; deleted_us: int64, of queries that delete events name. They
            are in no other table.
        watermark_us: the latest `known_at` of all events in µs; 0 without events.
    """

    statistics: ir.Table
    uses: ir.Table
    counts: ir.Table
    by_locale: ir.Table
    by_region: ir.Table
    searches: ir.Table
    views: ir.Table
    slots: ir.Table
    deleted: ir.Table
    steps: ir.Table
    clicks: ir.Table
    examination: Mapping[str, Floats]
    profiles: ir.Table
    attributes: ir.Table
    aliases: ir.Table
    corrections: ir.Table
    tombstones: ir.Table
    watermark_us: int


def connect(directory: Path, *, memory_limit: str = "512MB", threads: int = 2) -> Any:
    """An Ibis connection to a new DuckDB database in a directory, which also takes what does not fit memory.

    Args:
        directory: exists and is empty; needs up to twice the bytes of the log.
        memory_limit: of DuckDB; the process needs some 300 MB more.
        threads: of DuckDB.
    """
    return ibis.duckdb.connect(
        directory / "collect.duckdb",
        memory_limit=memory_limit,
        threads=threads,
        temp_directory=str(directory / "spill"),
        preserve_insertion_order=False,
    )


@contextmanager
def plain_sql() -> Iterator[None]:
    """Lets Ibis write each step of an expression as a SELECT of its own.

    To merge them takes Ibis a sixth of the time of a small build, and DuckDB does it anyway.
    """
    fuses = ibis.options.sql.fuse_selects
    ibis.options.sql.fuse_selects = False
    try:
        yield
    finally:
        ibis.options.sql.fuse_selects = fuses


def collect(connection: Any, inputs: BuildInputs, report: ReadReport, *, directory: Path) -> LogTables:
    """Reads all inputs and answers with tables; equal rows whatever the order of files and rows.

    Args:
        connection: from `connect`; keep it open while the tables are used.
        inputs: what to collect and how.
        report: is filled in.
        directory: takes the validated events in Parquet while this runs, about half of the log's bytes.

    Raises:
        InputError: as in `read_events`.
    """
    events, counts, watermark_us = _stage(connection, inputs, report, directory)
    spelled = connection.create_table("spellings", spellings(_texts(events, counts)))
    tombstones = connection.create_table("tombstones", _tombstones(events, spelled))
    # Written out: five tables are made of it, and each would join it anew.
    counts = connection.create_table("counts", _usable(connection, _spell(counts, spelled), tombstones, report))
    deleted = connection.create_table("deleted", _deleted(events))
    searches = _spell(_without_deleted_item(events.filter(events.type == "search"), deleted), spelled)
    searches = _usable(connection, searches, tombstones, report)
    marked = connection.create_table("searches", final_intent(searches, inputs.typing_us))
    report.drop("half_typed", _n_rows(connection, marked.filter(~marked.is_final)))
    named = _usable(connection, _spell(aliases(counts), spelled), tombstones, report)
    named = named.filter(named.key != named.named).select(key="named", alias="key").distinct()
    searches = marked.filter(marked.is_final)
    views = events.filter(events.type == "view").select("user", "item", "session", "ts_us", "watch_s")
    of_items = deleted.filter(deleted.kind == "item")
    views = connection.create_table("views", views.anti_join(of_items, views.item == of_items.name))
    behaviour = views, deleted, *_clicks(connection, events, spelled, inputs.max_per_user)
    return _tables(connection, searches, counts, named, behaviour, tombstones, inputs, watermark_us)


def _stage(connection: Any, inputs: BuildInputs, report: ReadReport, directory: Path) -> tuple[ir.Table, ir.Table, int]:
    """Distinct events that count, counts, and the watermark."""
    read = read_events(inputs.events, strict=inputs.strict, report=report, latest_us=inputs.latest_us)
    read = _without_forgotten(read, inputs.forgotten, report)
    read = chain(read, event_batches(inputs.extra_events))
    needed = pa.schema([EVENT_SCHEMA.field(name) for name in _EVENT_COLUMNS])
    events = _to_parquet(connection, directory / "events.parquet", read, needed)
    counted = read_counts(inputs.queries, strict=inputs.strict, report=report)
    counts = _to_parquet(connection, directory / "counts.parquet", counted, COUNT_SCHEMA)
    if inputs.as_of_us is not None:
        is_late = events.known_at_us > inputs.as_of_us
        report.drop("known_later", _n_rows(connection, events.filter(is_late)))
        events = events.filter(~is_late)
    watermark_us = _scalar(connection, events.known_at_us.max()) or 0
    repeated = connection.create_table("repeated", repeated_ids(events))
    if _n_rows(connection, repeated):
        ids = events.mutate(id_hash=events.event_id.hash()).semi_join(repeated, "id_hash").event_id
        report.drop("duplicate", _scalar(connection, ids.count()) - _scalar(connection, ids.nunique()))
    return deduplicate(events, repeated), counts, watermark_us


def _to_parquet(connection: Any, path: Path, batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> ir.Table:
    # Through a file and not into the database: every engine reads it, a batch at a time, only the columns it needs.
    repetitive = [name for name in schema.names if name != "event_id"]
    with pq.ParquetWriter(path, schema, use_dictionary=repetitive) as writer:
        for batch in batches:
            writer.write_batch(batch.select(schema.names))
    table: ir.Table = connection.read_parquet(path)
    return table


def _without_forgotten(
    batches: Iterator[pa.RecordBatch], forgotten: Mapping[str, int], report: ReadReport
) -> Iterator[pa.RecordBatch]:
    """Leaves out what forgotten users did up to then; what they deleted stays deleted."""
    read_us = now_us()
    users = pa.array(list(forgotten), pa.string())
    at_us = pa.array(list(forgotten.values()), pa.int64())
    for batch in batches:
        until_us = at_us.take(pc.index_in(batch["user"], users))
        # What comes from a clock ahead of this one happened before it was forgotten.
        is_before = pc.or_(pc.less_equal(batch["ts_us"], until_us), pc.greater(batch["ts_us"], read_us))
        is_erased = pc.and_(pc.and_(until_us.is_valid(), is_before), pc.not_equal(batch["type"], "delete"))
        kept = batch.filter(pc.invert(is_erased.fill_null(False)))  # noqa: FBT003
        report.drop("forgotten_user", len(batch) - len(kept))
        yield kept


def _texts(events: ir.Table, counts: ir.Table) -> ir.Table:
    texts = events.filter(events.type.isin(["search", "delete"])).select("query")
    return texts.union(counts.select("query"), aliases(counts.mutate(key="query")).select("query"), shown_texts(events))


def _tombstones(events: ir.Table, spelled: ir.Table) -> ir.Table:
    deletes = events.filter(events.type == "delete").join(spelled, "query")
    return deletes.group_by("key").agg(deleted_us=deletes.ts_us.min())


def _deleted(events: ir.Table) -> ir.Table:
    """The items and the comments that delete events name."""
    deletes = events.filter(events.type == "delete")
    of_kinds = (deletes.select(kind=ibis.literal(kind), name=deletes[kind]) for kind in ("item", "comment"))
    named = ibis.union(*of_kinds)
    return named.filter(named.name.notnull()).distinct()


def _without_deleted_item(searches: ir.Table, deleted: ir.Table) -> ir.Table:
    """Searches beside a deleted item are searches beside none."""
    of_items = deleted.filter(deleted.kind == "item").select(gone="name")
    joined = searches.left_join(of_items, searches.item == of_items.gone)
    return joined.mutate(item=joined.item.nullif(joined.gone)).drop("gone")


def _spell(rows: ir.Table, spelled: ir.Table) -> ir.Table:
    return rows.join(spelled, "query").drop("query")


def _usable(connection: Any, rows: ir.Table, tombstones: ir.Table, report: ReadReport) -> ir.Table:
    problems = rows.filter(rows.problem.notnull()).problem.value_counts(name="n_rows")
    for problem in connection.to_pyarrow(problems).to_pylist():
        report.drop(problem["problem"], problem["n_rows"])
    rows = rows.filter(rows.problem.isnull()).drop("problem")
    if _n_rows(connection, tombstones):
        report.drop("deleted_query", _n_rows(connection, rows.semi_join(tombstones, "key")))
    return rows.anti_join(tombstones, "key")


def _tables(
    connection: Any,
    searches: ir.Table,
    counts: ir.Table,
    named: ir.Table,
    behaviour: tuple[ir.Table, ir.Table, ir.Table, ir.Table, Mapping[str, Floats]],
    tombstones: ir.Table,
    inputs: BuildInputs,
    watermark_us: int,
) -> LogTables:
    views, deleted, seen, clicks, examination = behaviour
    uses = connection.create_table("uses", query_uses(searches, watermark_us, inputs.half_life_us))
    forms = surface_forms(searches, counts)
    statistics = query_statistics(uses, forms, counts, inputs.max_per_user)
    by_locale = connection.create_table("by_locale", locale_weights(uses, counts, inputs.max_per_user))
    return LogTables(
        statistics=connection.create_table("statistics", statistics),
        uses=uses,
        counts=counts,
        by_locale=by_locale,
        by_region=connection.create_table("by_region", region_weights(searches, counts, inputs.max_per_user)),
        searches=searches,
        views=views,
        slots=seen,
        deleted=deleted,
        steps=connection.create_table("steps", transitions(searches)),
        clicks=clicks,
        examination=examination,
        profiles=connection.create_table("profiles", profiles(searches)),
        attributes=connection.create_table("attributes", attributes(by_locale, searches, counts)),
        aliases=connection.create_table("aliases", named),
        corrections=connection.create_table("corrections", corrections(searches)),
        tombstones=tombstones,
        watermark_us=watermark_us,
    )


def _clicks(
    connection: Any, events: ir.Table, spelled: ir.Table, max_per_user: int | None
) -> tuple[ir.Table, ir.Table, Mapping[str, Floats]]:
    """What was shown, on all surfaces; what of it was clicked in the typeahead, and how far people look there."""
    seen = slots(events, spelled)
    if not _n_rows(connection, events.filter(events.type == "impression")):
        none = connection.create_table("slots", schema=seen.schema())
        return none, connection.create_table("clicks", schema=CLICK_SCHEMA), {}
    seen = connection.create_table("slots", seen)
    typed = seen.filter(seen.surface == "typeahead")
    curves = examination_curves(connection, typed, max_per_user)
    return seen, connection.create_table("clicks", click_statistics(connection, typed, curves, max_per_user)), curves


def _n_rows(connection: Any, table: ir.Table) -> int:
    return int(_scalar(connection, table.count()))


def _scalar(connection: Any, value: ir.Scalar) -> Any:
    return connection.to_pyarrow(value).as_py()
