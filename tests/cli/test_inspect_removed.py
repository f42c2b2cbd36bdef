"""`suggest inspect --removed`: what was kept out, why, and what matched, without what it says."""

import json

import pytest

from suggest.cli.main import main

SEARCHES = ["soap", "such darn soap", "sh1t happens", "ask ann@example.org", "390.533.447-05"]


@pytest.fixture
def result(capsys):
    """Runs a command with `--json` and returns what it printed."""

    def run(*arguments):
        capsys.readouterr()
        assert main([*map(str, arguments), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run


def _index(tmp_path, write):
    log, blocked = tmp_path / "log.jsonl", tmp_path / "blocked.txt"
    log.write_text("".join(write(user, query, "2026-01-01T10:00:00Z") for user in "ab" for query in SEARCHES))
    blocked.write_text("unused\ndarn soap\n", encoding="utf-8")
    index = tmp_path / "index"
    assert main(["build", "--out", str(index), "--events", str(log), "--blocklist", str(blocked)]) == 0
    return index


def _search(user, query, ts):
    return f'{{"type": "search", "user": "{user}", "query": "{query}", "ts": "{ts}"}}\n'


def test_inspect_removed_names_what_matched(tmp_path, result):
    removed = result("inspect", "--index", _index(tmp_path, _search), "--removed")["removed"]
    assert removed["counts"] == {"blocklist": 1, "mail": 1, "min_users": 0, "national_id": 1, "profanity": 1}
    assert removed["examples"]["blocklist"] == [{"query": "such darn soap", "matched": "entry 2"}]
    assert removed["examples"]["mail"] == [{"query": "a*** a***@***", "matched": "address"}]
    assert removed["examples"]["national_id"] == [{"query": "***.***.***-**", "matched": "br_cpf"}]
    assert removed["examples"]["profanity"][0]["query"] == "**** h***"
    assert removed["tombstones"] == {"counts": {}, "examples": []}


def test_inspect_removed_shows_tombstones_of_the_state_masked(tmp_path, result, capsys):
    index = _index(tmp_path, _search)
    assert main(["block", "my secret", "--state", f"sqlite:///{index / 'state.sqlite'}"]) == 0
    removed = result("inspect", "--index", index, "--removed")["removed"]
    assert removed["tombstones"] == {
        "counts": {"blocked": 1},
        "examples": [{"query": "m*** s***", "matched": "blocked"}],
    }
    capsys.readouterr()
    assert main(["inspect", "--index", str(index), "--removed"]) == 0
    shown = capsys.readouterr().out
    assert "br_cpf: 1" in shown
    assert "m*** s*** (blocked)" in shown
    assert "secret" not in shown


def test_inspect_removed_leaves_no_state_behind(tmp_path, result):
    index = _index(tmp_path, _search)
    before = sorted(path.name for path in index.iterdir())
    result("inspect", "--index", index, "--removed")
    assert sorted(path.name for path in index.iterdir()) == before
