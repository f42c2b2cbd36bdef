"""What a filter costs: the same calls with and without `where`, side by side over a million queries.

    python -m benchmarks.filters [--queries N] [--index DIR]

Attributes are made up: at 50%, 1% and 0.01% of the queries, drawn at random, by the first letters (runs of
neighbours pass or do not), and the half that is searched least (no stored list holds any of it). Calls are
interleaved: each prefix is asked for without and with every filter before the next, and the answers are
checked against a scan.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from benchmarks.corpus import Oracle, load_corpus, read_queries
from benchmarks.machine import print_machine, print_table
from suggest import Engine
from suggest.artifacts import Generation
from suggest.pipelines.build import build

K = 10
_CHECKED = 60
"""Prefixes of each filter whose answers are checked."""


class Filter(NamedTuple):
    """One filter and what it lets through, told by query and count."""

    name: str
    where: dict[str, Any]
    passes: Callable[[str, int], bool]


def main() -> None:
    """Builds, checks, measures and prints."""
    options = _options()
    print_machine("marisa-trie", "numpy")
    with tempfile.TemporaryDirectory() as temporary:
        corpus = load_corpus(Path(temporary), options.queries)
        index_dir = options.index or Path(temporary) / "index"
        filters = _filters(corpus.tsv)
        if not index_dir.exists():
            build(index_dir, queries=[_with_attributes(corpus.tsv, filters)], min_users=1, safety="off", encoder="none")
        generation = Generation.open(index_dir, verify=False)
        _print_bytes(generation)
        print(
            f"data: {corpus.name}; k = {K}; {options.prefixes} weighted prefixes, each asked {options.rounds} times\n"
        )
        prefixes = corpus.weighted[: options.prefixes]
        oracle = Oracle(corpus.tsv)
        # A collection over the oracle's million texts would fall on whatever call comes next.
        gc.freeze()
        with Engine.open(index_dir, verify=False) as engine:
            first_ms = [_first_ms(engine, each) for each in filters]
            rights = [_right(engine, each, oracle, corpus.weighted[-_CHECKED:]) for each in filters]
            for match in ("prefix", "any"):
                us = _timed(engine, match, filters, prefixes, options.rounds)
                _print_calls(match, filters, first_ms, rights, us)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Filters side by side")
    parser.add_argument("--queries", type=int, default=1_000_000, help="at most this many (default: a million)")
    parser.add_argument("--index", type=Path, help="where to keep the index, or to find it from an earlier run")
    parser.add_argument("--prefixes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _filters(tsv: Path) -> list[Filter]:
    median = float(np.median([count for _, count in read_queries(tsv)]))
    shares = {"50%": 2, "1%": 100, "0.01%": 10_000}
    at_random = [
        Filter(f"{share} at random", {"tags": f"random {n}"}, partial(_is_drawn, n=n)) for share, n in shares.items()
    ]
    by_beginning = [
        Filter(f"{share} by beginning", {"tags": f"beginning {n}"}, partial(_is_drawn, n=n, length=4))
        for share, n in shares.items()
    ]
    both = {"all": [{"tags": "random 2"}, {"not": {"tags": "beginning 2"}}]}
    either = {"any": [{"tags": "random 100"}, {"tags": "beginning 10000"}]}
    return [
        *at_random,
        *by_beginning,
        Filter("the least searched half", {"kind": "tail"}, lambda _, count: count <= median),
        Filter("50% and not 50%", both, lambda query, _: _is_drawn(query, 0, 2) and not _is_drawn(query, 0, 2, 4)),
        Filter("1% or 0.01%", either, lambda query, _: _is_drawn(query, 0, 100) or _is_drawn(query, 0, 10_000, 4)),
    ]


def _is_drawn(query: str, _count: int, n: int, length: int | None = None) -> bool:
    """Whether a query, or its beginning, is one of every `n`."""
    return crc32(query[:length].encode()) % n == 1


def _with_attributes(tsv: Path, filters: Sequence[Filter]) -> Path:
    """The corpus with the attributes that the filters ask for."""
    path = tsv.with_name("attributes.tsv")
    tagged = [(each.where["tags"], each.passes) for each in filters if "tags" in each.where]
    tail = next(each.passes for each in filters if "kind" in each.where)
    with path.open("w", encoding="utf-8") as out:
        out.write("query\tcount\tkind\ttags\n")
        for query, count in read_queries(tsv):
            tags = "|".join(tag for tag, passes in tagged if passes(query, count))
            out.write(f"{query}\t{count}\t{'tail' if tail(query, count) else ''}\t{tags}\n")
    return path


def _first_ms(engine: Engine, each: Filter) -> float:
    """CPU milliseconds of the first call with a filter, which compiles it."""
    start = time.process_time()
    engine.complete("", K, where=each.where, match="prefix")
    return 1000 * (time.process_time() - start)


def _right(engine: Engine, each: Filter, oracle: Oracle, prefixes: Sequence[str]) -> int:
    """How many of the prefixes are answered as a scan answers them."""
    right = 0
    for prefix in prefixes:
        expected = [text for text, count in oracle.top(prefix, 1_000_000) if each.passes(text, count)][:K]
        # A scan does not collapse near-duplicates.
        found = engine.complete(prefix, K, where=each.where, match="prefix", collapse=False)
        right += [suggested.query for suggested in found] == expected
    return right


def _timed(
    engine: Engine, match: str, filters: Sequence[Filter], prefixes: Sequence[str], rounds: int
) -> npt.NDArray[np.float64]:
    """CPU microseconds of a call, float64[1 + n_filters, n_prefixes], means over the rounds; without a filter first."""
    spent = np.zeros((1 + len(filters), len(prefixes)))
    asked = [None, *(each.where for each in filters)]
    for _ in range(rounds):
        for column, prefix in enumerate(prefixes):
            for row, where in enumerate(asked):
                start = time.thread_time_ns()
                engine.complete(prefix, K, where=where, match=match)
                spent[row, column] += time.thread_time_ns() - start
    return spent / rounds / 1000


def _print_calls(
    match: str, filters: Sequence[Filter], first_ms: Sequence[float], rights: Sequence[int], us: npt.NDArray[np.float64]
) -> None:
    unfiltered = us[0].mean()
    rows = [("none", f"{unfiltered:.1f}", f"{np.percentile(us[0], 99):.1f}", "1.00", "", "")]
    for each, row, first, right in zip(filters, us[1:], first_ms, rights, strict=True):
        p99, ratio = np.percentile(row, 99), row.mean() / unfiltered
        rows.append((each.name, f"{row.mean():.1f}", f"{p99:.1f}", f"{ratio:.2f}", f"{first:.1f}", str(right)))
    header = (
        f"filter, match={match}",
        "CPU mean µs",
        "p99 µs",
        "of unfiltered",
        "first call ms",
        f"right of {_CHECKED}",
    )
    print_table(header, rows)
    print()


def _print_bytes(generation: Generation) -> None:
    sizes = generation.bytes_by_file()
    own = sum(size for name, size in sizes.items() if name.startswith(("attribute", "id_of_row")))
    print(f"attributes take {own / generation.parameters['n_queries']:.2f} bytes a query")


if __name__ == "__main__":
    main()
