"""Answers kept ready: never when they would differ from a new one."""

from __future__ import annotations

import pytest

from suggest import Engine
from suggest.service import hot
from suggest.service.hot import ReadyAnswers
from suggest.stores import open_state
from tests.engine.small import write_generation


@pytest.fixture
def index_dir(tmp_path):
    write_generation(tmp_path / "index", {"nivea": 5, "nike": 7})
    return tmp_path / "index"


def ask(ready, engine, query_string, answer):
    """What is sent: a ready answer, or `answer`, which is then kept."""
    found = ready.get(engine, query_string)
    if found is None:
        ready.keep(query_string, answer)
    return found or answer


def test_an_answer_is_kept_until_something_is_blocked(index_dir):
    ready = ReadyAnswers()
    with Engine.open(index_dir) as engine:
        assert ask(ready, engine, b"q=n", b"old") == b"old"
        assert ask(ready, engine, b"q=n", b"new") == b"old"
        engine.observe([{"type": "search", "user": "u1", "query": "soap", "ts": 1_700_000_000}])
        assert ask(ready, engine, b"q=n", b"new") == b"old"
        engine.block(["nike"])
        assert ask(ready, engine, b"q=n", b"new") == b"new"


def test_another_generation_answers_anew(index_dir):
    ready, state = ReadyAnswers(), open_state(None)
    with Engine.open(index_dir, state) as engine:
        ask(ready, engine, b"q=n", b"old")
    write_generation(index_dir, {"nivea": 5})
    with Engine.open(index_dir, state) as engine:
        assert ask(ready, engine, b"q=n", b"new") == b"new"


def test_the_answers_asked_for_last_are_kept(index_dir, monkeypatch):
    monkeypatch.setattr(hot, "MAX_READY", 2)
    ready = ReadyAnswers()
    with Engine.open(index_dir) as engine:
        for query_string in (b"q=1", b"q=2", b"q=1", b"q=3"):
            ask(ready, engine, query_string, b"old")
        assert [ready.get(engine, query_string) for query_string in (b"q=1", b"q=2", b"q=3")] == [b"old", None, b"old"]
        long = b"q=" + b"n" * hot.MAX_READY_QUERY_BYTES
        ask(ready, engine, long, b"old")
        assert ready.get(engine, long) is None
