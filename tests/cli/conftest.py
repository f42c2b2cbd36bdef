"""A log of a few searches, and the index that the command line makes of it."""

import json
from pathlib import Path

import pytest

from suggest.cli.main import main

SEARCHES = [
    ("u1", "Nivea Creme", "2026-01-01T10:00:00Z"),
    ("u2", "nivea creme", "2026-01-01T11:00:00Z"),
    ("u3", "nivea creme", "2026-01-01T12:00:00Z"),
    ("u1", "nike shoes", "2026-01-02T10:00:00Z"),
    ("u2", "nike shoes", "2026-01-02T11:00:00Z"),
    ("u1", "night market", "2026-01-03T10:00:00Z"),
    ("u1", "my mail is someone@example.org", "2026-01-03T11:00:00Z"),
    ("u2", "my mail is someone@example.org", "2026-01-03T12:00:00Z"),
]


def search(user: str, query: str, ts: str) -> str:
    """One line of an event file."""
    return json.dumps({"type": "search", "user": user, "query": query, "ts": ts}) + "\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """An event file with SEARCHES."""
    path = tmp_path / "log.jsonl"
    path.write_text("".join(search(*fields) for fields in SEARCHES), encoding="utf-8")
    return path


@pytest.fixture
def index(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """An index directory built from the log."""
    out = tmp_path / "index"
    assert main(["build", "--out", str(out), "--events", str(log)]) == 0
    capsys.readouterr()
    return out
