"""A trace is equal to itself and unlike one of other answers, features or inputs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from suggest import Engine
from suggest.cli.main import main
from suggest.errors import InputError
from suggest.evaluation import arrival_order
from suggest.evaluation.golden import Step, differences, golden_trace, read_trace, write_trace
from tests.engine.small import search, write_generation

WEIGHTS = {"jazz piano": 40, "jazz guitar": 30, "night train": 12, "night lamp": 11}
LOG = arrival_order(search(f"u{n % 5}", sorted(WEIGHTS)[n * n % 4], 1_768_000_000 + 500 * n) for n in range(120))


def trace_of(index_dir: Path, n_steps: int = 50) -> list[Step]:
    with Engine.open(index_dir) as engine:
        return list(golden_trace(engine, LOG, n_steps=n_steps))


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    write_generation(tmp_path / "index", WEIGHTS, watermark="2026-01-01T00:00:00Z")
    return tmp_path / "index"


def test_trace_that_was_written_is_the_one_of_the_next_replay(index_dir: Path, tmp_path: Path):
    trace = trace_of(index_dir)
    write_trace(tmp_path / "golden.jsonl", trace)
    assert len(trace) == 50
    assert differences(read_trace(tmp_path / "golden.jsonl"), trace_of(index_dir)) == []


def test_other_queries_other_features_and_missing_steps_are_told_apart(index_dir: Path, tmp_path: Path):
    golden = trace_of(index_dir)
    changed = [dict(step) for step in golden]
    changed[3]["queries"] = ["another"]
    changed[4]["features"] = "another"
    found = differences(golden, changed[:49])
    assert [(row["step"], row["differs"]) for row in found] == [(4, "queries"), (5, "features"), (50, "input")]
    write_generation(tmp_path / "other", {**WEIGHTS, "jazz guitar": 99})
    assert {row["differs"] for row in differences(golden, trace_of(tmp_path / "other"))} >= {"queries"}


@pytest.mark.parametrize("content", ["{", "[1]\n", '{"input": 1}\n'])
def test_file_that_is_no_trace_is_refused(tmp_path: Path, content: str):
    (tmp_path / "golden.jsonl").write_text(content)
    with pytest.raises(InputError, match="golden trace"):
        read_trace(tmp_path / "golden.jsonl")


def test_command_writes_compares_and_fails_where_answers_differ(index_dir: Path, tmp_path: Path, capsys):
    log, golden = tmp_path / "log.jsonl", tmp_path / "golden.jsonl"
    log.write_text("".join(json.dumps(record) + "\n" for _, record in LOG))
    command = ["evaluate", "--index", str(index_dir), "--events", str(log), "--golden", str(golden), "--json"]
    assert main(command) == 0
    written = json.loads(capsys.readouterr().out)["golden"]["n_written"]
    assert written == len(read_trace(golden)) > 50
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["golden"] == {
        "file": str(golden),
        "n_compared": written,
        "n_different": 0,
        "differences": [],
    }
    write_trace(golden, [{**step, "queries": []} for step in read_trace(golden)])
    assert main(command) == 1
    shown = capsys.readouterr()
    assert json.loads(shown.out)["golden"]["n_different"] == written
    assert shown.err.splitlines()[-1] == f"suggest evaluate: {written} answers differ from {golden}"
