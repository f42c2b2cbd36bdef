"""What a build costs: seconds, peak memory, and bytes per query by section.

    python -m benchmarks.build [--data web_search,scale]

Builds through the command line, in a process of its own, with the events and counts of each set.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import orjson

from benchmarks.corpus import load_corpus
from benchmarks.machine import DATA, SUGGEST, print_machine, print_table


class Build(NamedTuple):
    """What one build took and left.

    Attributes:
        cpu_s: CPU time of all its threads.
        wall_s: elapsed time.
        peak_bytes: the most memory resident at once.
        n_queries: suggestible queries.
        bytes_per_query: without people's histories, which grow with the log.
        bytes_by_file: sizes of the generation's files.
    """

    cpu_s: float
    wall_s: float
    peak_bytes: int
    n_queries: int
    bytes_per_query: float
    bytes_by_file: dict[str, int]


def main() -> None:
    """Builds each set and prints the tables."""
    parser = argparse.ArgumentParser(description="What a build costs")
    parser.add_argument("--data", type=lambda text: text.split(","), default=["web_search", "scale"])
    options = parser.parse_args()
    print_machine("duckdb", "ibis-framework", "pyarrow", "marisa-trie", "numpy")
    with tempfile.TemporaryDirectory() as temporary:
        builds = {}
        for name in options.data:
            inputs = _inputs(name, Path(temporary))
            if inputs is None:
                print(f"{name} is left out: its data is absent ({DATA / name})")
                continue
            label, arguments = inputs
            builds[label] = run_build(Path(temporary) / name, arguments)
    _print(builds)


def run_build(out: Path, arguments: list[str]) -> Build:
    """Builds an index in a subprocess and reads what it left.

    Raises:
        subprocess.CalledProcessError: the build failed; its reason is on stderr.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        [SUGGEST, "build", "--out", str(out), "--encoder", "none", "--json", *arguments], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    report = orjson.loads(process.stdout.read() or b"null")
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, "suggest build")
    inspected = subprocess.run([SUGGEST, "inspect", "--index", str(out), "--json"], check=True, capture_output=True)
    sizes = orjson.loads(inspected.stdout)["bytes"]
    del sizes["all"]
    return Build(
        cpu_s=usage.ru_utime + usage.ru_stime,
        wall_s=wall_s,
        peak_bytes=usage.ru_maxrss * 1024,  # Linux counts in kilobytes
        n_queries=report["n_queries"],
        bytes_per_query=report["bytes_per_query"],
        bytes_by_file=sizes,
    )


def _inputs(name: str, temporary: Path) -> tuple[str, list[str]] | None:
    if name == "scale":
        corpus = load_corpus(temporary, 1_000_000)
        return corpus.name, ["--queries", str(corpus.tsv)]
    folder = DATA / name
    if not folder.exists():
        return None
    arguments = ["--events", str(folder / "events.jsonl.gz")]
    counts = folder / "query_counts.tsv.gz"
    if counts.exists():
        return f"{name}/ (events and counts)", [*arguments, "--queries", str(counts)]
    return f"{name}/ (events)", arguments


def _print(builds: dict[str, Build]) -> None:
    rows = []
    for label, build in builds.items():
        rows.append(
            (
                label,
                f"{build.n_queries:,}",
                f"{build.wall_s:.1f}",
                f"{build.cpu_s:.1f}",
                f"{build.peak_bytes / 2**20:.0f}",
                f"{build.bytes_per_query:.1f}",
                f"{sum(build.bytes_by_file.values()) / 2**20:.1f}",
            )
        )
    print()
    print_table(
        ("data", "queries", "elapsed s", "CPU s", "peak MiB", "bytes a query, without histories", "all MiB"), rows
    )
    for label, build in builds.items():
        print()
        sections = sorted(build.bytes_by_file.items(), key=lambda item: -item[1])
        header = (f"sections of {label}", "bytes", "bytes a query")
        print_table(header, [(file, f"{size:,}", f"{size / build.n_queries:.2f}") for file, size in sections])


if __name__ == "__main__":
    main()
