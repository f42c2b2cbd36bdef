"""Which queries may be suggested to others? What is left out is counted by reason, and masked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from suggest.rank import Policy
from suggest.rank.personal_data import find_personal_data, mask
from suggest.rank.policy import Refusal
from suggest.text import normalise

MAX_EXAMPLES = 1000
"""Removed queries listed one by one for an audit, the first of each reason; the others are only counted."""

_TOMBSTONE = Refusal("tombstone", "delete or block")


@dataclass
class Removed:
    """What the policy kept out of a generation.

    Attributes:
        counts: queries by reason: `min_users`, `blocklist`, `profanity`, `tombstone` and the kinds of
            personal data.
        matched: queries by reason and by what matched: an entry of a list, the name of a pattern.
        examples: by reason, masked queries with what matched. None for `min_users`: what few people
            searched is personal too, and is not written anywhere.
    """

    counts: Counter[str] = field(default_factory=Counter)
    matched: dict[str, Counter[str]] = field(default_factory=dict)
    examples: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def add(self, refusal: Refusal, query: str) -> None:
        """Counts one query."""
        reason, matched = refusal
        self.counts[reason] += 1
        self.matched.setdefault(reason, Counter())[matched] += 1
        examples = self.examples.setdefault(reason, [])
        if len(examples) < MAX_EXAMPLES:
            examples.append({"query": _masked(query, reason), "matched": matched})

    def to_json(self) -> dict[str, Any]:
        """The attributes as a JSON object: reasons in alphabetical order, what matched most first."""
        matched = {reason: dict(counts.most_common()) for reason, counts in sorted(self.matched.items())}
        return {
            "counts": dict(sorted(self.counts.items())),
            "matched": matched,
            "examples": dict(sorted(self.examples.items())),
        }


def _masked(query: str, reason: str) -> str:
    # By content, not by reason: names and numbers are often blocked because they are personal.
    found = find_personal_data(normalise(query), "strict", query)
    return mask(query, "secret" if reason in ("tombstone", "profanity") else found or reason)


def suggestible(rows: pa.Table, policy: Policy, blocked: frozenset[str], removed: Removed) -> pa.Table:
    """The rows whose query the policy admits.

    Args:
        rows: with string columns `key` and `display`.
        policy: what refuses a query.
        blocked: keys under a tombstone.
        removed: where refusals are counted.
    """
    kept = []
    for key, shown in zip(rows["key"].to_pylist(), rows["display"].to_pylist(), strict=True):
        refusal = _TOMBSTONE if key in blocked else policy.refused(key, shown)
        kept.append(refusal is None)
        if refusal is not None:
            removed.add(refusal, shown)
    return rows.filter(pa.array(kept, pa.bool_()))
