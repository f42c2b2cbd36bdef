"""What did each user search for lately?"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from suggest.types.history import MAX_HISTORY


def profiles(searches: ir.Table, limit: int = MAX_HISTORY) -> ir.Table:
    """The latest searches of every user, of whatever source.

    Only users with more than `limit` searches are sorted; most have far fewer.

    Args:
        searches: user, key, display, source: string; session: string or null; ts_us, known_at_us: int64.
        limit: most searches of one user.

    Returns:
        user: string; ts_us: int64; key, display: string; session: string or null, as the client named it;
        typed: bool, whether the source is `typed`. Rows in no order. Where the limit falls between searches
        of one moment, those known later stay, then those with the larger key, display, source and session.
    """
    heavy = searches.group_by("user").having(searches.count() > limit).agg().select("user")
    columns = ("ts_us", "known_at_us", "key", "display", "source", "session")
    latest = ibis.window(group_by="user", order_by=[searches[name].desc() for name in columns])
    ranked = searches.mutate(place=ibis.row_number().over(latest)).semi_join(heavy, "user")
    kept = searches.anti_join(heavy, "user").union(ranked.filter(ranked.place < limit).drop("place"))
    return kept.select("user", "ts_us", "key", "display", "session", typed=kept.source == "typed")
