"""Rows of lexicons and annotated texts: what is taken, and under which reason the rest is counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from suggest.errors import EventError, InputError
from suggest.pipelines.read_lexicon import (
    Annotation,
    NameEntry,
    parse_annotation,
    parse_name,
    read_annotations,
    read_lexicon,
)
from suggest.pipelines.report import ReadReport


def test_name_takes_what_the_format_knows() -> None:
    row = {"name": "Nivea", "kind": "brand", "query": "nivea cream", "aliases": ["niveea"], "colour": "blue"}
    assert parse_name(row) == NameEntry("Nivea", "brand", "nivea cream", ("niveea",))
    assert parse_name({"name": "Nivea", "kind": "", "query": None, "aliases": "a|b"}) == NameEntry(
        "Nivea", aliases=("a", "b")
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ([], "not_an_object"),
        ({"kind": "x"}, "missing_name"),
        ({"name": 3}, "bad_name"),
        ({"name": "a", "kind": "k" * 300}, "too_long_kind"),
        ({"name": "a", "aliases": 3}, "bad_aliases"),
        ({"name": "a", "aliases": ["b"] * 201}, "bad_aliases"),
    ],
)
def test_malformed_name_has_a_reason(row: object, reason: str) -> None:
    with pytest.raises(EventError) as raised:
        parse_name(row)
    assert raised.value.reason == reason


def test_annotation_sorts_its_spans() -> None:
    row = {"text": "Ada met Bob", "spans": [{"start": 8, "end": 11, "kind": "person"}, {"start": 0, "end": 3}]}
    assert parse_annotation(row) == Annotation("Ada met Bob", ((0, 3), (8, 11)))
    assert parse_annotation({"text": "no one", "spans": []}) == Annotation("no one", ())


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("x", "not_an_object"),
        ({"spans": []}, "missing_text"),
        ({"text": "x" * 20_000, "spans": []}, "too_long_text"),
        ({"text": "abc"}, "bad_spans"),
        ({"text": "abc", "spans": [{"start": 0}]}, "bad_spans"),
        ({"text": "abc", "spans": [{"start": 0, "end": True}]}, "bad_spans"),
        ({"text": "abc", "spans": [{"start": 0, "end": 4}]}, "bad_spans"),
        ({"text": "abc", "spans": [{"start": -1, "end": 2}]}, "bad_spans"),
        ({"text": "abc", "spans": [{"start": 2, "end": 2}]}, "bad_spans"),
        ({"text": "abc", "spans": [{"start": 0, "end": 2}, {"start": 1, "end": 3}]}, "bad_spans"),
        ({"text": "abc", "spans": [7]}, "bad_spans"),
    ],
)
def test_malformed_annotation_has_a_reason(row: object, reason: str) -> None:
    with pytest.raises(EventError) as raised:
        parse_annotation(row)
    assert raised.value.reason == reason


def test_files_are_read_and_counted(tmp_path: Path) -> None:
    names = tmp_path / "names.tsv"
    names.write_text("kind\tname\taliases\nfilm\tHeat\t\n\t\t\nbrand\tNivea\tniveea|nivia\n", encoding="utf-8")
    texts = tmp_path / "texts.jsonl"
    rows = [{"text": "Heat", "spans": [{"start": 0, "end": 4}], "source": "own"}, {"text": "Heat"}]
    texts.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    report = ReadReport()
    assert list(read_lexicon([names], report=report)) == [
        NameEntry("Heat", "film"),
        NameEntry("Nivea", "brand", None, ("niveea", "nivia")),
    ]
    assert list(read_annotations([texts], report=report)) == [Annotation("Heat", ((0, 4),))]
    assert report.rejected == {"missing_name": 1, "bad_spans": 1}
    assert report.unknown_fields == {"source": 1}
    with pytest.raises(InputError, match="bad_spans"):
        list(read_annotations([texts], strict=True, report=ReadReport()))
