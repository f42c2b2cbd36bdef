"""The package declares what the tree holds, and works when installed away from it."""

import importlib.resources
import json
import os
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SHIPPED = ("suggest", "data", "models")


def test_every_package_of_the_tree_is_declared():
    packages = {"suggest.data", "suggest.models"} | {
        ".".join(folder.relative_to(ROOT).parts)
        for folder in (path.parent for path in (ROOT / "suggest").rglob("*.py"))
    }

    assert set(PROJECT["tool"]["setuptools"]["packages"]) == packages


def test_extras_are_those_promised():
    extras = PROJECT["project"]["optional-dependencies"]

    assert set(extras) == {"encoder", "onnx", "redis", "spark", "all", "dev"}
    assert extras["all"] == ["shorttext-suggest[encoder,redis,spark]"]


@pytest.mark.parametrize("package", ["suggest.data", "suggest.models"])
def test_resources_are_found_in_the_clone(package):
    assert (importlib.resources.files(package) / "README.md").is_file()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of a clean copy of the tree, so that no earlier build's leavings get in."""
    copy, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    for folder in SHIPPED:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, copy)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A new environment with the wheel and what it declares to depend on, nothing else."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, with_pip=False, symlinks=True)
    pip = (sys.executable, "-m", "pip", "--python", environment / "bin" / "python", "install", "--quiet")
    run(*pip, "--no-deps", "--no-index", wheel)
    finished = subprocess.run([str(part) for part in (*pip, wheel)], check=False, capture_output=True, text=True)
    if finished.returncode != 0 and "CI" not in os.environ:
        pytest.skip(f"what the package depends on could not be downloaded: {finished.stderr.strip()[-200:]}")
    assert finished.returncode == 0, finished.stderr
    return environment / "bin"


def test_wheel_holds_every_file_of_the_package(wheel):
    shipped = {
        path.relative_to(ROOT).as_posix()
        for folder in SHIPPED
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    expected = {name if name.startswith("suggest/") else f"suggest/{name}" for name in shipped}

    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == expected


def test_installed_package_builds_and_completes_outside_the_clone(installed, tmp_path):
    where = run(
        installed / "python", "-c", "import suggest.data; print(suggest.data.__path__[0])", cwd=tmp_path
    ).strip()
    assert Path(where).is_relative_to(installed.parent)

    sample = ("--events", f"{where}/events.jsonl.gz", "--queries", f"{where}/queries.tsv.gz")
    run(installed / "suggest", "build", "--out", "index", *sample, cwd=tmp_path)
    answer = json.loads(run(installed / "suggest", "complete", "a", "--index", "index", "--json", cwd=tmp_path))

    assert len(answer["suggestions"]) == 10


def run(*command, cwd=ROOT):
    """Standard output of a command that must succeed, in an environment without this one's paths."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    finished = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, check=False, capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout
