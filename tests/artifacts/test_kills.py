"""A build that dies at any moment leaves what was served, and the next one cleans up."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from suggest.artifacts import KEPT, Generation, current, generations
from tests.artifacts.publisher import N_FILES, publish

PROGRAM = [sys.executable, str(Path(__file__).with_name("publisher.py"))]
N_KILLS = 100


def assert_served_is_whole(index_dir: Path) -> int:
    """Opens what `CURRENT` names, compares all checksums, and returns the number that its files hold."""
    generation = Generation.open(index_dir, verify=True)
    number = generation.parameters["number"]
    for file in range(N_FILES):
        assert np.array_equal(generation.array(f"part_{file}"), np.full(2000, number))
    return number


def assert_clean(index_dir: Path) -> None:
    """Nothing is there but complete generations, `CURRENT` and the lock."""
    names = set(generations(index_dir))
    assert len(names) <= KEPT
    assert {entry.name for entry in index_dir.iterdir()} - names == {"CURRENT", ".lock"}


def test_a_hundred_kills_at_random_moments_never_damage_what_is_served(tmp_path):
    publish(tmp_path, 0)
    moments = random.Random(7)
    for _ in range(N_KILLS):
        _kill_one(tmp_path, moments.uniform(0.0, 0.03))
    before = current(tmp_path)
    assert publish(tmp_path, 10**6) > before
    assert assert_served_is_whole(tmp_path) == 10**6
    assert_clean(tmp_path)


def _kill_one(index_dir: Path, moment_s: float) -> None:
    """Kills a publisher some time after its first generation; it publishes one about every 10 ms."""
    process = subprocess.Popen([*PROGRAM, str(index_dir), "forever"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout as published:
        reported = [published.readline().strip()]
        time.sleep(moment_s)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        reported += published.read().split()
    assert_served_is_whole(index_dir)
    # What was reported stays published; one more may have been published and not reported.
    assert current(index_dir) >= reported[-1]


def test_a_kill_at_every_sync_and_every_rename_leaves_the_old_or_the_new(tmp_path):
    publish(tmp_path, 0)
    outcome = subprocess.run([*PROGRAM, str(tmp_path), "once"], capture_output=True, text=True, check=True)
    n_steps = int(outcome.stdout)
    assert n_steps >= N_FILES + 6, "each file, the manifest, three directories, and two renames"
    for step in range(1, n_steps + 1):
        served = current(tmp_path)
        killed = subprocess.run([*PROGRAM, str(tmp_path), "once", str(step)], capture_output=True, check=False)
        assert killed.returncode == -signal.SIGKILL
        assert current(tmp_path) >= served
        assert_served_is_whole(tmp_path)
        publish(tmp_path, step)
        assert assert_served_is_whole(tmp_path) == step
        assert not [entry for entry in tmp_path.iterdir() if entry.name.startswith(".building-")]
