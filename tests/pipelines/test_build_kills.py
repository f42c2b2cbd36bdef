"""Whole builds that die leave what was served, and the next one cleans up.

Each is a process forked from one that has imported everything, so that a kill meets the build and not its imports.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from suggest import Engine
from suggest.artifacts import KEPT, Generation, current, generations
from suggest.pipelines.build import build
from tests.artifacts.publisher import count_steps

N_KILLS = 100
N_LAST_STEPS = 10
"""The syncs and renames from the last files on; those before are of one file after the other (`tests/artifacts`)."""

LISTS = [[f"{name} {n:02}" for n in range(20)] for name in ("old", "new")]
PRELOADED = ["pytest", "suggest.pipelines.build", "ibis.backends.duckdb", "tests.artifacts.publisher"]


@pytest.fixture(scope="module")
def forking() -> Iterator[ForkServerContext]:
    """Makes processes out of one that is warm; OpenBLAS gets no threads there, as threads do not survive a fork."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OPENBLAS_NUM_THREADS", "1")
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        assert _outcome(context, int) == 0
        yield context


@pytest.fixture
def logs(tmp_path: Path) -> list[Path]:
    """Two logs whose builds answer with different lists."""
    paths = [tmp_path / "0.jsonl", tmp_path / "1.jsonl"]
    for path, queries in zip(paths, LISTS, strict=True):
        searches = [{"type": "search", "user": user, "query": query} for query in queries for user in "abc"]
        lines = [json.dumps(search | {"ts": "2026-02-01T00:00:00Z", "locale": "en"}) for search in searches]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return paths


def build_and_die(stop: int, index_dir: Path, log: Path) -> None:
    """Builds, and dies before its sync or rename number `stop`; without one, exits with how many there were."""
    steps = count_steps(stop)
    build(index_dir, events=[log], encoder="none")
    sys.exit(len(steps))


def test_a_hundred_kills_at_random_moments_never_damage_what_is_served(
    tmp_path: Path, logs: list[Path], forking: ForkServerContext
) -> None:
    index_dir = tmp_path / "index"
    build(index_dir, events=[logs[0]], encoder="none")
    duration_s = _duration_s(forking, index_dir, logs[1])
    moments = random.Random(7)
    n_killed = n_unfinished = 0
    while n_killed < N_KILLS:
        # What is built differs from what is served, so that a mixture of the two would show.
        log, before = logs[1 - _served(index_dir)], current(index_dir)
        started = time.monotonic()
        outcome = _outcome(
            forking, build, index_dir, events=[log], encoder="none", kill_after_s=moments.uniform(0, duration_s)
        )
        assert outcome in (0, -signal.SIGKILL)
        assert current(index_dir) >= before
        if outcome == 0:
            duration_s = time.monotonic() - started
        else:
            n_killed += 1
            n_unfinished += any(entry.name.startswith(".building-") for entry in index_dir.iterdir())
    assert n_unfinished >= N_KILLS // 2
    _assert_next_build_cleans_up(index_dir, logs)


def test_a_kill_at_the_last_syncs_and_renames_leaves_the_old_or_the_new(
    tmp_path: Path, logs: list[Path], forking: ForkServerContext
) -> None:
    index_dir = tmp_path / "index"
    build(index_dir, events=[logs[0]])
    # How many files have the same content, and are renamed to be one, depends on the log.
    n_steps = [_outcome(forking, build_and_die, 0, index_dir, log) for log in logs]
    assert min(n_steps) > N_LAST_STEPS
    switched = []
    for n_left in reversed(range(N_LAST_STEPS)):
        other, before = 1 - _served(index_dir), current(index_dir)
        outcome = _outcome(forking, build_and_die, n_steps[other] - n_left, index_dir, logs[other])
        assert outcome == -signal.SIGKILL
        switched.append(current(index_dir) > before)
    # The rename of `CURRENT` is the last but one; its directory is synced after it.
    assert switched == [False] * (N_LAST_STEPS - 1) + [True]
    _assert_next_build_cleans_up(index_dir, logs)


def _outcome(
    context: ForkServerContext,
    call: Callable[..., object],
    *arguments: object,
    kill_after_s: float | None = None,
    **named: object,
) -> int:
    """Exit status of a process that makes one call and is killed if that takes too long."""
    process = context.Process(target=call, args=arguments, kwargs=named)
    process.start()
    process.join(kill_after_s)
    process.kill()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def _duration_s(context: ForkServerContext, index_dir: Path, log: Path) -> float:
    started = time.monotonic()
    assert _outcome(context, build, index_dir, events=[log], encoder="none") == 0
    return time.monotonic() - started


def _served(index_dir: Path) -> int:
    """Number of the log that the served generation was made from; it is undamaged and answers with all of that log."""
    [source] = Generation.open(index_dir, verify=True).manifest["inputs"]
    number = int(Path(source["path"]).stem)
    with Engine.open(index_dir) as engine:
        assert {s.query for s in engine.complete("", k=50, now="2026-03-01T00:00:00Z")} == set(LISTS[number])
    return number


def _assert_next_build_cleans_up(index_dir: Path, logs: list[Path]) -> None:
    number = 1 - _served(index_dir)
    name = build(index_dir, events=[logs[number]]).generation
    assert current(index_dir) == name
    assert _served(index_dir) == number
    names = set(generations(index_dir))
    assert len(names) <= KEPT
    assert {entry.name for entry in index_dir.iterdir()} == {*names, "CURRENT", ".lock"}
