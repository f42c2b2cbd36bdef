"""A publication that dies at any step leaves what was served, and the next one cleans up; whole builds: `pipelines`."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np

from suggest.artifacts import Generation, current
from tests.artifacts.publisher import N_FILES, publish

PROGRAM = [sys.executable, str(Path(__file__).with_name("publisher.py"))]


def assert_served_is_whole(index_dir: Path) -> int:
    """Opens what `CURRENT` names, compares all checksums, and returns the number that its files hold."""
    generation = Generation.open(index_dir, verify=True)
    number = generation.parameters["number"]
    for file in range(N_FILES):
        assert np.array_equal(generation.array(f"part_{file}"), np.full(2000, number))
    return number


def test_a_kill_at_every_sync_and_every_rename_leaves_the_old_or_the_new(tmp_path):
    publish(tmp_path, 0)
    outcome = subprocess.run([*PROGRAM, str(tmp_path)], capture_output=True, text=True, check=True)
    n_steps = int(outcome.stdout)
    assert n_steps >= N_FILES + 6, "each file, the manifest, three directories, and two renames"
    for step in range(1, n_steps + 1):
        served = current(tmp_path)
        killed = subprocess.run([*PROGRAM, str(tmp_path), str(step)], capture_output=True, check=False)
        assert killed.returncode == -signal.SIGKILL
        assert current(tmp_path) >= served
        assert_served_is_whole(tmp_path)
        publish(tmp_path, step)
        assert assert_served_is_whole(tmp_path) == step
        assert not [entry for entry in tmp_path.iterdir() if entry.name.startswith(".building-")]
