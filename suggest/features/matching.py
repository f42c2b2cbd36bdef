"""How does each candidate meet what was typed?"""

from __future__ import annotations

from collections.abc import Sequence

from suggest.candidates import Candidate, Request
from suggest.features.columns import Column


def match_features(
    request: Request, candidates: Sequence[Candidate], words: Sequence[Sequence[str]], keys: Sequence[str]
) -> tuple[Column, ...]:
    """The columns of the group `MATCH`."""
    prefix, n = request.prefix, len(candidates)
    n_chars, n_complete = len(prefix), prefix.count(" ")
    matches = [candidate.match for candidate in candidates]
    n_words = [len(parts) for parts in words]
    return (
        [match.edits for match in matches],
        [match.cost for match in matches],
        [candidate.source == "generated" for candidate in candidates],
        [n_chars] * n,
        [n_complete] * n,
        [n_chars - prefix.rfind(" ") - 1] * n,
        [len(key) - n_chars for key in keys],
        [own - n_complete - 1 for own in n_words],
        n_words,
    )
