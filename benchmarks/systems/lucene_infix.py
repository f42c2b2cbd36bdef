"""Lucene's AnalyzingInfixSuggester, its suggester for words in any order; timed inside the Java process.

Its postings are sorted by weight, so that it too stops when K are found. Needs Java 11 or newer and the
jars of Debian's `liblucene8-java`.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from benchmarks.systems.java import JavaSession, compiled, jars, java
from benchmarks.systems.system import Session

NAME = "Lucene AnalyzingInfixSuggester"
ORDER = "count"

_SOURCE = Path(__file__).parents[1] / "lucene" / "InfixLookup.java"


def classpath() -> list[str]:
    """Paths of the jars needed; empty when one is absent."""
    return jars("core", "suggest", "analyzers-common", "misc", "queries")


def build(tsv: Path, directory: Path) -> None:
    """Compiles the program, then builds and stores the index."""
    compiled(_SOURCE, classpath(), directory)
    command = java(classpath(), directory, "InfixLookup", "build", str(tsv), str(directory / "index"))
    subprocess.run(command, check=True)


def open_session(directory: Path) -> Session:
    """A Java process that has opened the index."""
    return JavaSession(java(classpath(), directory, "InfixLookup", "serve", str(directory / "index")))
