"""What the most expensive inputs cost: CPU time of each and the nodes it visited.

    python -m benchmarks.adversarial [--queries N]

On the million of `scale/` or a simulated equal. The target: no input takes longer than 5 ms.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.adversarial_inputs import adversarial_inputs
from benchmarks.corpus import load_corpus
from benchmarks.machine import print_machine, print_table
from suggest.engine import Engine
from suggest.pipelines.build import build

TARGET_MS = 5.0


class Cost(NamedTuple):
    """What one input cost.

    Attributes:
        cpu_ms: the smallest of some repetitions, since a busy machine only ever adds.
        visited: nodes.
        cut: whether a search ran out of budget.
    """

    cpu_ms: float
    visited: int
    cut: bool


def main() -> None:
    """Builds, measures and prints."""
    parser = argparse.ArgumentParser(description="The most expensive inputs")
    parser.add_argument("--queries", type=int, default=1_000_000, help="at most this many (default: a million)")
    parser.add_argument("--repeat", type=int, default=3, help="times each input is measured (default: 3)")
    options = parser.parse_args()
    print_machine("numpy", "marisa-trie")
    with tempfile.TemporaryDirectory() as folder:
        corpus = load_corpus(Path(folder), options.queries)
        build(Path(folder) / "index", queries=[corpus.tsv], min_users=1, safety="off")
        with Engine.open(Path(folder) / "index") as engine:
            _print(f"{corpus.name}", engine, options.repeat)


def _print(name: str, engine: Engine, repeat: int) -> None:
    costs: dict[str, list[Cost]] = defaultdict(list)
    for family, text in adversarial_inputs():
        costs[family].append(_cost(engine, text, repeat))
    rows = []
    for family, found in costs.items():
        cpu_ms = np.array([cost.cpu_ms for cost in found])
        rows.append(
            [
                family,
                f"{len(found):,}",
                f"{cpu_ms.mean():.2f}",
                f"{np.percentile(cpu_ms, 99):.2f}",
                f"{cpu_ms.max():.2f}",
                f"{max(cost.visited for cost in found):,}",
                str(sum(cost.cut for cost in found)),
                str(int((cpu_ms > TARGET_MS).sum())),
            ]
        )
    print(f"data: {name}")
    print_table(["inputs", "n", "CPU ms mean", "p99", "max", "most nodes", "cut", f"over {TARGET_MS:g} ms"], rows)


def _cost(engine: Engine, text: str, repeat: int) -> Cost:
    best = float("inf")
    for _ in range(repeat):
        start = time.process_time()
        answer = engine.answer(text)
        best = min(best, time.process_time() - start)
    return Cost(best * 1e3, answer.visited, bool(answer.cut))


if __name__ == "__main__":
    main()
