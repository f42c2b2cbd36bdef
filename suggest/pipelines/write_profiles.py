"""People's own searches: from the tables of a log to the histories of a generation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from suggest.artifacts import GenerationWriter
from suggest.index import ProfileRows, save_profiles
from suggest.pipelines.collect import LogTables
from suggest.rank import Policy
from suggest.text import normalise

_BATCH_ROWS = 65_536


def write_profiles(connection: Any, writer: GenerationWriter, tables: LogTables, policy: Policy) -> int:
    """Writes people's own histories, without what even they are not shown; returns how many people.

    Texts become numbers inside the database: the rows may be as many as the log's, the texts are far fewer.
    """
    profiles = tables.profiles.mutate(session=tables.profiles.session.fill_null(""))
    queries = profiles.select("display").distinct().order_by("display").to_pyarrow()["display"].combine_chunks()
    queries = queries.filter(pa.array([_is_shown(policy, text) for text in queries.to_pylist()], pa.bool_()))
    sessions = profiles.select("session").distinct().order_by("session").to_pyarrow()["session"].combine_chunks()
    coded = profiles.join(_numbered(connection, "display", queries), "display")
    coded = coded.join(_numbered(connection, "session", sessions), "session")
    rows = coded.order_by("user", "ts_us", "key").select("user", "ts_us", "display_number", "session_number", "typed")
    n_rows = coded.count().to_pyarrow().as_py()
    batches = (
        ProfileRows(batch["user"], *(batch[name].to_numpy(zero_copy_only=False) for name in batch.schema.names[1:]))
        for batch in rows.to_pyarrow_batches(chunk_size=_BATCH_ROWS)
    )
    return save_profiles(writer, queries, sessions, n_rows, batches)


def _is_shown(policy: Policy, text: str) -> bool:
    return policy.refusal(normalise(text), text, own=True) is None


def _numbered(connection: Any, name: str, texts: pa.Array) -> Any:
    numbers = pa.array(np.arange(len(texts), dtype=np.uint32))
    return connection.create_table(f"{name}s", pa.table({name: texts, f"{name}_number": numbers}))
