"""Lucene's WFSTCompletionLookup, its suggester for plain prefixes; timed inside the Java process.

Needs Java 11 or newer and the jars of Debian's `liblucene8-java`.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.machine import own_bytes
from benchmarks.systems.system import Session, Timing

NAME = "Lucene WFSTCompletionLookup"
ORDER = "count"

_SOURCE = Path(__file__).parents[1] / "lucene" / "WfstLookup.java"
_WARM_UP = 40
"""Rounds before the first that counts: the just-in-time compiler needs tens of thousands of calls."""


def jars() -> list[str]:
    """Paths of the jars needed; empty when one is absent."""
    names = ("core", "suggest", "analyzers-common")
    found = [next(iter(sorted(Path("/usr/share/java").glob(f"lucene-{name}-8*.jar"))), None) for name in names]
    return [str(jar) for jar in found if jar] if all(found) else []


def build(tsv: Path, directory: Path) -> None:
    """Compiles the program, then builds and stores the automaton."""
    subprocess.run(["javac", "-cp", ":".join(jars()), "-d", str(directory / "classes"), str(_SOURCE)], check=True)
    subprocess.run(_command(directory, "build", str(tsv), str(directory / "lookup.bin")), check=True)


def open_session(directory: Path) -> Session:
    """A Java process that has loaded the automaton."""
    return _Java(directory)


class _Java:
    def __init__(self, directory: Path) -> None:
        command = _command(directory, "serve", str(directory / "lookup.bin"))
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self._is_warm = False

    def answer(self, prefix: str) -> list[str]:
        line = self._ask(f"answer {prefix}")
        return line.split("\t") if line else []

    def measure(self, prefixes: Sequence[str]) -> Timing:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
            file.write("\n".join(prefixes))
            file.flush()
            if not self._is_warm:
                for _ in range(_WARM_UP):
                    self._ask(f"measure {file.name}")
                self._is_warm = True
            _, cpu_ns, *wall_ns = map(int, self._ask(f"measure {file.name}").split("\t"))
        return Timing(cpu_ns / 1000, [ns / 1000 for ns in wall_ns])

    def private_bytes(self) -> int:
        return own_bytes(self._process.pid)["Uss"]

    def close(self) -> None:
        self._process.communicate()

    def _ask(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().rstrip("\n")


def _command(directory: Path, *arguments: str) -> list[str]:
    # The serial collector: a parallel one would spend CPU time outside the thread that is measured.
    classes = ":".join([*jars(), str(directory / "classes")])
    return ["java", "-Xmx2g", "-XX:+UseSerialGC", "-cp", classes, "WfstLookup", *arguments]
