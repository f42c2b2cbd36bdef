"""One SQLite state under several processes: nothing acknowledged is lost, nothing is taken twice or by half."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from suggest.stores import MemoryState, SqliteState
from tests.stores.writer import BATCH, stream

ROOT = Path(__file__).parents[2]
N_KILLS = 20
ENDLESS = 10_000_000


@contextmanager
def writer(path: Path, start: int, stop: int):
    """A process appending events `start` to `stop` of the stream; killed at the end if it still runs."""
    command = [sys.executable, "-m", "tests.stores.writer", str(path), str(start), str(stop)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def observed(state):
    """All that a state answers, as plain values."""
    users = [f"u{n}" for n in range(11)]
    return {
        "log": list(state.read()),
        "watermark": state.watermark(),
        "histories": [state.history(user) for user in users],
        "versions": [state.history_version(user) for user in users],
        "tombstones": dict(state.tombstones()),
        "counters": dict(state.counters()),
    }


def oracle(n_events: int):
    state = MemoryState()
    state.append(stream(0, n_events))
    return observed(state)


def test_sqlite_state_killed_amid_appends_equals_a_single_pass(tmp_path):
    """No acknowledged event is lost, no batch is there by half, and retries after a kill are duplicates."""
    path = tmp_path / "state.sqlite"
    moments = random.Random(5)
    watermark = 0
    for _ in range(N_KILLS):
        resumed = max(watermark - 3 * BATCH, 0)
        with writer(path, resumed, ENDLESS) as process:
            acknowledged = int(process.stdout.readline())
            time.sleep(moments.random() * 0.03)
            process.kill()
            acknowledged = int(([acknowledged, *process.stdout.read().split()])[-1])
        with closing(SqliteState(path)) as state:
            watermark = state.watermark()
            assert watermark >= acknowledged
            assert watermark % BATCH == 0
            assert observed(state) == oracle(watermark)


def test_sqlite_state_takes_concurrent_writers(tmp_path):
    """Four processes make the file at once and each event comes from two of them: all events once."""
    path = tmp_path / "state.sqlite"
    ranges = [(0, 350), (0, 350), (350, 700), (350, 700)]
    with ExitStack() as running:
        processes = [running.enter_context(writer(path, *events)) for events in ranges]
        for process in processes:
            process.communicate()
    assert [process.returncode for process in processes] == [0, 0, 0, 0]
    with closing(SqliteState(path)) as state:
        log = list(state.read())
    assert [offset for offset, _ in log] == list(range(1, 701))
    assert sorted(event.event_id for _, event in log) == sorted(event.event_id for event in stream(0, 700))
    for start, stop in ((0, 350), (350, 700)):
        mine = [event for _, event in log if start <= int(event.event_id[2:]) < stop]
        assert mine == stream(start, stop)


def test_sqlite_state_shows_other_processes_commits_at_the_next_call(tmp_path):
    path = tmp_path / "state.sqlite"
    with closing(SqliteState(path)) as state, writer(path, 0, 700) as process:
        moved = {state.moved()}
        for n_acknowledged in map(int, process.stdout):
            assert state.watermark() >= n_acknowledged
            searches = [event for event in stream(0, n_acknowledged) if event.type == "search"]
            assert state.history_version(searches[-1].user) > 0
            moved.add(state.moved())
        process.wait()
        assert state.moved() == max(moved)
        assert len(moved) > 1
        assert observed(state) == oracle(700)


def test_sqlite_backup_under_load_is_of_one_moment(tmp_path):
    """Copies taken while another process appends each equal a single pass over a beginning of the stream."""
    path = tmp_path / "state.sqlite"
    with closing(SqliteState(path)) as state, writer(path, 0, ENDLESS) as process:
        taken = []
        for n in range(6):
            before = int(process.stdout.readline())
            state.backup(str(tmp_path / f"copy{n}.sqlite"))
            taken.append((before, state.watermark()))
    for n, (before, after) in enumerate(taken):
        with closing(SqliteState(tmp_path / f"copy{n}.sqlite")) as copy:
            assert before <= copy.watermark() <= after
            assert observed(copy) == oracle(copy.watermark())


def test_sqlite_state_refuses_to_be_used_after_a_fork():
    """SQLite's locks do not survive a fork; a connection used on both sides would damage the file."""
    script = """
import os, tempfile
from suggest.errors import StateError
from suggest.stores import SqliteState
with tempfile.TemporaryDirectory() as directory:
    state = SqliteState(directory + "/state.sqlite")
    if os.fork() == 0:
        for call in (state.watermark, lambda: state.block(["q"], 1)):
            try:
                call()
                os._exit(1)
            except StateError as error:
                assert "before a fork" in str(error)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
    assert state.watermark() == 0
    state.close()
"""
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_sqlite_state_notices_every_block_of_another_connection_however_fast_they_come(tmp_path):
    url = tmp_path / "state.sqlite"
    blocking, asking = SqliteState(url), SqliteState(url)
    seen = [asking.moved()]
    for number in range(200):
        blocking.block([f"query {number}"], 1)
        seen.append(asking.moved())
        if number % 50 == 0:
            # Long enough for the number to be remembered.
            time.sleep(0.15)
            seen.append(asking.moved())
            assert seen.pop() == asking.moved() == seen[-1]
    assert len(set(seen)) == len(seen)
    blocking.close()
    asking.close()
