"""Files of a lexicon and of annotated texts in, validated rows out; malformed rows are counted by reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from suggest.errors import EventError
from suggest.pipelines.fields import Reader, given, read_texts, require
from suggest.pipelines.read import parsed
from suggest.pipelines.report import ReadReport
from suggest.types.events import MAX_ID_CHARS, check_text

LEXICON_FIELDS = frozenset({"name", "kind", "query", "aliases"})
ANNOTATION_FIELDS = frozenset({"text", "spans"})
"""Fields of the formats; anything else in a row is kept out and counted."""

MAX_ANNOTATED_CHARS = 16_384
MAX_SPANS = 1_000
"""Longest annotated text and most spans of one; more is malformed."""


class NameEntry(NamedTuple):
    """One validated row of the `--lexicon` format; what the row leaves out is None."""

    name: str
    kind: str | None = None
    query: str | None = None
    aliases: tuple[str, ...] = ()


class Annotation(NamedTuple):
    """One validated row of the `--annotations` format.

    Attributes:
        text: a comment.
        spans: (start, end) in code points, ascending, not overlapping.
    """

    text: str
    spans: tuple[tuple[int, int], ...]


def read_lexicon(paths: Iterable[Path], *, strict: bool = False, report: ReadReport) -> Iterator[NameEntry]:
    """The rows of files in the `--lexicon` format, in the order of the files.

    Args:
        paths: JSON Lines, TSV or Parquet, plain or gzip.
        strict: fail at the first malformed row instead of counting it.
        report: is filled in while rows are taken.

    Raises:
        InputError: as in `suggest.pipelines.read.read_events`.
    """
    for path in paths:
        for block in parsed(path, parse_name, frozenset({"name"}), LEXICON_FIELDS, strict=strict, report=report):
            yield from map(NameEntry._make, block)


def read_annotations(paths: Iterable[Path], *, strict: bool = False, report: ReadReport) -> Iterator[Annotation]:
    """The rows of files in the `--annotations` format; as `read_lexicon`. Spans are lists, so not in TSV."""
    required = ANNOTATION_FIELDS
    for path in paths:
        for block in parsed(path, parse_annotation, required, ANNOTATION_FIELDS, strict=strict, report=report):
            yield from map(Annotation._make, block)


def parse_name(record: object) -> NameEntry:
    """Validates one row of the `--lexicon` format.

    Args:
        record: a mapping; empty text and empty lists count as absent, as in TSV.

    Raises:
        EventError: malformed; `reason` is one of `not_an_object`, `missing_name`, `bad_<field>` and
            `too_long_<field>`.
    """
    return NameEntry(**given(require(record, ("name",)), _READERS))


def parse_annotation(record: object) -> Annotation:
    """Validates one row of the `--annotations` format.

    Args:
        record: a mapping; what spans hold besides `start` and `end` is left out.

    Raises:
        EventError: malformed; `reason` is one of `not_an_object`, `missing_text`, `bad_text`, `too_long_text`, and
            `bad_spans`: no list of whole numbers within the text, or spans that overlap.
    """
    fields = require(record, ("text",))
    text = check_text(fields["text"], "text", limit=MAX_ANNOTATED_CHARS)
    spans = fields.get("spans")
    if not isinstance(spans, (list, tuple)) or len(spans) > MAX_SPANS:
        raise EventError("bad_spans", f"expected a list of at most {MAX_SPANS} spans")
    pairs = tuple(sorted(_span(span) for span in spans))
    edges = [0, *(edge for pair in pairs for edge in pair), len(text)]
    if edges != sorted(edges) or any(start == end for start, end in pairs):
        raise EventError("bad_spans", "expected spans within the text that do not overlap")
    return Annotation(text, pairs)


def _span(span: object) -> tuple[int, int]:
    start, end = (span.get("start"), span.get("end")) if isinstance(span, Mapping) else (None, None)
    if type(start) is not int or type(end) is not int:
        raise EventError("bad_spans", "expected whole numbers for start and end")
    return start, end


_READERS: dict[str, Reader] = {
    "name": check_text,
    "kind": partial(check_text, limit=MAX_ID_CHARS),
    "query": check_text,
    "aliases": read_texts,
}
