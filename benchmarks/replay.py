"""How many events a minute are replayed with features of up to 64 candidates, on one process and on all cores.

    python -m benchmarks.replay [--days 4] [--processes 2]

Builds an index of a web search log up to its last days and replays these for training. Says whether all processes find
the bytes that one finds. The log is of real people: prints counts only.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np

from benchmarks.machine import DATA, print_machine, print_table
from suggest import Engine
from suggest.evaluation.examples import ExampleList, examples_in_processes
from suggest.pipelines.build import build
from suggest.pipelines.training_log import Cut, LogFiles, cut_log, later_log
from suggest.types import DAY_US

EVENTS = DATA / "web_search" / "events.jsonl.gz"
COUNTS = DATA / "web_search" / "query_counts.tsv.gz"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--days", type=float, default=4, help="how many of the last days to replay (default: 4)")
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    arguments = parser.parse_args()
    if not EVENTS.exists():
        sys.exit(f"{EVENTS} is absent: nothing to replay")
    print_machine("shorttext-suggest", "numpy")
    log = LogFiles([EVENTS])
    cut = _last_days(log, arguments.days)
    with tempfile.TemporaryDirectory() as folder:
        build(folder, events=[EVENTS], queries=[COUNTS], as_of_us=cut.from_us - 1)
        rows, digests = zip(*_measured(folder, log, cut, sorted({1, arguments.processes})), strict=True)
    print_table(("processes", "events", "lists", "candidates a list", "CPU s", "s", "events a minute of CPU"), rows)
    print("the same bytes:", "yes" if len(set(digests)) == 1 else "NO")


def _last_days(log: LogFiles, days: float) -> Cut:
    whole = cut_log(log)
    latest_us = max(event.known_at_us for event, _ in later_log(log, whole))
    return whole._replace(from_us=int(latest_us - days * DAY_US))


def _measured(folder: str, log: LogFiles, cut: Cut, processes: list[int]) -> Iterator[tuple[tuple[str, ...], str]]:
    later = later_log(log, cut)
    opener = partial(Engine.open, Path(folder), ranker="none", verify=False)
    for number in processes:
        # CPU and not wall time, children included: other work on the machine is not counted.
        started, cpu_s = time.perf_counter(), _cpu_s()
        lists = list(examples_in_processes(opener, later, cut.from_us, number))
        took_s, cpu_s = time.perf_counter() - started, _cpu_s() - cpu_s
        n_candidates = float(np.mean([len(found.keys) for found in lists]))
        amounts = (f"{len(later):,}", f"{len(lists):,}", f"{n_candidates:.1f}", f"{cpu_s:.1f}", f"{took_s:.1f}")
        yield (str(number), *amounts, f"{60 * len(later) / cpu_s:,.0f}"), _digest(lists)


def _cpu_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _digest(lists: list[ExampleList]) -> str:
    digest = sha256()
    for found in lists:
        digest.update("\n".join(found.keys).encode())
        digest.update(found.features.tobytes())
        digest.update(found.labels.tobytes())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
