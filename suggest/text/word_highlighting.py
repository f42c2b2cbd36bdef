"""Where a suggestion shows the words that were typed, in whatever order."""

from __future__ import annotations

from collections.abc import Sequence

from suggest.text.folding import unaccented
from suggest.text.highlighting import Spans, composed
from suggest.text.keys import fold
from suggest.text.segmentation import Span, word_spans
from suggest.text.unspaced import unspaced_runs


def highlight_words(shown: str, parts: Sequence[str]) -> Spans:
    """The places of a display form that match typed words.

    Each part marks the beginning of one word, a word that equals it before others, and no word is marked
    twice; in scripts without spaces a part is marked where it first occurs. A character is marked whole
    when a part of its key is matched (`ß` by a typed `s`).

    Args:
        shown: a display form.
        parts: beginnings of words in any order, unaccented (`Match.parts`).

    Returns:
        (start, end) pairs of code points into `shown`, ascending, neither overlapping nor touching; a part
        that does not occur marks nothing. Cost: 4 µs in ASCII, 1 µs a character otherwise.
    """
    plain, places = _plain(shown)
    spans = word_spans(plain)
    taken: list[Span] = []
    # The longest first: what begins with it begins with its own beginnings too, and could be taken by them.
    for part in sorted(filter(None, parts), key=len, reverse=True):
        starts = _occurrences(plain, part) if unspaced_runs(part) else _beginnings(plain, part, spans)
        free = (start for start in starts if all(start >= end or start + len(part) <= first for first, end in taken))
        start = next(free, None)
        if start is not None:
            taken.append((start, start + len(part)))
            spans = [span for span in spans if span[0] != start]
    return _merged([(places[start][0], places[end - 1][1]) for start, end in sorted(taken)])


def _plain(shown: str) -> tuple[str, Sequence[Span]]:
    """The unaccented key of a text, its spaces as they are, and the place in the text of each of its characters."""
    if shown.isascii():
        return shown.lower(), [(at, at + 1) for at in range(len(shown))]
    plain: list[str] = []
    places: list[Span] = []
    for start, end in composed(shown):
        folded = unaccented(fold(shown[start:end]))
        plain.append(folded)
        places += [(start, end)] * len(folded)
    return "".join(plain), places


def _beginnings(plain: str, part: str, spans: Sequence[Span]) -> list[int]:
    """Where words begin with a part, those that equal it first."""
    found = [(start, end) for start, end in spans if plain.startswith(part, start)]
    return [start for start, _ in sorted(found, key=lambda span: span[1] - span[0] != len(part))]


def _occurrences(plain: str, part: str) -> list[int]:
    found = []
    start = plain.find(part)
    while start >= 0:
        found.append(start)
        start = plain.find(part, start + 1)
    return found


def _merged(spans: Sequence[Span]) -> Spans:
    """Ascending spans, those that touch or overlap made one."""
    merged: list[Span] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
