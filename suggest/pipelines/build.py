"""The offline build: files and a state's log become one published generation."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from suggest.artifacts import Generation, GenerationWriter, building, sha256_of
from suggest.errors import ArtifactError, InputError
from suggest.index import Indexes, QueryColumns
from suggest.index.indexes import QUERY_VECTORS
from suggest.index.table import RECENT_DAYS
from suggest.index.vectors import save_vectors
from suggest.interfaces import State
from suggest.pipelines.admitted import Admitted
from suggest.pipelines.build_report import BuildReport, report_of
from suggest.pipelines.collect import BuildInputs, LogTables, collect, connect, plain_sql
from suggest.pipelines.position_bias import save_examination
from suggest.pipelines.publish import carry_models
from suggest.pipelines.report import ReadReport
from suggest.pipelines.suggestible import Removed, suggestible
from suggest.pipelines.vectors import MAX_VECTORS, asked_encoder, chosen_encoder, make_vectors
from suggest.pipelines.word_statistics import word_statistics
from suggest.pipelines.write_index import write_index
from suggest.pipelines.write_profiles import write_profiles
from suggest.pipelines.write_related_lists import write_related_lists
from suggest.pipelines.write_surfaces import write_surfaces
from suggest.rank import Policy
from suggest.rank.personal_data import Safety
from suggest.stores import open_state
from suggest.text import normalise
from suggest.text.encoder import Encoder, save_encoder
from suggest.types import DAY_US, Progress, now_us

MEMORY_LIMIT = "512MB"
"""What DuckDB may hold before it spills to disk; a build then stays within about 1 GiB."""

MAX_PER_USER = 10
"""Searches of one person that add to one query's popularity: a flood from one user lifts nothing.
Behind own history any bound from 2 on ranks alike; ten leaves small logs as they are."""

_JUDGED_ROWS = 1 << 18
"""Queries that meet the policy together: their words are judged once."""


def build(
    out: str | Path,
    *,
    events: Sequence[str | Path] = (),
    queries: Sequence[str | Path] = (),
    items: Sequence[str | Path] = (),
    comments: Sequence[str | Path] = (),
    lexicon: Sequence[str | Path] = (),
    blocklist: str | Path | None = None,
    allowlist: str | Path | None = None,
    min_users: int = 2,
    encoder: str = "default",
    max_vectors: int = MAX_VECTORS,
    safety: Safety = "standard",
    profanity: bool = True,
    strict: bool = False,
    state: str | State | None = None,
    policy: Policy | None = None,
    as_of_us: int | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Builds one generation under `out` and serves it from then on.

    Args:
        out: the index directory.
        events: log files.
        queries: files of queries with counts.
        items: files of what queries are shown beside.
        comments: files of what people wrote under them.
        lexicon: files of names, for what is tapped in comments.
        blocklist: file of what is never suggested.
        allowlist: file of exceptions from it.
        min_users: how many people must have searched a query before others are shown it.
        encoder: what makes vectors of texts: `default`, `none`, or a sentence-transformers model by name or path.
        max_vectors: the heaviest queries that get one.
        safety: `strict`, `standard` or `off`: the personal-data patterns.
        profanity: whether profane queries are kept from others than their author.
        strict: stop at the first malformed row.
        state: a state whose log, tombstones and forgotten people are taken in too.
        policy: in place of the lists, `min_users`, `safety` and `profanity`.
        as_of_us: leave out what became known after this moment, in µs.
        progress: told of each stage.

    Raises:
        InputError: a file cannot be used, or nothing is left to suggest from.
        BuildLocked: another build of this directory is running.
        ArtifactError: the directory cannot be written; what was served stays served.
    """
    started = time.monotonic()
    told = progress or (lambda _stage, _done, _total: None)
    _require_files([*items, *comments, *lexicon])
    encodes = chosen_encoder(encoder, out)
    policy = policy or Policy.from_files(
        blocklist=blocklist, allowlist=allowlist, min_users=min_users, safety=safety, profanity=profanity
    )
    report, removed = ReadReport(), Removed()
    with building(out) as writer, _scratch(writer) as scratch, _opened(state) as source, plain_sql():
        told("read and count", 0, 0)
        connection = connect(scratch, memory_limit=MEMORY_LIMIT)
        tables = collect(connection, _inputs(events, queries, strict, source, as_of_us), report, directory=scratch)
        told("apply the policy", 0, 0)
        blocked = _blocked(source)
        rows, columns = _admitted(tables, policy, blocked, removed)
        told("count words", 0, 0)
        words = word_statistics(connection, tables, columns.keys, blocked, policy, MAX_PER_USER)
        told("write the index", 0, 0)
        ids, row_of = write_index(writer, tables, rows, columns, words, policy.min_users)
        n_users = write_profiles(connection, writer, tables, policy)
        files = {"events": events, "queries": queries, "items": items, "comments": comments, "lexicon": lexicon}
        writer.inputs = list(_described(files))
        writer.parameters |= _parameters(columns, tables, policy, encoder)
        vector_rows, vectors = _write_vectors(writer, columns, ids, encodes, max_vectors, told)
        made = Admitted(
            writer=writer,
            indexes=Indexes.open(writer.written()),
            connection=connection,
            tables=tables,
            columns=columns,
            ids=ids,
            row_of=row_of,
            blocked=blocked,
            policy=policy,
            encoder=encodes,
            vector_rows=vector_rows,
            vectors=vectors,
            items=[Path(path) for path in items],
            comments=[Path(path) for path in comments],
            lexicon=[Path(path) for path in lexicon],
            strict=strict,
            report=report,
            cache=Path(out),
            told=told,
        )
        write_surfaces(made)
        writer.save_json("policy", policy.to_json())
        writer.save_json("removed", removed.to_json())
        writer.save_json("tombstones", _tombstones(tables))
        save_examination(writer, tables.examination)
        carry_models(out, writer)
        write_related_lists(writer, policy, tables.watermark_us, told)
        told("publish", 0, 0)
    return report_of(Generation.open(out, writer.name, verify=False), n_users, removed, report, started)


