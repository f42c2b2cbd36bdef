"""What is known about one query: in the index with which count, or kept out for which reason."""

from __future__ import annotations

from typing import Any

from suggest.artifacts import Generation
from suggest.index import QueryTable
from suggest.interfaces import State
from suggest.rank import Policy
from suggest.text import normalise
from suggest.types import rfc3339


def known_about(query: str, generation: Generation, state: State) -> dict[str, Any]:
    """Why a query can be suggested or cannot; a plain dictionary.

    Holds `query`, `key` (what it is compared by), `in_index`, the query's counts if it is there, and
    `kept_out` with the reasons that apply now: `blocklist` or the name of a personal-data pattern,
    `blocked`, `deleted` with its moment, or too few users.
    """
    key = normalise(query)
    queries = QueryTable(generation)
    policy = Policy.from_json(generation.json("policy"))
    number = queries.find(key)
    known: dict[str, Any] = {"query": query, "key": key, "in_index": number >= 0}
    if number >= 0:
        known["count"] = queries.count[number]
        known["users"] = queries.users[number]
    reasons = [reason for reason in (policy.refusal(key, query), _tombstone(key, state)) if reason is not None]
    if number < 0 and not reasons:
        reasons.append(f"searched by fewer than {policy.min_users} users, or not at all")
    known["kept_out"] = reasons
    return known


def _tombstone(key: str, state: State) -> str | None:
    for query, since_us in state.tombstones().items():
        if normalise(query) == key:
            return "blocked" if since_us == 0 else f"deleted at {rfc3339(since_us)}"
    return None
