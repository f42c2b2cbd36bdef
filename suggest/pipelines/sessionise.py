"""Which events of a user belong to one visit?"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from suggest.types.history import SESSION_GAP_US


def sessionise(events: ir.Table, gap_us: int = SESSION_GAP_US) -> ir.Table:
    """Gives every event the start of its session; user, session and session_start_us name a session.

    Events with a `session` from the client belong to the session of that name, however far apart.
    The user's other events form sessions by the gap rule: a new one starts after more than `gap_us`
    without such an event.

    Args:
        events: with user: string, session: string or null, ts_us: int64.
        gap_us: longest pause within a session, in microseconds.

    Returns:
        The columns of `events` and session_start_us: int64, the `ts_us` of the session's first event.
    """
    marked = events.mutate(is_named=events.session.notnull())
    in_order = ibis.window(group_by=["user", "is_named"], order_by="ts_us")
    pause_us = marked.ts_us - marked.ts_us.lag().over(in_order)
    opens = pause_us.isnull() | (pause_us > gap_us)
    marked = marked.mutate(opened_us=ibis.ifelse(opens, marked.ts_us, ibis.null("int64")))
    # A range, not rows: of several events at one moment any may be the one that opens.
    until_now = ibis.range_window(preceding=None, following=0, group_by=["user", "is_named"], order_by="ts_us")
    by_name = ibis.window(group_by=["user", "session"])
    start_us = ibis.ifelse(marked.is_named, marked.ts_us.min().over(by_name), marked.opened_us.max().over(until_now))
    return marked.mutate(session_start_us=start_us).drop("is_named", "opened_us")
