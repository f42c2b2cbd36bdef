"""Does the simulated log look like a real one? One table, aggregates only.

    python benchmarks/simulation_realism.py --real ../shared/data/web_search/events.jsonl.gz

Simulates as many users and days as the real log has and prints both columns. Only sums over all
users leave this program: a search log is personal data.
"""

from __future__ import annotations

import argparse
import gzip
import platform
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from suggest.simulation import simulate
from suggest.types import DAY_US, SECOND_US, parse_ts

SESSION_GAP_US = 30 * 60 * SECOND_US
RANKS = (10, 1000)
TOLERANCE = 0.2
JUDGED = ("popularity slope", "query length, mean characters", "repeat rate", "searches per session")


@dataclass
class Log:
    """What is counted of a log while it is read user by user."""

    searches: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    days: set[int] = field(default_factory=set)


def read(path: Path) -> Log:
    """The searches of an event file by user; queries lower-cased, with white space folded."""
    log = Log()
    for record in _records(path):
        if record["type"] == "search":
            ts_us = parse_ts(record["ts"])
            log.searches[record["user"]].append((ts_us, " ".join(record["query"].lower().split())))
            log.days.add(ts_us // DAY_US)
    return log


def measure(log: Log) -> dict[str, float]:
    """The table's column for one log."""
    counts = Counter(query for searches in log.searches.values() for _, query in searches)
    n_searches = counts.total()
    repeats = sessions = 0
    for searches in log.searches.values():
        searches.sort()
        repeats += len(searches) - len({query for _, query in searches})
        sessions += 1 + sum(later - earlier > SESSION_GAP_US for (earlier, _), (later, _) in pairwise(searches))
    lengths = np.repeat([len(query) for query in counts], list(counts.values()))
    words = np.repeat([len(query.split()) for query in counts], list(counts.values()))
    return {
        "users": len(log.searches),
        "days": len(log.days),
        "searches": n_searches,
        "searches per user and day": n_searches / len(log.searches) / len(log.days),
        "popularity slope": slope(counts),
        **_spread("query length", "characters", lengths),
        **_spread("query length", "words", words),
        "repeat rate": repeats / n_searches,
        "searches per session": n_searches / sessions,
        "distinct queries seen once": sum(count == 1 for count in counts.values()) / len(counts),
    }


def slope(counts: Counter[str]) -> float:
    """Slope of log count over log rank, least squares over ranks 10 to 1000, every rank the same weight."""
    first, last = RANKS
    by_rank = sorted(counts.values(), reverse=True)[first - 1 : last]
    ranks = np.arange(first, first + len(by_rank))
    return float(np.polyfit(np.log(ranks), np.log(by_rank), 1)[0])


def main() -> None:
    """Prints the table; exit code 1 when a judged row is off by more than a fifth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, default=Path("../shared/data/web_search/events.jsonl.gz"))
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    real = measure(read(arguments.real))
    with tempfile.TemporaryDirectory() as directory:
        simulate(Path(directory), int(real["users"]), int(real["days"]), arguments.seed)
        simulated = measure(read(Path(directory) / "events.jsonl.gz"))
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, seed {arguments.seed}\n")
    print(f"| {'':38} | {'real log':>10} | {'simulated':>10} | {'ratio':>6} | within 20% |")
    print(f"|{'-' * 40}|{'-' * 11}:|{'-' * 11}:|{'-' * 7}:|{'-' * 12}|")
    for name, value in real.items():
        ratio = simulated[name] / value
        verdict = ("yes" if abs(ratio - 1) <= TOLERANCE else "NO") if name in JUDGED else ""
        print(f"| {name:38} | {value:10,.2f} | {simulated[name]:10,.2f} | {ratio:6.2f} | {verdict:10} |")
    if any(abs(simulated[name] / real[name] - 1) > TOLERANCE for name in JUDGED):
        raise SystemExit(1)


def _spread(what: str, unit: str, values: npt.NDArray[np.int64]) -> dict[str, float]:
    low, middle, high = np.percentile(values, [25, 50, 75])
    return {
        f"{what}, mean {unit}": float(values.mean()),
        f"{what}, 1st quartile {unit}": float(low),
        f"{what}, median {unit}": float(middle),
        f"{what}, 3rd quartile {unit}": float(high),
    }


def _records(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path) as lines:
        for line in lines:
            yield orjson.loads(line)


if __name__ == "__main__":
    main()
