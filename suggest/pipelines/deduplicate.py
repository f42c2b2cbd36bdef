"""An event came twice: which of its rows counts?"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir


def repeated_ids(events: ir.Table) -> ir.Table:
    """Hashes of event ids that more than one row may have.

    Args:
        events: with event_id: string.

    Returns:
        id_hash: int64, the hash of every id that occurs twice, and of few others.
    """
    hashes = events.select(id_hash=events.event_id.hash())
    return hashes.group_by("id_hash").having(hashes.count() > 1).agg().select("id_hash")


def deduplicate(events: ir.Table, repeated: ir.Table | None = None) -> ir.Table:
    """One row for each event_id: the one known earliest, then the smallest of the other columns.

    Only rows with a repeated hash are sorted: ordering a whole log by id would spill all of it. The
    hash picks suspects and decides nothing, so engines may hash differently.

    Args:
        events: with event_id: string, known_at_us: int64 and other columns that can be ordered.
        repeated: `repeated_ids(events)` when that is already computed.

    Returns:
        The columns of `events`; rows in no order.
    """
    if repeated is None:
        repeated = repeated_ids(events)
    hashed = events.mutate(id_hash=events.event_id.hash())
    others = [name for name in events.columns if name not in {"event_id", "known_at_us"}]
    same_id = ibis.window(group_by="event_id", order_by=["known_at_us", *others])
    suspects = hashed.semi_join(repeated, "id_hash").mutate(copy=ibis.row_number().over(same_id))
    first = suspects.filter(suspects.copy == 0).drop("copy", "id_hash")
    return hashed.anti_join(repeated, "id_hash").drop("id_hash").union(first)
