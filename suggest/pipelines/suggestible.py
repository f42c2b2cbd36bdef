"""Which queries may be suggested to others? What is left out is counted by reason, and masked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from suggest.index.pieces import Pieces
from suggest.index.strings import each_text
from suggest.rank import Policy
from suggest.rank.evasion import LEAST_SINGLES, n_singles
from suggest.rank.personal_data import PERSONAL_DATA_PREFILTER, find_personal_data, mask
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
    kept = np.ones(len(rows), dtype=np.bool_)
    suspects = np.flatnonzero(_are_suspects(rows["key"].combine_chunks(), policy, blocked))
    texts = rows.select(["key", "display"]).take(pa.array(suspects))
    for row, key, shown in zip(suspects.tolist(), *(column.to_pylist() for column in texts.columns), strict=True):
        refusal = _TOMBSTONE if key in blocked else policy.refused(key, shown)
        if refusal is not None:
            kept[row] = False
            removed.add(refusal, shown)
    return rows.filter(pa.array(kept))


def _are_suspects(keys: pa.Array, policy: Policy, blocked: frozenset[str]) -> npt.NDArray[np.bool_]:
    """Which queries may be refused, and few others: words repeat, so that most of the work is done once a word."""
    pieces = Pieces.of(keys)
    harms, singles = [], []
    for piece in each_text(pieces.texts):
        harms.append(not policy.is_harmless(piece))
        singles.append(n_singles(piece))
    row = np.arange(len(keys)).repeat(np.diff(pieces.starts))
    n_harms, n_alone = (np.bincount(row, np.array(values)[pieces.number], len(keys)) for values in (harms, singles))
    is_suspect: npt.NDArray[np.bool_] = (n_harms > 0) | (n_alone >= LEAST_SINGLES)
    is_suspect |= _is(pc.is_in(keys, pa.array(blocked, pa.string())))
    if policy.safety != "off":
        is_suspect |= _is(pc.match_substring_regex(keys, PERSONAL_DATA_PREFILTER))
    return is_suspect


def _is(column: pa.Array) -> npt.NDArray[np.bool_]:
    return column.to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]
