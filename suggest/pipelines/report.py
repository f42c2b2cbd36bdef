"""What was read, and what was left out and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

MAX_EXAMPLES = 10
"""Malformed rows that are named one by one; the others are only counted."""

MAX_FIELD_NAMES = 100
"""Unknown fields that are counted by name; a damaged file can hold a new one in every row."""

_OTHER_FIELDS = "(others)"


@dataclass
class ReadReport:
    """Counts of one run of the pipelines, over all of its files; filled while they are read.

    No text of any row enters it: rows may be personal.

    Attributes:
        files: paths read to their end.
        rows: rows seen, malformed ones included, blank lines and headers not.
        accepted: well-formed rows.
        rejected: malformed rows by reason.
        unknown_fields: rows that held a field outside the format, by its name.
        examples: `file:line reason` of the first malformed rows; of a Parquet file, the row from 1.
        dropped: well-formed rows that do not count, by reason: `duplicate`, `known_later`,
            `forgotten_user`, `deleted_query`, `empty_query`, `too_long_query`, `half_typed`.
    """

    files: list[str] = field(default_factory=list)
    rows: int = 0
    accepted: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    unknown_fields: dict[str, int] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)

    def reject(self, reason: str, place: str) -> None:
        """Counts one malformed row; `place` is `file:line`."""
        self.rejected[reason] = self.rejected.get(reason, 0) + 1
        if len(self.examples) < MAX_EXAMPLES:
            self.examples.append(f"{place} {reason}")

    def count_unknown(self, names: Iterable[str]) -> None:
        """Counts the unknown fields of one row."""
        for name in names:
            room = len(self.unknown_fields) < MAX_FIELD_NAMES
            shown = name[:64] if room or name in self.unknown_fields else _OTHER_FIELDS
            self.unknown_fields[shown] = self.unknown_fields.get(shown, 0) + 1

    def drop(self, reason: str, n_rows: int) -> None:
        """Counts well-formed rows that were left out; none is no entry."""
        if n_rows:
            self.dropped[reason] = self.dropped.get(reason, 0) + n_rows

    def to_json(self) -> dict[str, Any]:
        """The attributes as a JSON object."""
        return asdict(self)
