"""A log of a few searches, and the index that the command line makes of it."""

import json
import shutil
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


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with `log.jsonl`, which holds SEARCHES, and `index`, built from it."""
    made = tmp_path_factory.mktemp("built")
    log = made / "log.jsonl"
    log.write_text("".join(search(*fields) for fields in SEARCHES), encoding="utf-8")
    assert main(["build", "--out", str(made / "index"), "--events", str(log)]) == 0
    return made


@pytest.fixture
def log(built: Path, tmp_path: Path) -> Path:
    """A copy of the log."""
    return Path(shutil.copy(built / "log.jsonl", tmp_path))


@pytest.fixture
def index(built: Path, tmp_path: Path) -> Path:
    """A copy of the index."""
    return shutil.copytree(built / "index", tmp_path / "index")
