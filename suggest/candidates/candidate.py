"""One query that might be shown, and how it meets what was typed."""

from __future__ import annotations

from typing import NamedTuple

from suggest.candidates.own import OwnQuery
from suggest.types import Source


class Match(NamedTuple):
    """How a query meets what was typed.

    Attributes:
        kind: `prefix`, `words`, `typo`, or what a source documents.
        edits: single-character changes between what was typed and what was meant.
        cost: -log of how likely somebody who means the query types this, in nats; 0 for its beginning.
        parts: beginnings of words, unaccented, that are highlighted; empty for the beginning of the text.
    """

    kind: str
    edits: int = 0
    cost: float = 0.0
    parts: tuple[str, ...] = ()


PREFIX = Match("prefix")


class Candidate(NamedTuple):
    """One query that might be shown.

    Attributes:
        query_id: its id in the index, or -1 when only the person's own history knows it.
        source: who proposed it.
        own: the person's own use of it, if any.
        session_rank: 1 for the latest query of the session, 2 for the one before ..., 0 if not in it.
        match: how it meets what was typed.
        text: the query itself, where neither the index nor the person's history holds it.
        log_p: of such a query, how probable the words after the complete ones typed are, where that is known.
    """

    query_id: int
    source: Source
    own: OwnQuery | None = None
    session_rank: int = 0
    match: Match = PREFIX
    text: str = ""
    log_p: float | None = None
