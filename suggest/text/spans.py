"""Where a name stands in a text."""

from __future__ import annotations

from typing import NamedTuple


class Match(NamedTuple):
    """A part of a text that a lexicon holds.

    Attributes:
        start: first code point.
        end: code point after the last one.
        kind: what the lexicon says it is; empty of a query.
        is_given: whether it was given as a name, rather than searched.
        popularity: of the query, 0 where nobody searched it to 1 for the most searched.
        entry: number of the surface in the lexicon.
    """

    start: int
    end: int
    kind: str
    is_given: bool
    popularity: float
    entry: int
