"""Where each suggestion shows what was typed, by how it was matched."""

from __future__ import annotations

from collections.abc import Sequence

from suggest.candidates.candidate import Candidate
from suggest.text import Spans, highlight, highlight_all
from suggest.text.script_highlighting import highlight_script
from suggest.text.word_highlighting import highlight_words


def highlight_matches(prefix: str, shown: Sequence[str], candidates: Sequence[Candidate]) -> list[Spans]:
    """The spans of each display form.

    Args:
        prefix: what was typed, normalised.
        shown: display forms.
        candidates: how each was found, in the same order.
    """
    if all(candidate.match.kind == "prefix" for candidate in candidates):
        return highlight_all(shown, prefix)
    return [_spans(prefix, text, candidate) for text, candidate in zip(shown, candidates, strict=True)]


def _spans(prefix: str, shown: str, candidate: Candidate) -> Spans:
    if candidate.source == "script":
        return highlight_script(shown, prefix, candidate.match.kind)
    if candidate.match.parts:
        return highlight_words(shown, candidate.match.parts)
    return highlight(shown, prefix)
