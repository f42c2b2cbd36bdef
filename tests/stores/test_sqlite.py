"""The SQLite state's file: recognised, never half-made, erased for good, and refused in plain words when unusable."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, suppress
from pathlib import Path

import pytest

from suggest.errors import StateError
from suggest.stores import MemoryState, SqliteState, open_state
from suggest.stores.sqlite_events import to_body, to_event
from suggest.stores.sqlite_file import FORMAT_VERSION
from suggest.types import Event
from tests.stores.contract import a_delete, a_search, every_field
from tests.stores.writer import stream

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state.sqlite"


@pytest.fixture
def state(path):
    with closing(SqliteState(path)) as opened:
        yield opened


def written(path: Path, n_events: int = 500) -> bytes:
    """A closed state of the stream's first events; returns the bytes of its file."""
    with closing(SqliteState(path)) as state:
        state.append(stream(0, n_events))
    return path.read_bytes()


def use_everything(path: Path) -> None:
    with closing(SqliteState(path)) as state:
        state.append(stream(490, 520))
        list(state.read())
        for n in range(11):
            state.history(f"u{n}")
        state.watermark(), state.moved(), state.counters(), state.tombstones(), state.forgotten()
        state.forget("u1", 1)
        state.block(["q"], 1)


# Which state a URL opens


@pytest.mark.parametrize("url", [None, "memory://"])
def test_open_state_without_a_file_is_in_memory(url):
    assert isinstance(open_state(url), MemoryState)


def test_open_state_takes_relative_and_absolute_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for url in ("sqlite:///a b%20?c#.sqlite", f"sqlite:///{tmp_path}/absolute.sqlite"):
        open_state(url).close()
    assert {entry.name for entry in tmp_path.iterdir()} == {"a b%20?c#.sqlite", "absolute.sqlite"}


@pytest.mark.parametrize(
    "url", ["", "x.sqlite", "sqlite://", "sqlite:///", "sqlite:///:memory:", "http://x", "memory:"]
)
def test_open_state_lists_what_it_accepts(url):
    with pytest.raises(StateError, match=r"memory://, sqlite:///relative/path or sqlite:////absolute/path"):
        open_state(url)


@pytest.mark.parametrize("url", ["redis://localhost", "rediss://localhost:6379/0"])
def test_open_state_says_that_redis_is_not_here(url):
    with pytest.raises(StateError, match=r"Redis .* not part of this version.*sqlite"):
        open_state(url)


# Files that are no state


def test_sqlite_state_needs_its_directory(tmp_path):
    with pytest.raises(StateError, match="directory does not exist"):
        SqliteState(tmp_path / "missing" / "state.sqlite")


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0", bytes(8192)])
def test_sqlite_state_refuses_a_foreign_file_and_leaves_it(path, content):
    path.write_bytes(content)
    with pytest.raises(StateError):
        SqliteState(path)
    assert path.read_bytes() == content


def test_sqlite_state_refuses_the_database_of_another_program(path):
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE log (offset)")
    with pytest.raises(StateError, match="not a state of suggest"):
        SqliteState(path)


def test_sqlite_state_refuses_a_newer_format(path):
    written(path)
    with closing(sqlite3.connect(path)) as newer:
        newer.execute(f"PRAGMA user_version = {FORMAT_VERSION + 1}")
    with pytest.raises(StateError, match=rf"format {FORMAT_VERSION + 1}.*reads format {FORMAT_VERSION}"):
        SqliteState(path)


def test_sqlite_state_of_the_format_before_lists_what_its_log_deletes(path):
    with closing(SqliteState(path)) as state:
        state.append([a_delete(None, 7, "video"), a_delete("q", 3), a_search("u", "q")])
        before = list(state.read())
    with closing(sqlite3.connect(path)) as older:
        older.executescript("DROP TABLE deleted; PRAGMA user_version = 1;")
    for _ in range(2):
        with closing(SqliteState(path)) as state:
            assert dict(state.deleted()) == {("item", "video"): 7}
            assert list(state.read()) == before


