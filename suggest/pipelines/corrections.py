"""Here is a log: which queries do people soon rewrite as a near neighbour?"""

from __future__ import annotations

from collections.abc import Callable
from math import log

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from suggest.index.spelling_learned import Learned
from suggest.pipelines.sessionise import sessionise
from suggest.text import unaccented, words

WITHIN_US = 120_000_000
"""Longest pause between a slip and its correction."""

MIN_USERS = 3
"""Distinct users who must have made the same correction: one person's habit corrects nobody else."""

_SHORTEST = 4
_TWO_EDITS_FROM = 5


def corrections(searches: ir.Table, min_users: int = MIN_USERS, within_us: int = WITHIN_US) -> ir.Table:
    """Pairs of a query and what it was soon rewritten as, by enough users.

    The rewritten one is at most two insertions, deletions or replacements away, spaces not counted, and more people
    search it. What only goes on or takes back (`car`, `cars`) is no correction, nor is another number.

    Args:
        searches: with user: string, session: string or null, ts_us: int64, key: string.
        min_users: fewest distinct users of a pair.
        within_us: longest pause between the two, inclusive.

    Returns:
        typed_key, meant_key: string, a pair once; users: int64, who made this correction; meant_users: int64, who
        search what was meant. In no order.
    """
    in_order = ibis.window(group_by=["user", "session", "session_start_us"], order_by=["ts_us", "key"])
    sessions = sessionise(searches)
    followed = sessions.select(
        "user",
        typed_key=sessions.key,
        meant_key=sessions.key.lead().over(in_order),
        pause_us=sessions.ts_us.lead().over(in_order) - sessions.ts_us,
    )
    rewritten = followed.filter(followed.meant_key.notnull() & (followed.pause_us <= within_us))
    pairs = rewritten.group_by(["typed_key", "meant_key"]).agg(users=rewritten.user.nunique())
    pairs = pairs.filter(pairs.users >= min_users)
    return _towards_the_usual(pairs.filter(_is_near(pairs.typed_key, pairs.meant_key)), searches)


def _is_near(typed: ir.StringValue, meant: ir.StringValue) -> ir.BooleanValue:
    joined_typed, joined_meant = typed.replace(" ", ""), meant.replace(" ", "")
    edits = joined_typed.levenshtein(joined_meant)
    goes_on = joined_meant.startswith(joined_typed) | joined_typed.startswith(joined_meant)
    is_respaced = joined_typed == joined_meant
    is_number = typed.re_search("[0-9]") | meant.re_search("[0-9]")
    reach = ibis.ifelse(joined_typed.length() < _TWO_EDITS_FROM, 1, 2)
    return (
        (typed != meant)
        & (joined_typed.length() >= _SHORTEST)
        & (is_respaced | ((edits <= reach) & ~goes_on))
        & ~is_number
    )


def _towards_the_usual(pairs: ir.Table, searches: ir.Table) -> ir.Table:
    """Keeps the pairs whose second query has more users than their first."""
    users = searches.group_by("key").agg(n_users=searches.user.nunique())
    typed = users.select(typed_key="key", typed_users="n_users")
    meant = users.select(meant_key="key", meant_users="n_users")
    found = pairs.join(typed, "typed_key").join(meant, "meant_key")
    return found.filter(found.meant_users > found.typed_users).select("typed_key", "meant_key", "users", "meant_users")


def learned_corrections(rows: pa.Table, rank_of: Callable[[str], int]) -> list[Learned]:
    """What `save_learned` writes of the rows of `corrections`.

    The cost is how rarely those who mean a query begin with this slip: people who made it, of all who mean it.

    Args:
        rows: the columns of `corrections`.
        rank_of: of a key its rank in the index, or a negative number when it is not suggested.
    """
    found = []
    for row in rows.to_pylist():
        rank = rank_of(row["meant_key"])
        typed = " ".join(words(unaccented(row["typed_key"])))
        if rank >= 0 and typed:
            found.append(Learned(typed, rank, log((row["users"] + row["meant_users"]) / row["users"])))
    return found
