"""Here is a log: which query do people search after which, in the same session?"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from suggest.index.transitions import MOST_NEXT, TransitionRows
from suggest.types.history import SESSION_GAP_US


def transitions(searches: ir.Table, gap_us: int = SESSION_GAP_US) -> ir.Table:
    """Every step of every user from one query of a session to the next, another one.

    Sessions are those of `sessionise`, found in one pass: what follows a search in its session is the next of the
    user's searches that name that session, or the next that name none unless that is more than `gap_us` later.

    Args:
        searches: with user: string, session: string or null, ts_us, known_at_us: int64, key: string.
        gap_us: longest pause within a session, in microseconds.

    Returns:
        user, key, next_key: string, together unique. In no order; searches of one moment are ordered by known_at_us,
        then by key.
    """
    in_order = ibis.window(group_by=["user", "session"], order_by=["ts_us", "known_at_us", "key"])
    followed = searches.select(
        "user",
        "session",
        "key",
        next_key=searches.key.lead().over(in_order),
        pause_us=searches.ts_us.lead().over(in_order) - searches.ts_us,
    )
    is_within = followed.session.notnull() | (followed.pause_us <= gap_us)
    steps = followed.filter(followed.next_key.notnull() & is_within & (followed.next_key != followed.key))
    return steps.select("user", "key", "next_key").distinct()


def transition_rows(steps: ir.Table, row_of: ir.Table, min_users: int) -> TransitionRows:
    """The transitions that enough people made between queries of an index, the `MOST_NEXT` of most people of each.

    Args:
        steps: as `transitions` returns.
        row_of: key: string, unique; row: int64.
        min_users: how many people must have made a transition.
    """
    pairs = steps.group_by("key", "next_key").agg(users=steps.count())
    pairs = pairs.filter(pairs.users >= min_users)
    known = pairs.join(row_of, "key").select("key", "next_key", "users", "row")
    known = known.join(row_of.select(next_key="key", next_row="row"), "next_key")
    best = ibis.window(group_by="row", order_by=[known.users.desc(), known.next_row])
    ranked = known.mutate(place=ibis.row_number().over(best))
    leaving = steps.semi_join(known, "key")
    left = leaving.group_by("key").agg(left=leaving.user.nunique())
    kept = ranked.filter(ranked.place < MOST_NEXT).join(left, "key")
    return _arrays(kept.order_by("row", "place").select("row", "next_row", "users", "left").to_pyarrow())


def _arrays(rows: pa.Table) -> TransitionRows:
    return TransitionRows(*(rows[name].to_numpy() for name in TransitionRows._fields))