def test_sqlite_state_refuses_a_directory(tmp_path):
    with pytest.raises(StateError):
        SqliteState(tmp_path)


def test_sqlite_state_does_not_replay_the_log_of_a_removed_file(path):
    """A write-ahead log without its file holds acknowledged events: neither dropped nor mixed into a new state."""
    path.with_name(path.name + "-wal").write_bytes(b"acknowledged")
    with pytest.raises(StateError, match="belongs to a state that is gone"):
        SqliteState(path)
    assert not path.exists()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_sqlite_state_refuses_a_truncated_file(path, share):
    whole = written(path)
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(StateError):
        SqliteState(path)


@pytest.mark.parametrize("seed", range(40))
def test_sqlite_state_meets_damage_with_a_state_error_or_not_at_all(path, seed):
    """Overwritten stretches anywhere in the file: whatever is called, no other error comes out."""
    damaged = bytearray(written(path))
    choose = random.Random(seed)
    for _ in range(choose.randrange(1, 20)):
        start = choose.randrange(len(damaged))
        stretch = choose.choice([b"\0" * 4096, b"\xff" * 8, choose.randbytes(1), choose.randbytes(100)])
        damaged[start : start + len(stretch)] = stretch[: len(damaged) - start]
    path.write_bytes(damaged)
    with suppress(StateError):
        use_everything(path)


# Places that cannot be written


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc, a directory that nobody can write")
def test_sqlite_state_needs_a_writable_directory():
    with pytest.raises(StateError, match="cannot make the state"):
        SqliteState("/proc/state.sqlite")


