"""What is tapped in comments, counted from a log; a deleted comment takes back what it taught."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from suggest.artifacts import Generation, building
from suggest.index.clicks import ClickRows
from suggest.index.lexicon_clicks import SpanClicks, save_span_clicks
from suggest.pipelines.collect import BuildInputs, collect, connect
from suggest.pipelines.report import ReadReport
from suggest.pipelines.span_clicks import span_clicks

ROWS = {"nivea cream": 0, "road trip": 1}


def looked(comment: str, at: int, tapped: str, surface: str = "comment") -> list[dict[str, Any]]:
    about = {"ts": 1_790_000_000 + at, "user": f"u{at}", "request_id": f"{comment}-{at}"}
    shown = {"type": "impression", "surface": surface, "input": comment, "shown": list(ROWS)}
    return [about | shown, about | {"type": "click", "query": tapped, "position": 0, "surface": surface}]


def rows_of(folder: Path, events: list[dict[str, Any]]) -> ClickRows:
    folder.mkdir()
    log = folder / "events.jsonl"
    log.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    connection = connect(folder)
    tables = collect(connection, BuildInputs(events=(log,)), ReadReport(), directory=folder)
    row_of = connection.create_table("row_of", pa.table({"key": list(ROWS), "row": list(ROWS.values())}))
    return span_clicks(connection, tables, row_of)


def test_taps_are_counted_without_those_of_deleted_comments(tmp_path: Path) -> None:
    kept = [event for at in range(6) for event in looked("kept", at, "road trip")]
    gone = [event for at in range(9) for event in looked("gone", at, "nivea cream")]
    other = [event for at in range(5) for event in looked("x", at, "nivea cream", "related")]
    deletion = {"type": "delete", "comment": "gone", "ts": 1_790_000_900, "user": "admin"}
    both = rows_of(tmp_path / "both", [*kept, *gone, *other])
    assert dict(zip(both.row.tolist(), both.clicks.tolist(), strict=True)) == {0: 9.0, 1: 6.0}
    assert dict(zip(both.row.tolist(), both.examined.tolist(), strict=True))[0] > 0
    left = rows_of(tmp_path / "left", [*kept, *gone, *other, deletion])
    assert dict(zip(left.row.tolist(), left.clicks.tolist(), strict=True)) == {0: 0.0, 1: 6.0}


def test_without_comments_nothing_is_known(tmp_path: Path) -> None:
    rows = rows_of(tmp_path / "none", looked("x", 1, "road trip", "related"))
    assert not len(rows.row)


def test_rate_is_of_clicks_over_those_expected(tmp_path: Path) -> None:
    clicks = ClickRows(np.array([1, 0]), np.array([8.0, 0.0]), np.array([9.0, 9.0]), np.array([3.0, 3.0]))
    with building(tmp_path) as writer:
        save_span_clicks(writer, np.array([70, 5], np.uint32), clicks)
    known = SpanClicks(Generation.open(tmp_path))
    assert known.rate(5) == pytest.approx(np.log(2.0), abs=1e-3)
    assert known.rate(70) == pytest.approx(np.log(0.4), abs=1e-3)
    assert (known.rate(-1), known.rate(6), known.rate(999)) == (0.0, 0.0, 0.0)
