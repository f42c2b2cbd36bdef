"""This project as its users have it: built by the command line, asked through `Engine.complete`."""

from __future__ import annotations

import subprocess
from pathlib import Path

from benchmarks.machine import SUGGEST
from benchmarks.systems.system import InProcess, K, Session
from suggest import Engine

NAME = 'suggest, Engine.complete(match="prefix", collapse=False)'
ORDER = "text"


def build(tsv: Path, directory: Path) -> None:
    """The whole offline build, in a process of its own."""
    command = [SUGGEST, "build", "--out", str(directory / "index")]
    options = ["--queries", str(tsv), "--encoder", "none", "--min-users", "1", "--safety", "off"]
    subprocess.run(command + options, check=True, capture_output=True)


def open_session(directory: Path) -> Session:
    """An engine without state of its own."""
    engine = Engine.open(directory / "index", state=None)
    return InProcess(
        lambda prefix: [found.query for found in engine.complete(prefix, k=K, match="prefix", collapse=False)]
    )
