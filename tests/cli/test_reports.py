"""What build, inspect and simulate print."""

import gzip
import json

import pytest

from suggest.artifacts import current
from suggest.cli.main import main


@pytest.fixture
def result(capsys):
    """The JSON object that a command prints with `--json`; stdout holds nothing else."""

    def run(*arguments):
        assert main([*map(str, arguments), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run


def test_build_reports_what_it_did(result, log, tmp_path):
    report = result("build", "--out", tmp_path / "index", "--events", log)

    assert report["generation"] == current(tmp_path / "index")
    assert report["n_queries"] == 2
    assert report["read"]["rows"] == 8


def test_build_reports_for_people_without_json(log, tmp_path, capsys):
    assert main(["build", "--out", str(tmp_path / "index"), "--events", str(log)]) == 0

    printed = capsys.readouterr()
    assert "n_queries: 2\n" in printed.out
    assert "%" not in printed.out
    assert printed.err


def test_min_users_of_one_lets_a_single_searcher_speak(result, log, tmp_path):
    assert result("build", "--out", tmp_path / "index", "--events", log, "--min-users", "1")["n_queries"] == 3


def test_inspect_shows_inputs_bytes_and_checksums(result, index, built):
    about = result("inspect", "--index", index)

    assert about["generation"] == current(index)
    assert [entry["path"] for entry in about["inputs"]] == [str(built / "log.jsonl")]
    assert about["bytes"].pop("all") == sum(about["bytes"].values())
    assert set(about["bytes"]) == set(about["sha256"])
    assert "removed" not in about


def test_inspect_removed_says_why_and_masks_personal_data(result, index):
    removed = json.dumps(result("inspect", "--index", index, "--removed")["removed"])

    assert "mail" in removed
    assert "someone@example.org" not in removed


def test_simulate_writes_events_that_build_reads(result, tmp_path):
    assert result("simulate", "--out", tmp_path, "--users", 3, "--days", 2, "--seed", 7)

    report = result("build", "--out", tmp_path / "index", "--events", tmp_path / "events.jsonl.gz", "--min-users", "1")
    assert report["n_users"] == 3
    assert report["read"]["rejected"] == {}


@pytest.mark.parametrize("flags", [[], ["--propensities"]])
def test_simulate_logs_propensities_when_asked(result, tmp_path, flags):
    assert result("simulate", "--out", tmp_path, "--users", 3, "--days", 2, "--seed", 7, *flags)

    with gzip.open(tmp_path / "events.jsonl.gz", "rt", encoding="utf-8") as lines:
        events = [json.loads(line) for line in lines]
    impressions = [event for event in events if event["type"] == "impression"]
    assert impressions
    assert {"propensities" in event for event in impressions} == {bool(flags)}
