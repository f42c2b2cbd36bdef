"""What every table says first: on what it was taken, and with which versions."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
"""Logs and corpora kept beside the checkout; benchmarks say so when they are absent."""

SUGGEST = str(Path(sys.executable).with_name("suggest"))
"""The command line of the environment that runs the benchmark."""


def print_machine(*packages: str) -> None:
    """Prints processor, cores, load, Python and the versions of some installed packages."""
    # Cores that others use too share caches and pipelines: even CPU times are then larger.
    print(f"machine: {_processor()}, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} at the start")
    versions = (f"{package} {version(package)}" for package in packages)
    print("versions:", ", ".join([f"Python {platform.python_version()}", *versions]))


def scale_us() -> float:
    """CPU time of `sum(range(10_000))`: what other times of the same run are to be seen against, 120 when idle."""
    started = time.thread_time_ns()
    for _ in range(200):
        sum(range(10_000))
    return (time.thread_time_ns() - started) / 200_000


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints a Markdown table: first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    rule = [":" + "-" * (width - 1) if i == 0 else "-" * (width - 1) + ":" for i, width in enumerate(widths)]
    for row in [header, rule, *rows]:
        cells = (
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("|", " | ".join(cells), "|")


def disk_bytes(directory: Path) -> int:
    """Bytes of all files below a directory, those with several names once; compiled Java is no data."""
    files = (path.stat() for path in directory.rglob("*") if path.is_file() and path.suffix != ".class")
    return sum({(file.st_dev, file.st_ino): file.st_size for file in files}.values())


def peak_bytes(pid: int) -> int:
    """The most memory a living process has had resident, by the kernel's count (VmHWM)."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise ValueError(f"expected a running process, got {pid}")


def own_bytes(pid: int) -> dict[str, int]:
    """Memory of a process by `/proc/<pid>/smaps_rollup`: its `Rss`, `Pss` and `Uss` (private) bytes."""
    kib: dict[str, int] = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]:
        name, _, value = line.partition(":")
        kib[name] = int(value.split()[0])
    uss = kib["Private_Clean"] + kib["Private_Dirty"]
    return {"Rss": kib["Rss"] * 1024, "Pss": kib["Pss"] * 1024, "Uss": uss * 1024}


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
