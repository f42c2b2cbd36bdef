"""What is known about one query: where it stands in an answer, or why it is not there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from suggest.artifacts import Generation
from suggest.candidates.arguments import MAX_K
from suggest.index import Indexes
from suggest.interfaces import State
from suggest.rank import Policy
from suggest.text import normalise
from suggest.types import EntitySpan, Suggestion, rfc3339

Ask = Callable[..., list[Suggestion]]
"""One surface of the engine for one person; takes what is to be different."""


class Sought(NamedTuple):
    """A query that an answer is searched for.

    Attributes:
        key: normalised.
        number: its id in the index, or -1.
        indexes: of the generation.
    """

    key: str
    number: int
    indexes: Indexes


Place = Callable[[Sought], str]
"""Says where a query stands in an answer, or the first step that lost it."""


def known_about(query: str, generation: Generation, state: State, place: Place) -> dict[str, Any]:
    """Why a query can be suggested or cannot; a plain dictionary.

    Args:
        query: in any spelling.
        generation: that is served.
        state: with its tombstones.
        place: finds it in the answer in question.

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
    known["answer"] = place(Sought(key, number, indexes))
    return known


def place_in_completions(sought: Sought, ask: Ask) -> str:
    """Of `Engine.complete`."""
    shown = _shown(sought, ask)
    if shown is not None:
        return shown
    every_form = ask(k=MAX_K, collapse=False)
    if _rank(sought.key, every_form):
        return f"a near-duplicate of {_usual_form(sought, every_form)!r}, which more people use"
    if _rank(sought.key, ask(k=MAX_K, collapse=False, where=None)):
        return "the filter does not let it through"
    return f"not among the best {MAX_K} that match what was typed, or it does not match"


def place_in_list(sought: Sought, ask: Ask, gate: str | None = None) -> str:
    """Of any other list of suggestions.

    Args:
        sought: the query.
        ask: the surface.
        gate: the argument of `ask` that leaves out what is too poor, where it has one.
    """
    shown = _shown(sought, ask)
    if shown is not None:
        return shown
    if gate is not None:
        ungated = ask(k=MAX_K, **{gate: None})
        rank = _rank(sought.key, ungated)
        if rank:
            return f"left out by {gate}; without that at rank {rank}, scoring {ungated[rank - 1].score:.4g}"
    return f"not among the best {MAX_K} candidates: nothing that is known leads to it, or others say the same"


def place_beside_item(sought: Sought, ask: Ask) -> str:
    """Of `Engine.item_queries`."""
    every_form = ask(k=MAX_K, collapse=False)
    if _rank(sought.key, every_form) and not _rank(sought.key, ask(k=MAX_K)):
        return f"a near-duplicate of {_usual_form(sought, every_form)!r}, which fits better"
    return place_in_list(sought, ask, gate="min_score")


def place_in_spans(sought: Sought, ask: Callable[..., list[EntitySpan]]) -> str:
    """Of the entities of a comment."""
    leading = _leading_to(sought.key, ask())
    if leading:
        return f"what a tap on {leading[0].surface!r} at {leading[0].start} searches for"
    leading = _leading_to(sought.key, ask(min_score=None, max_per_chars=None))
    if leading:
        return f"{leading[0].surface!r} at {leading[0].start} scores {leading[0].score:.4g}, too little to be shown"
    return "no span of the comment leads to it: none is its name, or a longer or likelier one covers it"


def _leading_to(key: str, spans: Sequence[EntitySpan]) -> list[EntitySpan]:
    return [span for span in spans if normalise(span.query) == key]


def _shown(sought: Sought, ask: Ask) -> str | None:
    """The place of a query that is in the answer, or would be in a longer one."""
    rank = _rank(sought.key, ask())
    if rank:
        return f"shown at rank {rank}"
    rank = _rank(sought.key, ask(k=MAX_K))
    return f"ranked {rank}, beyond the suggestions asked for" if rank else None


def _usual_form(sought: Sought, suggested: list[Suggestion]) -> str:
    """The form that stands for a query, among those that were suggested."""
    _, number, indexes = sought
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
