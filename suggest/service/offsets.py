"""Spans of a text in the units in which JavaScript, Java and others count."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

from suggest.types import EntitySpan


def in_utf16(text: str, spans: Iterable[EntitySpan]) -> list[EntitySpan]:
    """Spans that count in UTF-16 code units, where those given count in code points of `text`. Linear in the text."""
    before = list(accumulate((1 + (char > "\uffff") for char in text), initial=0))
    return [span._replace(start=before[span.start], end=before[span.end]) for span in spans]