def test_sqlite_state_that_cannot_be_made_leaves_nothing(path, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError("no more links")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(StateError, match="no more links"):
        SqliteState(path)
    assert list(path.parent.iterdir()) == []


def test_sqlite_state_on_a_full_disk_writes_nothing_of_the_call(state):
    events = stream(0, 3000)
    state.append(events[:10])
    (n_pages,) = state._writer.execute("PRAGMA page_count").fetchone()
    state._writer.execute(f"PRAGMA max_page_count = {n_pages + 2}")
    with pytest.raises(StateError, match="disk is full"):
        state.append(events[10:])
    assert list(state.read()) == list(enumerate(events[:10], start=1))
    assert state.watermark() == 10
    state._writer.execute("PRAGMA max_page_count = 1000000")
    assert state.append(events).accepted == 2990


def test_sqlite_state_past_a_file_size_limit_keeps_what_it_acknowledged(path):
    """The kernel refuses to grow the file, as it does on a full disk: all batches before are there, and no other."""
    script = """
import resource, signal, sys
from suggest.errors import StateError
from suggest.stores import SqliteState
from tests.stores.writer import stream
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
state = SqliteState(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
for n in range(0, 1_000_000, 100):
    try:
        state.append(stream(n, n + 100))
    except StateError as error:
        print(n, error)
        break
"""
    command = [sys.executable, "-c", script, str(path)]
    run = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    acknowledged, error = run.stdout.split(maxsplit=1)
    assert "cannot append to the state" in error
    with closing(SqliteState(path)) as state:
        assert list(state.read()) == list(enumerate(stream(0, int(acknowledged)), start=1))


def test_sqlite_state_rolls_back_a_batch_with_text_that_is_not_unicode(state):
    """Readers of events reject lone surrogates; one made by hand is refused with its whole batch."""
    with pytest.raises(StateError, match="surrogates"):
        state.append([a_search("u", "good"), a_search("u", "\ud800", event_id="bad")])
    with pytest.raises(StateError, match="surrogates"):
        state.block(["good", "\ud800"], 1)
    assert (state.watermark(), state.history("u"), dict(state.tombstones())) == (0, [], {})
    assert state.append([a_search("u", "good")]).accepted == 1


# What the file holds


def test_sqlite_state_keeps_every_field_of_an_event(state):
    event = every_field()
    assert None not in event
    variants = [event._replace(event_id=f"without {name}", **{name: None}) for name in Event._fields[5:]]
    state.append(variants)
    assert [found for _, found in state.read()] == variants


def test_sqlite_state_orders_fields_as_files_in_use_do():
    """The order is in every file: a new field of an event goes to the end, or the format version rises."""
    event = Event(
        "search", 1, "u", "id", 2, "en", "GB", "s", "q", "p", "typed", "i", "c", "r", "item", "in", ("a",), 0, 0.5
    )
    body = b'["search",1,"u","id",2,"en","GB","s","q","p","typed","i","c","r","item","in",["a"],0,0.5]'
    assert to_body(event) == body
    assert to_event(body) == event
    assert to_body(a_search("u", "q", event_id="id")) == b'["search",1,"u","id",null,null,null,"s","q",null,"typed"]'


def test_sqlite_state_commits_to_the_disk_and_overwrites_what_it_deletes(state):
    pragmas = ("journal_mode", "synchronous", "secure_delete")
    assert [state._writer.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas] == ["wal", 2, 1]


def test_sqlite_forget_leaves_no_byte_of_what_the_user_searched(path, state):
    """Neither in the file nor in its write-ahead log, after erasing most of many users amid new searches."""
    choose = random.Random(4)  # with this one, plain deletion leaves three users behind
    users = [f"user{n:03d}" for n in range(120)]

    def some_searches(n_events: int, authors: list[str]) -> list[Event]:
        events = []
        for user in choose.choices(authors, k=n_events):
            query = f"SECRET-{user}" + "x" * choose.choice([3, 50, 200, 700, 3000])
            ts_us = choose.randrange(10**15)
            events.append(Event("search", ts_us, user, f"ID-{user}-{choose.random()}", ts_us, query=query))
        return events

    state.append(some_searches(1500, users))
    choose.shuffle(users)
    for n, user in enumerate(users[:100]):
        state.append(some_searches(20, users[n:]))
        assert state.forget(user, 1) > 0
    content = path.read_bytes() + path.with_name(path.name + "-wal").read_bytes()
    assert all(f"SECRET-{user}".encode() in content for user in users[100:])
    left = [user for user in users[:100] if f"SECRET-{user}".encode() in content or f"ID-{user}".encode() in content]
    assert left == []


def test_sqlite_state_is_readable_by_its_owner_only(path, state):
    assert path.stat().st_mode & 0o777 == 0o600


# Copies, threads and the end


def test_sqlite_backup_is_a_state_of_its_own(tmp_path, state):
    state.append(stream(0, 100))
    state.backup(str(tmp_path / "copy.sqlite"))
    state.append(stream(100, 200))
    with closing(SqliteState(tmp_path / "copy.sqlite")) as copy:
        assert list(copy.read()) == list(enumerate(stream(0, 100), start=1))
        assert copy.append(stream(50, 150)).accepted == 50
    assert state.watermark() == 200


def test_sqlite_backup_never_overwrites(tmp_path, state):
    target = tmp_path / "copy.sqlite"
    target.write_bytes(b"precious")
    with pytest.raises(StateError, match="it exists"):
        state.backup(str(target))
    assert target.read_bytes() == b"precious"
    with pytest.raises(StateError, match="No such file"):
        state.backup(str(tmp_path / "missing" / "copy.sqlite"))


def test_sqlite_state_lets_go_of_the_connections_of_ended_threads(state):
    for _ in range(20):
        thread = threading.Thread(target=state.watermark)
        thread.start()
        thread.join()
    state.watermark()
    assert len(state._readers) <= 2


def test_sqlite_state_is_a_state_error_after_close(path):
    state = SqliteState(path)
    state.watermark()
    reading = state.read()
    state.append([a_search("u", "q")])
    state.close()
    calls = [state.watermark, lambda: next(reading), lambda: state.append([a_search("u", "r")])]
    for call in calls:
        with pytest.raises(StateError, match="closed"):
            call()
    thread_errors: list[StateError] = []

    def read_elsewhere() -> None:
        try:
            state.watermark()
        except StateError as error:
            thread_errors.append(error)

    thread = threading.Thread(target=read_elsewhere)
    thread.start()
    thread.join()
    assert len(thread_errors) == 1


def test_sqlite_state_leaves_one_file_when_closed(path):
    written(path)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
