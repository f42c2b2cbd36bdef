"""Was this what the user wanted to ask, or a query still being typed?"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from suggest.types.history import FINAL_INTENT_US


def final_intent(searches: ir.Table, within_us: int = FINAL_INTENT_US) -> ir.Table:
    """Marks the searches that were meant.

    A typed query is half-typed when the same user's next search, of whatever source, comes within
    `within_us` and its key continues this one's. So a chain of beginnings leaves its last link.

    Args:
        searches: with user: string, ts_us: int64, known_at_us: int64, key: string, source: string.
        within_us: longest pause in microseconds, inclusive.

    Returns:
        The columns of `searches` and is_final: bool. Searches of one moment are ordered by
        known_at_us, then by key.
    """
    in_order = ibis.window(group_by="user", order_by=["ts_us", "known_at_us", "key", "source"])
    followed = searches.mutate(
        next_key=searches.key.lead().over(in_order), next_ts_us=searches.ts_us.lead().over(in_order)
    )
    half_typed = (
        (followed.source == "typed")
        & (followed.next_ts_us - followed.ts_us <= within_us)
        & (followed.next_key != followed.key)
        & followed.next_key.startswith(followed.key)
    )
    return followed.mutate(is_final=~half_typed.fill_null(False)).drop("next_key", "next_ts_us")  # noqa: FBT003
