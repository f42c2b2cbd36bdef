"""A Java program that answers lines over its standard input and times itself."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.machine import own_bytes
from benchmarks.systems.system import Timing

WARM_UP = 40
"""Rounds before the first that counts: the just-in-time compiler needs tens of thousands of calls."""


def jars(*names: str) -> list[str]:
    """Paths of Lucene's jars of these names (Debian: liblucene8-java); empty when one is absent."""
    found = [next(iter(sorted(Path("/usr/share/java").glob(f"lucene-{name}-8*.jar"))), None) for name in names]
    return [str(jar) for jar in found if jar] if all(found) else []


def compiled(source: Path, classpath: Sequence[str], directory: Path) -> None:
    """Compiles a program into the folder `classes` of a directory."""
    subprocess.run(["javac", "-cp", ":".join(classpath), "-d", str(directory / "classes"), str(source)], check=True)


def java(classpath: Sequence[str], directory: Path, program: str, *arguments: str) -> list[str]:
    """The command that runs a compiled program."""
    # The serial collector: a parallel one would spend CPU time outside the thread that is measured.
    classes = ":".join([*classpath, str(directory / "classes")])
    return ["java", "-Xmx2g", "-XX:+UseSerialGC", "-cp", classes, program, *arguments]


class JavaSession:
    """A running program; answers are lines of texts with tabs between them."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self._is_warm = False

    def answer(self, prefix: str) -> list[str]:
        """The best K completions, best first."""
        line = self._ask(f"answer {prefix}")
        return line.split("\t") if line else []

    def measure(self, prefixes: Sequence[str]) -> Timing:
        """Timed by the program itself, after a warm-up before the first round."""
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
            file.write("\n".join(prefixes))
            file.flush()
            if not self._is_warm:
                for _ in range(WARM_UP):
                    self._ask(f"measure {file.name}")
                self._is_warm = True
            _, cpu_ns, *wall_ns = map(int, self._ask(f"measure {file.name}").split("\t"))
        return Timing(cpu_ns / 1000, [ns / 1000 for ns in wall_ns])

    def private_bytes(self) -> int:
        """Private memory of the program."""
        return own_bytes(self._process.pid)["Uss"]

    def close(self) -> None:
        """Ends the program."""
        self._process.communicate()

    def _ask(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().rstrip("\n")
