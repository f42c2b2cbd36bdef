"""A million queries with counts and what people type of them: the real set, or a simulated equal."""

from __future__ import annotations

import gzip
import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path

from benchmarks.machine import DATA

_SYLLABLES = [consonant + vowel for consonant in "bcdfghklmnprstvz" for vowel in "aeiou"]


@dataclass(frozen=True)
class Corpus:
    """Queries and the prefixes to ask for.

    Attributes:
        name: what the data is.
        tsv: a plain TSV file with the columns query and count.
        weighted: prefixes cut from queries drawn by count, as typed most.
        uniform: prefixes cut from queries drawn uniformly.
    """

    name: str
    tsv: Path
    weighted: list[str]
    uniform: list[str]


def load_corpus(directory: Path, n_queries: int) -> Corpus:
    """Puts the corpus, or an even part of about `n_queries`, into a directory as plain TSV."""
    tsv = directory / "queries.tsv"
    source = DATA / "scale"
    if not source.exists():
        rows = simulated_queries(n_queries)
        with tsv.open("w", encoding="utf-8") as out:
            out.write("query\tcount\n")
            out.writelines(f"{query}\t{count}\n" for query, count in rows)
        weighted, uniform = _cut(rows, weighted=True), _cut(rows, weighted=False)
        return Corpus(f"{len(rows):,} simulated queries ({source} is absent)", tsv, weighted, uniform)
    with gzip.open(source / "queries.tsv.gz", "rb") as packed, tsv.open("wb") as out:
        out.write(next(packed))
        # The file is sorted by text: every n-th row is a fair part of it, its beginning is not.
        out.writelines(islice(packed, 0, None, -(-1_000_000 // n_queries)))
    prefixes = (_lines(source / f"prefixes_{kind}.txt") for kind in ("weighted", "uniform"))
    return Corpus(f"{sum(1 for _ in read_queries(tsv)):,} queries of scale/", tsv, *prefixes)


def read_queries(tsv: Path) -> Iterator[tuple[str, int]]:
    """The rows of a corpus, one at a time, so that a build's memory is its own."""
    with tsv.open(encoding="utf-8", newline="\n") as lines:
        next(lines)
        for line in lines:
            query, _, count = line.rstrip("\n").partition("\t")
            yield query, int(count)


def simulated_queries(n_queries: int, seed: int = 0) -> list[tuple[str, int]]:
    """Distinct word n-grams over a Zipfian vocabulary of made-up words, with Zipfian counts."""
    rng = random.Random(seed)
    words = list(dict.fromkeys("".join(rng.choices(_SYLLABLES, k=rng.randint(1, 4))) for _ in range(40_000)))
    cumulative = list(accumulate(1 / (rank + 10) for rank in range(len(words))))
    seen: dict[str, None] = {}
    while len(seen) < n_queries:
        length = rng.choices((1, 2, 3, 4), weights=(1, 6, 8, 4))[0]
        seen[" ".join(rng.choices(words, cum_weights=cumulative, k=length))] = None
    return [(query, 2 + 400_000 // rank) for rank, query in enumerate(seen, start=1)]


class Oracle:
    """The right answers by scanning, to check the systems that claim exactness."""

    def __init__(self, tsv: Path) -> None:
        rows = sorted(read_queries(tsv))
        self._texts = [text for text, _ in rows]
        self._counts = [count for _, count in rows]

    def top(self, prefix: str, k: int) -> list[tuple[str, int]]:
        """The best k (query, count) of a prefix by count, ties by text."""
        start = bisect_left(self._texts, prefix)
        end = bisect_right(self._texts, prefix, lo=start, key=lambda text: text[: len(prefix)])
        found = zip(self._texts[start:end], self._counts[start:end], strict=True)
        return sorted(found, key=lambda row: (-row[1], row[0]))[:k]


def _cut(rows: list[tuple[str, int]], *, weighted: bool, n: int = 10_000, seed: int = 1) -> list[str]:
    rng = random.Random(seed)
    weights = [count for _, count in rows] if weighted else None
    drawn = rng.choices([query for query, _ in rows], weights=weights, k=n)
    return [query[: rng.randint(1, len(query))] for query in drawn]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
