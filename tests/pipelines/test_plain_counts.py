"""Lines that are read as columns hold what they hold as records."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.pipelines import read
from suggest.pipelines.report import ReadReport

TEXTS = st.sampled_from(["a", "two words", "", "é", '"quoted"', "NA", "null", " ", "x" * 300, "\ufeffb", "a\0", "a\rb"])
NUMBERS = st.sampled_from(["1", "0", "", "007", "12", " 3", "1.0", "-1", "1e3", "999999999999", "1000000000000", "nan"])
CELLS = {"query": TEXTS, "count": NUMBERS, "users": NUMBERS, "locale": TEXTS, "tags": TEXTS, "other": TEXTS}
COLUMNS = st.sets(st.sampled_from(["users", "locale", "tags", "other"])).map(lambda more: ["query", "count", *more])
PLAIN = st.tuples(st.sampled_from(["a", "b c", "é", "NA"]), st.sampled_from(["1", "12", "0"]))


def _read(path: Path, *, as_columns: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    report = ReadReport()
    with pytest.MonkeyPatch.context() as patch:
        if not as_columns:
            patch.setattr(read, "plain_counts", lambda _block, schema: None)  # noqa: ARG005 - called by its name
        rows = [row for batch in read.read_counts([path], report=report) for row in batch.to_pylist()]
    return rows, report.to_json()


def _is_same(path: Path, lines: Sequence[bytes]) -> None:
    path.write_bytes(b"\n".join(lines))
    assert _read(path, as_columns=True) == _read(path, as_columns=False)


@settings(max_examples=200)
@given(data=st.data(), columns=COLUMNS, ends=st.sampled_from([b"", b"\n", b"\n\n"]))
def test_lines_hold_the_same_as_columns_and_as_records(tmp_path_factory, data, columns, ends):
    rows = data.draw(st.lists(st.tuples(*(CELLS[name] for name in columns)), max_size=3))
    lines = ["\t".join(row).encode() for row in [columns, ("a", *["1"] * (len(columns) - 1)), *rows]]
    _is_same(tmp_path_factory.mktemp("counts") / "q.tsv", [*lines, ends])


@settings(max_examples=50)
@given(st.lists(PLAIN, min_size=1), st.sampled_from([b"", b"x", b"a\t1\t2", b"\xff\t1", b"\r"]))
def test_one_unusual_line_changes_no_other(tmp_path_factory, rows, line):
    lines = [b"query\tcount", *("\t".join(row).encode() for row in rows), line]
    _is_same(tmp_path_factory.mktemp("counts") / "q.tsv", lines)


def test_plain_lines_are_read_as_columns(tmp_path, monkeypatch):
    path = tmp_path / "q.tsv"
    path.write_bytes(b"query\tcount\tusers\tlocale\na b\t12\t\t\n\nc\t3\t2\tde\n")
    monkeypatch.setattr(read, "parse_count", None)
    rows = [row for batch in read.read_counts([path], report=ReadReport()) for row in batch.to_pylist()]
    assert [(row["query"], row["count"], row["users"], row["locale"]) for row in rows] == [
        ("a b", 12, 12, None),
        ("c", 3, 2, "de"),
    ]
