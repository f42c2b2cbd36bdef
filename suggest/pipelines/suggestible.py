"""Which queries may be suggested to others? What is left out is counted by reason, and masked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from suggest.rank import Policy
from suggest.rank.personal_data import find_personal_data, mask
from suggest.text import normalise

MAX_EXAMPLES = 1000
"""Removed queries listed one by one for an audit, the first of each reason; the others are only counted."""


@dataclass
class Removed:
    """What the policy kept out of a generation.

    Attributes:
        counts: queries by reason: `min_users`, `blocklist`, `tombstone` and the kinds of personal data.
        examples: by reason, masked queries. None for `min_users`: what few people searched is
            personal too, and is not written anywhere.
    """

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, reason: str, query: str) -> None:
        """Counts one query."""
        self.counts[reason] += 1
        examples = self.examples.setdefault(reason, [])
        if len(examples) < MAX_EXAMPLES:
            # By content, not by reason: names and numbers are often blocked because they are personal.
            found = find_personal_data(normalise(query), "strict", query)
            examples.append(mask(query, "secret" if reason == "tombstone" else found or reason))

    def to_json(self) -> dict[str, Any]:
        """The attributes as a JSON object, reasons in alphabetical order."""
        return {"counts": dict(sorted(self.counts.items())), "examples": dict(sorted(self.examples.items()))}


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
        reason = "tombstone" if key in blocked else policy.refusal(key, shown)
        kept.append(reason is None)
        if reason is not None:
            removed.add(reason, shown)
    return rows.filter(pa.array(kept, pa.bool_()))
