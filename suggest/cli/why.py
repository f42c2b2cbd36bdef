"""What is known about one query: where it stands in an answer, or why it is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from suggest.artifacts import Generation
from suggest.candidates.arguments import MAX_K
from suggest.index import Indexes
from suggest.interfaces import State
from suggest.rank import Policy
from suggest.text import normalise
from suggest.types import Suggestion, rfc3339

Ask = Callable[..., list[Suggestion]]
"""`Engine.complete` for one text and one person; takes what is to be different."""


def known_about(query: str, generation: Generation, state: State, ask: Ask | None = None) -> dict[str, Any]:
    """Why a query can be suggested or cannot; a plain dictionary.

    Args:
        query: in any spelling.
        generation: that is served.
        state: with its tombstones.
        ask: gives answers to the text in question; None says nothing about any answer.

    Returns:
        `query`, `key` (what it is compared by), `in_index`, the query's counts if it is there, `kept_out`
        with the reasons that apply now (`blocklist` or another reason of the policy, `blocked`, `deleted` with
        its moment, or too few users), and `answer`: its place, or what kept it from having one.
    """
    key = normalise(query)
    indexes = Indexes.open(generation)
    queries = indexes.prefixes.queries
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
    if ask is not None:
        known["answer"] = _place(key, number, ask, indexes)
    return known


def _place(key: str, number: int, ask: Ask, indexes: Indexes) -> str:
    """Where the query stands in the answer, or the first step that lost it."""
    shown = _rank(key, ask())
    if shown:
        return f"shown at rank {shown}"
    ranked = _rank(key, ask(k=MAX_K))
    if ranked:
        return f"ranked {ranked}, beyond the suggestions asked for"
    every_form = ask(k=MAX_K, collapse=False)
    if _rank(key, every_form):
        return f"a near-duplicate of {_usual_form(number, every_form, indexes)!r}, which more people use"
    if _rank(key, ask(k=MAX_K, collapse=False, where=None)):
        return "the filter does not let it through"
    return f"not among the best {MAX_K} that match what was typed, or it does not match"


def _usual_form(number: int, suggested: list[Suggestion], indexes: Indexes) -> str:
    """The form that stands for a query, among those that were suggested."""
    (wanted,) = indexes.groups.groups([number])
    for suggestion in suggested:
        other = indexes.prefixes.queries.find(normalise(suggestion.query))
        if other not in (-1, number) and indexes.groups.groups([other]) == [wanted]:
            return suggestion.query
    return "another form"


def _rank(key: str, suggested: list[Suggestion]) -> int:
    """Rank of a query, or 0."""
    keys = [normalise(suggestion.query) for suggestion in suggested]
    return keys.index(key) + 1 if key in keys else 0


def _tombstone(key: str, state: State) -> str | None:
    for query, since_us in state.tombstones().items():
        if normalise(query) == key:
            return "blocked" if since_us == 0 else f"deleted at {rfc3339(since_us)}"
    return None
