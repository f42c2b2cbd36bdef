"""0 done, 1 failed with one line on stderr, 2 wrong usage."""

import pytest

from suggest.artifacts import current
from suggest.cli.main import main


def failure(arguments, capsys):
    """Exit code and stderr of a command line that must not print anything on stdout."""
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    assert captured.out == ""
    return code, captured.err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["complete"],
        ["complete", "a"],
        ["complete", "a", "--index", "i", "--ind", "i"],
        ["build", "--out", "i", "--events"],
        ["build", "--out", "i", "--events", "e", "--min-users", "0"],
        ["build", "--out", "i", "--events", "e", "--min-users", "-1"],
        ["build", "--out", "i", "--events", "e", "--max-vectors", "x"],
        ["build", "--out", "i", "--events", "e", "--safety", "loose"],
        ["serve", "--index", "i", "--port", "65536"],
        ["serve", "--index", "i", "--workers", "0"],
        ["simulate", "--out", "w", "--users", "5", "--days", "5"],
        ["block", "--state", "sqlite:///s"],
        ["block", "a", "--state", "memory://"],
        ["forget", "--user", "u", "--state", "memory://"],
        ["evaluate", "--index", "i", "--events", "e", "--surface", "wall"],
    ],
)
def test_wrong_usage_exits_2_before_anything_is_done(arguments, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SystemExit) as stop:
        main(arguments)

    assert stop.value.code == 2
    assert "usage: suggest" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("k", [0, 101, -3])
def test_argument_out_of_range_exits_2_and_is_named(k, index, capsys):
    code, reason = failure(["complete", "n", "--index", index, "-k", k], capsys)

    assert code == 2
    assert reason.startswith("suggest complete: k: ")


def test_build_from_nothing_exits_2(tmp_path, capsys):
    code, reason = failure(["build", "--out", tmp_path / "index"], capsys)

    assert code == 2
    assert "--events" in reason
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize("command", ["complete", "related", "item", "entities"])
def test_missing_index_exits_1_and_says_how_to_make_one(command, tmp_path, capsys):
    code, reason = failure([command, "n", "--index", tmp_path / "none"], capsys)

    assert code == 1
    assert "suggest build" in reason
    assert reason.count("\n") == 1
    assert not (tmp_path / "none").exists()


def test_surface_that_is_not_built_exits_1_and_says_so(index, capsys):
    code, reason = failure(["item", "nivea", "--index", index], capsys)

    assert code == 1
    assert "items" in reason
    assert "build" in reason


def test_evaluate_of_a_surface_not_built_exits_1(index, log, capsys):
    code, reason = failure(["evaluate", "--index", index, "--events", log, "--surface", "item"], capsys)

    assert code == 1
    assert "item" in reason


def test_build_from_a_missing_file_exits_1_and_names_it(tmp_path, capsys):
    code = main(["build", "--out", str(tmp_path / "index"), "--events", str(tmp_path / "none.jsonl")])

    last_line = capsys.readouterr().err.splitlines()[-1]
    assert code == 1
    assert last_line.startswith("suggest build: ")
    assert "none.jsonl" in last_line
    assert current(tmp_path / "index") is None


def test_build_below_a_file_exits_1(log, tmp_path, capsys):
    assert main(["build", "--out", str(log / "index"), "--events", str(log)]) == 1
    assert str(log) in capsys.readouterr().err.splitlines()[-1]


def test_failed_build_leaves_what_was_served(index, log, capsys):
    served = current(index)
    log.write_text(log.read_text(encoding="utf-8") + "not json\n", encoding="utf-8")

    assert main(["build", "--out", str(index), "--events", str(log), "--strict"]) == 1
    assert f"{log}:9" in capsys.readouterr().err
    assert current(index) == served


def test_damaged_generation_exits_1_unless_checksums_are_skipped(index, capsys):
    damaged = index / current(index) / "removed.json"
    content = damaged.read_text(encoding="utf-8")
    damaged.write_text(content.replace("{", "[", 1), encoding="utf-8")

    assert failure(["complete", "n", "--index", index], capsys)[0] == 1
    assert main(["complete", "n", "--index", str(index), "--no-verify"]) == 0


def test_serve_from_memory_with_two_workers_exits_2(index, capsys):
    code, reason = failure(["serve", "--index", index, "--state", "memory://", "--workers", "2"], capsys)

    assert code == 2
    assert "memory://" in reason


@pytest.mark.parametrize("url", ["redis://localhost", "postgres://localhost", "sqlite://", "nothing"])
def test_state_that_is_not_available_exits_1(url, index, capsys):
    code, reason = failure(["complete", "n", "--index", index, "--state", url], capsys)

    assert (code, reason.count("\n")) == (1, 1)
    assert "sqlite:///" in reason


def test_blocking_what_nothing_matches_and_forgetting_nobody_are_refused(tmp_path, capsys):
    state = f"sqlite:///{tmp_path}/state.sqlite"
    assert main(["block", "fine", "\u200b", "--state", state]) == 2
    assert main(["forget", "--user", "", "--state", state]) == 2
    assert not (tmp_path / "state.sqlite").exists()
    assert "nothing is left to match" in capsys.readouterr().err