def _inputs(
    events: Sequence[str | Path],
    queries: Sequence[str | Path],
    strict: bool,
    source: State | None,
    as_of_us: int | None,
) -> BuildInputs:
    # A sender whose clock is far ahead must not move the watermark.
    latest_us = now_us() + DAY_US
    return BuildInputs(
        events=tuple(Path(path) for path in events),
        queries=tuple(Path(path) for path in queries),
        strict=strict,
        latest_us=latest_us,
        extra_events=() if source is None else (event for _, event in source.read() if event.ts_us <= latest_us),
        forgotten={} if source is None else source.forgotten(),
        max_per_user=MAX_PER_USER,
        as_of_us=as_of_us,
    )


def _parameters(columns: QueryColumns, tables: LogTables, policy: Policy, encoder: str) -> dict[str, Any]:
    """What the manifest says of how the generation was made."""
    return {
        "n_queries": len(columns),
        "watermark_us": tables.watermark_us or None,
        "min_users": policy.min_users,
        "safety": policy.safety,
        "profanity": policy.profanity,
        "memory_limit": MEMORY_LIMIT,
        "encoder": asked_encoder(encoder),
    }


def _admitted(
    tables: LogTables, policy: Policy, blocked: frozenset[str], removed: Removed
) -> tuple[pa.Table, QueryColumns]:
    """The queries that may be suggested, sorted by key: the table of them, and the columns of the index."""
    statistics = tables.statistics
    is_enough = (statistics.users >= policy.min_users) & (statistics.weight > 0)
    enough = statistics.filter(is_enough)
    removed.counts["min_users"] = statistics.filter(~is_enough).count().to_pyarrow().as_py()
    batches = enough.order_by("key").to_pyarrow_batches(chunk_size=_JUDGED_ROWS)
    admitted = [suggestible(pa.Table.from_batches([batch]), policy, blocked, removed) for batch in batches]
    if not sum(len(rows) for rows in admitted):
        raise InputError(
            f"nothing is left to suggest: {_what_was_removed(removed)}; "
            "give a longer log, or lower --min-users if every query may be shown to everybody"
        )
    rows = pa.concat_tables(admitted).combine_chunks()
    columns = QueryColumns(
        keys=rows["key"].combine_chunks(),
        displays=rows["display"].combine_chunks(),
        weight=rows["weight"].to_numpy(),
        count=rows["count"].to_numpy(),
        users=rows["users"].to_numpy(),
        decayed=rows["decayed"].to_numpy(),
        last_seen_us=rows["last_seen_us"].to_numpy(),
        recent=np.stack([rows[f"decayed_{days}d"].to_numpy() for days in RECENT_DAYS]) if tables.watermark_us else None,
    )
    return rows, columns


def _write_vectors(
    writer: GenerationWriter,
    columns: QueryColumns,
    ids: npt.NDArray[np.uint32],
    encoder: Encoder | None,
    max_vectors: int,
    told: Progress,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Writes the encoder and what it makes of the heaviest queries; returns their rows and vectors."""
    rows, vectors = make_vectors(columns, encoder, max_vectors, writer.directory.parent, told)
    if encoder is not None:
        save_encoder(writer, encoder)
        # Rows are in the order of keys, vectors are kept in that of ids.
        order = np.argsort(ids[rows])
        save_vectors(writer, QUERY_VECTORS, ids[rows][order], vectors[order])
    return rows, vectors


@contextmanager
def _scratch(writer: GenerationWriter) -> Iterator[Path]:
    """A folder for the run, beside the index so that what spills lands on the same disk; gone afterwards."""
    with tempfile.TemporaryDirectory(dir=writer.directory.parent, prefix=f"{writer.directory.name}-work-") as folder:
        try:
            yield Path(folder)
        except duckdb.Error as error:
            reason = str(error).partition("\n")[0]
            raise ArtifactError(f"cannot write the index: {reason}; nothing was published") from error


@contextmanager
def _opened(state: str | State | None) -> Iterator[State | None]:
    if not isinstance(state, str):
        yield state
        return
    opened = open_state(state)
    try:
        yield opened
    finally:
        opened.close()


def _blocked(source: State | None) -> frozenset[str]:
    return frozenset() if source is None else frozenset(normalise(query) for query in source.tombstones())


def _tombstones(tables: LogTables) -> dict[str, int]:
    """What delete events of the log name: hidden in the histories of the state too."""
    rows = tables.tombstones.order_by("key").to_pyarrow()
    return dict(zip(rows["key"].to_pylist(), rows["deleted_us"].to_pylist(), strict=True))


def _require_files(paths: Iterable[str | Path]) -> None:
    """Refuses before the log is read what would fail after."""
    for path in paths:
        if not Path(path).is_file():
            raise InputError(f"{path}: no such file")


def _described(files: Mapping[str, Sequence[str | Path]]) -> Iterator[dict[str, Any]]:
    for kind, paths in files.items():
        for path in map(Path, paths):
            size = path.stat().st_size
            yield {"kind": kind, "path": str(path.absolute()), "bytes": size, "sha256": sha256_of(path)}


def _what_was_removed(removed: Removed) -> str:
    counts = {reason: n for reason, n in sorted(removed.counts.items()) if n}
    return ", ".join(f"{reason} removed {n:,}" for reason, n in counts.items()) or "the inputs hold no query"
