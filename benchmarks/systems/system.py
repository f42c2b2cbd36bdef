"""What the completion benchmark asks of every system, and how it times them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import psutil

from benchmarks.machine import own_bytes

K = 10


class Timing(NamedTuple):
    """One round of lookups.

    Attributes:
        cpu_us: CPU time of all of them, of every process that took part, in microseconds.
        wall_us: elapsed time of each, from a pass of its own, so that the clock costs the sum nothing.
    """

    cpu_us: float
    wall_us: list[float]


class Session(Protocol):
    """An opened system."""

    def answer(self, prefix: str) -> list[str]:
        """The best K completions, best first."""
        ...

    def measure(self, prefixes: Sequence[str]) -> Timing:
        """Looks up each prefix twice: once for CPU time, once for elapsed times."""
        ...

    def private_bytes(self) -> int:
        """Memory that the serving processes share with no other process."""
        ...

    def close(self) -> None:
        """Ends what was started."""
        ...


class System(Protocol):
    """A module of this folder."""

    NAME: str
    """Row of the table; says which recipe where there are several."""

    ORDER: str
    """What its answers are checked for: `text` (count, then text), `count` (ties in any order), `own`."""

    def build(self, tsv: Path, directory: Path) -> None:
        """Builds from a corpus file; in a process of its own, which is what is measured."""
        ...

    def open_session(self, directory: Path) -> Session:
        """Opens what `build` left in the directory."""
        ...


class InProcess:
    """A session that is one Python call, with perhaps a server process behind it."""

    def __init__(self, lookup: Callable[[str], list[str]], server: psutil.Process | None = None) -> None:
        self.answer = lookup
        self._server = server

    def measure(self, prefixes: Sequence[str]) -> Timing:
        """One pass between two readings of the CPU clock, one with the wall clock around each."""
        lookup = self.answer
        before = time.process_time() + self._server_cpu_s()
        for prefix in prefixes:
            lookup(prefix)
        cpu_s = time.process_time() + self._server_cpu_s() - before
        wall_us = []
        for prefix in prefixes:
            start = time.perf_counter_ns()
            lookup(prefix)
            wall_us.append((time.perf_counter_ns() - start) / 1000)
        return Timing(cpu_s * 1e6, wall_us)

    def private_bytes(self) -> int:
        """Private memory of this process and the server's."""
        pids = [os.getpid()] + ([self._server.pid] if self._server else [])
        return sum(own_bytes(pid)["Uss"] for pid in pids)

    def close(self) -> None:
        """Stops the server, if there is one."""
        if self._server:
            self._server.terminate()
            self._server.wait()

    def _server_cpu_s(self) -> float:
        if self._server is None:
            return 0.0
        times = self._server.cpu_times()
        return float(times.user + times.system)
