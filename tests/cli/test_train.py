"""`suggest train` and what the other commands say about a trained index."""

from __future__ import annotations

import json
from pathlib import Path

from suggest.artifacts import current
from suggest.cli.main import main
from suggest.stores import open_state
from suggest.types import SECOND_US
from tests.pipelines.train_logs import again_in_the_end, entries, never_again, write_log


def test_small_log_exits_1_with_one_line_and_publishes_nothing(index: Path, log: Path, capsys):
    before = entries(index)
    assert main(["train", "--index", str(index), "--events", str(log), "--surface", "typeahead"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].startswith("suggest train: expected at least 1,000 searches or clicks to learn from, got 8 and 0")
    assert entries(index) == before


def test_training_is_reported_and_inspected_and_evaluated(tmp_path: Path, capsys):
    log, index = write_log(tmp_path / "log.jsonl", never_again()), tmp_path / "index"
    assert main(["build", "--out", str(index), "--events", str(log)]) == 0
    assert main(["inspect", "--index", str(index)]) == 0
    assert "\nranker: none\n" in capsys.readouterr().out

    assert main(["train", "--index", str(index), "--surface", "typeahead", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["generation"], report["surfaces"]["typeahead"]["cut_by"]) == (current(index), "time")

    assert main(["inspect", "--index", str(index), "--json"]) == 0
    card = json.loads(capsys.readouterr().out)["ranker"]
    assert (card["n_trees"], card["metrics"]) == tuple(
        report["surfaces"]["typeahead"][name] for name in ("n_trees", "verdict")
    )
    assert main(["inspect", "--index", str(index)]) == 0
    assert "ranker:\n  log:\n    files: log.jsonl" in capsys.readouterr().out

    later = write_log(tmp_path / "later.jsonl", never_again(300, start_s=1_710_000_000))
    assert main(["evaluate", "--index", str(index), "--events", str(later), "--json"]) == 0
    assert {"engine", "engine, untrained order"} <= json.loads(capsys.readouterr().out)["systems"].keys()


def test_refusal_exits_1_with_the_numbers_in_one_line(tmp_path: Path, capsys):
    log, index = write_log(tmp_path / "log.jsonl", again_in_the_end()), tmp_path / "index"
    assert main(["build", "--out", str(index), "--events", str(log)]) == 0
    served = current(index)
    assert main(["train", "--index", str(index), "--surface", "typeahead"]) == 1
    assert "worse than" in capsys.readouterr().err.splitlines()[-1]
    assert current(index) == served


def test_people_whom_the_state_beside_the_index_forgot_are_not_learned_from(index: Path, tmp_path: Path, capsys):
    records = never_again(1010)
    log = write_log(tmp_path / "many.jsonl", records)
    state = open_state(f"sqlite:///{index / 'state.sqlite'}")
    state.forget("u1", 1_800_000_000 * SECOND_US)
    state.close()
    assert main(["train", "--index", str(index), "--events", str(log), "--surface", "typeahead"]) == 1
    left = sum(record["user"] != "u1" for record in records)
    assert f"got {left} and 0" in capsys.readouterr().err


def test_surface_that_is_none_is_named(index: Path, log: Path, capsys):
    assert main(["train", "--index", str(index), "--events", str(log), "--surface", "radio"]) == 2
    assert "expected some of typeahead" in capsys.readouterr().err
