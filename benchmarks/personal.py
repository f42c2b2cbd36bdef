"""What a personal answer costs, and where: a trained ranker, own history, endings of words, all fallbacks.

    python -m benchmarks.personal

Builds and trains on the first part of a web search log and asks for the prefixes of the rest, histories loaded.
Prints aggregates only: the log is of real people.
"""

from __future__ import annotations

import cProfile
import multiprocessing
import pstats
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.cut_log import CutLog
from benchmarks.machine import print_machine, print_table, scale_us
from suggest import Engine
from suggest.candidates import gather
from suggest.candidates.collapse import collapsed
from suggest.candidates.endings import own_endings, public_endings
from suggest.candidates.fallbacks import FALLBACKS
from suggest.evaluation import test_rows
from suggest.evaluation.protocol import typed_prefix
from suggest.features import compute
from suggest.pipelines.build import build
from suggest.pipelines.train import train
from suggest.rank import chosen, repetition, score_parts

N_ASKED = 3000
DAYS = 16

STAGES = {
    "gather candidates": gather,
    "  own endings": own_endings,
    "  endings of the word model": public_endings,
    **{f"  fallback: {fallback.name}": fallback.find for fallback in FALLBACKS},
    "  near-duplicates": collapsed,
    "features": compute,
    "ranker": score_parts,
    "repetition": repetition,
    "choose, policy": chosen,
}

Asked = tuple[str, str, str]


def main() -> None:
    """Prints the distribution of CPU time with and without the fallbacks, and the share of each stage."""
    log = CutLog("web_search", DAYS)
    print_machine("numpy")
    rows = test_rows(log.events, log.from_us)[:N_ASKED]
    now = log.events[rows[-1]][1]["ts"]
    asked = [(typed_prefix(record), event.user, now) for event, record in (log.events[row] for row in rows)]
    with tempfile.TemporaryDirectory() as directory:
        events = log.write_train(Path(directory) / "train.jsonl")
        build(Path(directory) / "index", events=[events], queries=log.count_files)
        train(Path(directory) / "index", surfaces=["typeahead"])
        # As a worker has it: a process that trained is slower, its memory being in pieces.
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            pool.apply(_measure, (Path(directory) / "index", asked))


def _measure(index_dir: Path, asked: Sequence[Asked]) -> None:
    with Engine.open(index_dir) as engine:
        _print(engine, asked)


def _print(engine: Engine, asked: Sequence[Asked]) -> None:
    n_candidates = [len(engine.scored(prefix, user, now).candidates) for prefix, user, now in asked]
    profile = cProfile.Profile()
    with profile:
        for prefix, user, now in asked:
            engine.complete(prefix, user=user, now=now)
    print(f"{len(asked):,} answers, candidates: mean {np.mean(n_candidates):.0f}, most {max(n_candidates)}\n")
    times = {match: _times(engine, asked, match) for match in ("any", "prefix")}
    rows = [(match, *(f"{value:.0f}" for value in _figures(cost))) for match, cost in times.items()]
    print_table(("match", "mean us", "p50", "p90", "p99"), rows)
    print(f"\nfor scale, sum(range(10_000)): {scale_us():.0f} us\n")
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    total = sum(entry[2] for entry in stats.values())
    shares = []
    for name, function in STAGES.items():
        code = function.__code__
        entry = stats.get((code.co_filename, code.co_firstlineno, code.co_name))
        if entry:
            shares.append((name, f"{entry[1] / len(asked):.2f}", f"{100 * entry[3] / total:.1f}%"))
    print_table(("stage, indented ones within", "calls an answer", "share of time, profiled"), shares)


def _times(engine: Engine, asked: Sequence[Asked], match: str) -> npt.NDArray[np.float64]:
    """CPU time of each answer in µs."""
    costs = []
    for prefix, user, now in asked:
        started = time.thread_time_ns()
        engine.complete(prefix, user=user, now=now, match=match)
        costs.append((time.thread_time_ns() - started) / 1000)
    return np.array(costs)


def _figures(costs: npt.NDArray[np.float64]) -> list[float]:
    return [float(costs.mean()), *np.percentile(costs, [50, 90, 99]).tolist()]


if __name__ == "__main__":
    main()
