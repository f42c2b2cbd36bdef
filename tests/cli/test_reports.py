"""What build, inspect, simulate and evaluate print."""

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


def test_evaluate_measures_the_engine_beside_the_baselines(result, index, log, tmp_path):
    """u3 searches again for what everybody knows, u1 for what only u1 knows."""
    later = tmp_path / "later.jsonl"
    rows = [("u3", "nike shoes"), ("u1", "night market"), ("u3", "something new")]
    later.write_text(
        "".join(
            json.dumps({"type": "search", "user": user, "query": query, "ts": f"2026-02-0{day}T10:00:00Z"}) + "\n"
            for day, (user, query) in enumerate(rows, start=1)
        ),
        encoding="utf-8",
    )

    report = result("evaluate", "--index", index, "--events", log, later)

    overall = {name: system["overall"] for name, system in report["systems"].items()}
    assert {scores["n_tests"] for scores in overall.values()} == {3}
    assert overall["most popular"]["success_at_k"][0] == pytest.approx(1 / 3)
    assert overall["own history, then popular"]["success_at_k"][0] == pytest.approx(2 / 3)
    assert overall["engine"]["success_at_k"][0] == pytest.approx(2 / 3)
    assert report["systems"]["engine"]["vocabulary_ceiling"] == pytest.approx(1 / 3)


def test_evaluate_prints_a_table_for_people(index, log, tmp_path, capsys):
    later = tmp_path / "later.jsonl"
    later.write_text(log.read_text(encoding="utf-8").replace("2026-01", "2026-02") + "not json\n", encoding="utf-8")

    assert main(["evaluate", "--index", str(index), "--events", str(later)]) == 0

    printed = capsys.readouterr()
    assert "MRR@10" in printed.out
    assert printed.out.count("[") == 9
    assert "1 malformed rows left out" in printed.err


def test_evaluate_of_a_log_that_the_generation_knows_exits_1(index, log, capsys):
    assert main(["evaluate", "--index", str(index), "--events", str(log)]) == 1
    assert "watermark" in capsys.readouterr().err.splitlines()[-1]
