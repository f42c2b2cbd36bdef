"""`suggest experiment` and `suggest serve --experiment` on the command line."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from suggest.cli.main import main
from suggest.service.credit import credited_id
from suggest.service.experiment import read_experiment
from suggest.stores import open_state
from suggest.types import parse_event

FILE = """
name = "trial"
[[arms]]
name = "old"
share = 0.5
[[arms]]
name = "new"
share = 0.5
ranker = "none"
[[arms]]
name = "draft"
share = 0
interleave = ["old", "new"]
"""


@pytest.fixture
def experiment_file(tmp_path: Path) -> Path:
    path = tmp_path / "experiment.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture
def state_url(tmp_path: Path, experiment_file: Path) -> str:
    """A log in which the new arm has the clicks."""
    experiment = read_experiment(experiment_file)
    records = []
    for number in range(40):
        arm = experiment.arms[number % 2]
        request_id = credited_id(f"5f-{number:x}", experiment, arm)
        common = {"ts": number + 1, "user": f"u{number}", "request_id": request_id}
        records.append({"type": "impression", "surface": "typeahead", "input": "n", "shown": ["a"], **common})
        if number % 2:
            records.append({"type": "click", "query": "a", "position": 0, **common})
    request_id = credited_id("5f-99", experiment, experiment.arms[2], ["a", "b"])
    common = {"ts": 99, "user": "u", "request_id": request_id}
    records.append({"type": "impression", "surface": "typeahead", "input": "n", "shown": ["a"], **common})
    records.append({"type": "click", "query": "a", "position": 1, **common})
    url = f"sqlite:///{tmp_path / 'state.sqlite'}"
    with closing(open_state(url)) as state:
        state.append([parse_event(record) for record in records])
    return url


def test_the_report_is_one_object(experiment_file: Path, state_url: str, capsys):
    assert main(["experiment", "--experiment", str(experiment_file), "--state", state_url, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["experiment"] == "trial"
    assert report["arms"]["old"]["mrr"] == [0.0, 0.0, 0.0]
    assert report["arms"]["new"]["mrr_over_control"][0] == 1.0
    assert report["drafts"]["draft"]["wins_b"] == 1


def test_the_report_is_a_table_for_people(experiment_file: Path, state_url: str, capsys):
    assert main(["experiment", "--experiment", str(experiment_file), "--state", state_url]) == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split()[:4] == ["arm", "users", "seen", "clicked"]
    assert [row.split()[:4] for row in rows[:2]] == [["old", "20", "20", "0"], ["new", "20", "20", "20"]]
    assert "b 1" in rows[3]


def test_a_state_that_is_not_there_is_not_made(tmp_path: Path, experiment_file: Path, capsys):
    url = f"sqlite:///{tmp_path / 'other.sqlite'}"
    assert main(["experiment", "--experiment", str(experiment_file), "--state", url]) == 1
    assert "there is no state at" in capsys.readouterr().err
    assert not (tmp_path / "other.sqlite").exists()


@pytest.mark.parametrize("command", [["experiment", "--state", "sqlite:///unused"], ["serve", "--index", "unused"]])
def test_a_file_that_describes_no_experiment_is_wrong_usage_in_one_line(tmp_path: Path, command: list[str], capsys):
    path = tmp_path / "experiment.toml"
    path.write_text(FILE.replace("share = 0.5", "share = 0.7"), encoding="utf-8")
    assert main([*command, "--experiment", str(path)]) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert f"{path}: arms: shares should add up to 1, got 1.4" in line
