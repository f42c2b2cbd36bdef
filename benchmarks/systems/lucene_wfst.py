"""Lucene's WFSTCompletionLookup, its suggester for plain prefixes; timed inside the Java process.

Needs Java 11 or newer and the jars of Debian's `liblucene8-java`.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from benchmarks.systems import java
from benchmarks.systems.system import Session

NAME = "Lucene WFSTCompletionLookup"
ORDER = "count"

_SOURCE = Path(__file__).parents[1] / "lucene" / "WfstLookup.java"


def jars() -> list[str]:
    """Paths of the jars needed; empty when one is absent."""
    return java.jars("core", "suggest", "analyzers-common")


def build(tsv: Path, directory: Path) -> None:
    """Compiles the program, then builds and stores the automaton."""
    java.compiled(_SOURCE, jars(), directory)
    command = java.java(jars(), directory, "WfstLookup", "build", str(tsv), str(directory / "lookup.bin"))
    subprocess.run(command, check=True)


def open_session(directory: Path) -> Session:
    """A Java process that has loaded the automaton."""
    return java.JavaSession(java.java(jars(), directory, "WfstLookup", "serve", str(directory / "lookup.bin")))
