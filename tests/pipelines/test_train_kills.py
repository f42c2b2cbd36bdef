"""A training that dies, at whatever moment, leaves what was served; the next one removes its folder."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from suggest.artifacts import Generation, current
from suggest.errors import ArtifactError
from suggest.pipelines.build import build
from suggest.pipelines.training_folder import training_folder
from tests.pipelines.train_logs import entries, never_again, write_log

STAGES = [
    "cut the log",
    "build from what lies before the cut",
    "replay what lies after it",
    "learn",
    "judge",
    "publish",
]

PROGRAM = """
import os, signal, sys
from suggest.pipelines.train import train
def told(stage, done, total):
    if stage == sys.argv[2]:
        os.kill(os.getpid(), int(sys.argv[3]))
train(sys.argv[1], progress=told, surfaces=["typeahead"])
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("killed")
    build(folder / "index", events=[write_log(folder / "log.jsonl", never_again())], encoder="none")
    return folder / "index"


@pytest.fixture
def index_dir(built: Path, tmp_path: Path) -> Path:
    return shutil.copytree(built, tmp_path / "index")


def training(index_dir: Path, stage: str, number: signal.Signals) -> int:
    command = [sys.executable, "-c", PROGRAM, str(index_dir), stage, str(int(number))]
    return subprocess.run(command, capture_output=True, check=False, timeout=300).returncode


@pytest.mark.parametrize("stage", STAGES)
def test_kill_leaves_what_was_served_and_its_folder_goes_with_the_next(index_dir: Path, stage: str):
    before = entries(index_dir)
    assert training(index_dir, stage, signal.SIGKILL) == -signal.SIGKILL
    assert set(entries(index_dir)) - set(before) <= {name for name in entries(index_dir) if "training-" in name}
    assert Generation.open(index_dir, verify=True).name == current(index_dir)
    with training_folder(index_dir):
        pass
    assert entries(index_dir) == before


@pytest.mark.parametrize("stage", ["build from what lies before the cut", "replay what lies after it", "learn"])
def test_interrupt_leaves_nothing_behind(index_dir: Path, stage: str):
    before = entries(index_dir)
    assert training(index_dir, stage, signal.SIGINT) in (-signal.SIGINT, 1)
    assert entries(index_dir) == before


def test_folder_of_a_living_training_stays(tmp_path: Path):
    with training_folder(tmp_path) as living:
        with training_folder(tmp_path) as other:
            assert living.is_dir()
            assert other != living
        assert entries(tmp_path) == [living.name]
    assert entries(tmp_path) == []


def test_folder_goes_with_an_error_too(tmp_path: Path):
    with pytest.raises(KeyError), training_folder(tmp_path):
        raise KeyError
    assert entries(tmp_path) == []


def test_directory_that_cannot_be_written_is_an_error_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(**_: object) -> str:
        raise PermissionError(13, "Permission denied", str(tmp_path))

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    with pytest.raises(ArtifactError, match=r"Permission denied; nothing was published"), training_folder(tmp_path):
        pytest.fail("the folder cannot be made")
    assert entries(tmp_path) == []
