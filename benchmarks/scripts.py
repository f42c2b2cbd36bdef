"""Names of cities in every script: half are indexed, the others are typed.

    python -m benchmarks.scripts [--per-script 300]

Each city of `cities/` is a query whose count is its population. Half of its other names, chosen by a hash, are its
aliases; the other half is typed, whole and cut at 60% of its characters, as it is and romanised by ICU. A city is
found when it is among the first ten. Peers get the same names, each as an entry of its own with the count of its
city, and may answer with any of them. What is cut may begin the names of more than ten cities: the last rows are of
an oracle that knows every name, those typed too, as written and romanised, and answers with the most populous.
"""

from __future__ import annotations

import argparse
import gzip
import random
import sqlite3
import tempfile
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from itertools import islice, takewhile
from pathlib import Path
from typing import NamedTuple

import completype
import icu
import numpy as np

from benchmarks.machine import DATA, print_machine, print_table
from suggest import Engine
from suggest.pipelines.build import build
from suggest.text import normalise
from suggest.text.keys import fold

K = 10
CUT = 0.6
NEAR, REACHABLE = 0.2, 0.4
"""Edits a letter of what is typed, both romanised by ICU, for a transliteration and for what one can reach."""

_MOST_CHARS = 100
_FEWEST = 30
_LATIN = 5
"""Times as many names in Latin letters: most names are, in many languages and systems."""
_ROMANISED = icu.Transliterator.createInstance("Any-Latin; Latin-ASCII; Lower")

Answers = Callable[[str], Sequence[str]]


class City(NamedTuple):
    """A city and its other names, by whether they are indexed."""

    name: str
    population: int
    indexed: list[str]
    held_out: list[str]


class Case(NamedTuple):
    """A name that is typed.

    Attributes:
        city: what is meant.
        script: of the name.
        typed: by mode, the text.
        reach: whether a transliteration can find it, by the nearest indexed name.
    """

    city: str
    script: str
    typed: dict[str, str]
    reach: str


def main() -> None:
    """Prints the tables: by script, by what a transliteration can reach, and what it cost."""
    parser = argparse.ArgumentParser(description="Names of cities in every script")
    parser.add_argument("--per-script", type=int, default=300, help="names typed of each script (default: 300)")
    options = parser.parse_args()
    source = DATA / "cities" / "cities.tsv.gz"
    if not source.exists():
        raise SystemExit(f"the names are absent: expected {source}")
    print_machine("pyicu-wheels", "pypinyin", "completype")
    cities = list(_cities(source))
    n_indexed = sum(len(city.indexed) for city in cities)
    cases = _cases(cities, options.per_script)
    print(f"data: cities/, {len(cities):,} cities with {n_indexed:,} other names indexed, {len(cases):,} typed\n")
    found = {}
    with _engine(cities) as engine:
        found["suggest"] = _hits(cases, engine)
        _print_cost(cases, engine)
    found["SQLite FTS5, remove_diacritics 2"] = _hits(cases, _fts5(cities))
    with _completype(cities) as segment:
        found["completype"] = _hits(cases, segment)
    _print_scripts(cases, found)
    _print_reach(cases, found | {"every name known": _hits(cases, _all_known(cities))})


def _cities(source: Path) -> Iterator[City]:
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            name, country, population, aliases = line.rstrip("\n").split("\t")
            halves: tuple[list[str], list[str]] = ([], [])
            for alias in dict.fromkeys(aliases.split("|")):
                if 0 < len(normalise(alias)) <= _MOST_CHARS and alias != name:
                    halves[sha256(f"{name}|{country}|{alias}".encode()).digest()[0] % 2].append(alias)
            yield City(name, int(population), *halves)


def _cases(cities: Sequence[City], per_script: int) -> list[Case]:
    by_script: dict[str, list[tuple[City, str]]] = defaultdict(list)
    for city in cities:
        for name in city.held_out:
            by_script[_script(name)].append((city, name))
    draw = random.Random(2026)
    kept = {script: names for script, names in by_script.items() if len(names) >= _FEWEST}
    chosen = [
        (script, city, name)
        for script, names in sorted(kept.items(), key=lambda item: -len(item[1]))
        for city, name in draw.sample(names, min(per_script * (_LATIN if script == "Latin" else 1), len(names)))
    ]
    return [Case(normalise(city.name), script, _typed(name), _reach(city, name)) for script, city, name in chosen]


def _script(name: str) -> str:
    counts = Counter(icu.Script.getScript(char).getName() for char in name)
    counts = Counter({script: n for script, n in counts.items() if script not in {"Common", "Inherited"}})
    if counts.keys() & {"Hiragana", "Katakana"}:
        return "Kana"
    return counts.most_common(1)[0][0] if counts else "none"


def _typed(name: str) -> dict[str, str]:
    latin: str = _ROMANISED.transliterate(name)
    return {"whole": name, "cut": _cut(name), "romanised": latin, "romanised, cut": _cut(latin)}


def _cut(name: str) -> str:
    return name[: max(1, round(CUT * len(name)))]


def _reach(city: City, name: str) -> str:
    """By the nearest of the indexed names, in letters of ICU's romanisation and so not by what is measured."""
    typed = _letters(name)
    names = [city.name, *city.indexed]
    apart = {other: _edits(typed, _letters(other)) / max(1, len(typed)) for other in names}
    foreign = [apart[other] for other in names if _script(other) != "Latin"]
    if min(foreign, default=1) <= NEAR:
        return "1 transliterations of an indexed name in another script than Latin"
    return "2 others within reach of a transliteration" if min(apart.values()) <= REACHABLE else "3 out of reach"


def _letters(name: str) -> str:
    return "".join(char for char in _ROMANISED.transliterate(name) if char.isalnum())


def _edits(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for count, char in enumerate(one, start=1):
        following = [count]
        for at, wanted in enumerate(other):
            following.append(min(row[at] + (char != wanted), row[at + 1] + 1, following[-1] + 1))
        row = following
    return row[-1]


def _hits(cases: Sequence[Case], answers: Answers) -> list[dict[str, bool]]:
    return [{mode: case.city in map(normalise, answers(text)) for mode, text in case.typed.items()} for case in cases]


@contextmanager
def _engine(cities: Sequence[City]) -> Iterator[Answers]:
    """Built from a file of queries, asked through `Engine.complete`."""
    with tempfile.TemporaryDirectory() as directory:
        queries = Path(directory) / "cities.tsv"
        with queries.open("w", encoding="utf-8") as out:
            out.write("query\tcount\taliases\n")
            out.writelines(f"{city.name}\t{city.population}\t{'|'.join(city.indexed)}\n" for city in cities)
        start = time.perf_counter()
        build(Path(directory) / "index", queries=[queries], encoder="none", min_users=1, safety="off")
        print(f"build: {time.perf_counter() - start:.0f} s")
        with Engine.open(Path(directory) / "index", state=None) as engine:
            yield lambda text: [found.query for found in engine.complete(text, k=K, collapse=False)]


def _fts5(cities: Sequence[City]) -> Answers:
    """Each name a row; the first word must begin the name, as in a search box."""
    database = sqlite3.connect(":memory:")
    database.execute("create virtual table names using fts5(name, city unindexed, population unindexed, "
                     "tokenize=\"unicode61 remove_diacritics 2\", prefix='1 2 3')")  # fmt: skip
    database.executemany("insert into names values (?, ?, ?)", _entries(cities))

    def answers(text: str) -> list[str]:
        words = normalise(text).replace('"', " ")
        if not any(char.isalnum() for char in words):
            return []
        rows = database.execute(
            "select city, max(population) from names where names match ? group by city order by 2 desc limit ?",
            (f'^"{words}"*', K),
        )
        return [city for city, _ in rows]

    return answers


@contextmanager
def _completype(cities: Sequence[City]) -> Iterator[Answers]:
    """Each name an entry of its own; its own defaults, which correct misspellings and fold accents."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "segment"
        of_name: dict[str, list[str]] = defaultdict(list)
        rows = []
        for number, (name, city, population) in enumerate(_entries(cities)):
            of_name[name].append(city)
            rows.append({"id": number, "text": name, "popularity": float(population)})
        completype.Segment.build(iter(rows), path=path)
        index = completype.Index([completype.Segment.open(path)])
        yield lambda text: list(
            dict.fromkeys(city for found in index.complete(text, 4 * K) for city in of_name.get(found.text, ()))
        )[:K]


def _all_known(cities: Sequence[City]) -> Answers:
    """The most populous cities of which any name begins with what is typed, case apart."""
    known = sorted(
        {
            (form, -city.population, normalise(city.name))
            for city in cities
            for name in (city.name, *city.indexed, *city.held_out)
            for form in (normalise(name), fold(name), fold(_ROMANISED.transliterate(name)))
        }
    )

    def answers(text: str) -> list[str]:
        typed = fold(text)
        start = bisect_left(known, (typed,))
        found = takewhile(lambda row: row[0].startswith(typed), islice(known, start, None))
        return list(dict.fromkeys(city for _, city in sorted(row[1:] for row in found)))[:K]

    return answers


def _entries(cities: Sequence[City]) -> list[tuple[str, str, int]]:
    return [(name, city.name, city.population) for city in cities for name in (city.name, *city.indexed)]


def _print_cost(cases: Sequence[Case], answers: Answers) -> None:
    texts = [text for case in cases for text in case.typed.values()]
    draw = random.Random(1)
    cost_us = []
    for text in draw.sample(texts, min(1000, len(texts))):
        start = time.thread_time()
        answers(text)
        cost_us.append((time.thread_time() - start) * 1e6)
    p50, p99 = np.percentile(cost_us, [50, 99])
    print(f"one answer: mean {np.mean(cost_us):.0f} µs, p50 {p50:.0f} µs, p99 {p99:.0f} µs of CPU\n")


def _print_scripts(cases: Sequence[Case], found: dict[str, list[dict[str, bool]]]) -> None:
    modes = list(cases[0].typed)
    rows = []
    for script in dict.fromkeys(case.script for case in cases):
        at = [number for number, case in enumerate(cases) if case.script == script]
        shares = {name: [_share(hits, at, mode) for mode in modes] for name, hits in found.items()}
        peers = [max(shares[name][column] for name in shares if name != "suggest") for column in range(len(modes))]
        pairs = zip(shares["suggest"], peers, strict=True)
        rows.append([script, str(len(at)), *(f"{ours:.2f} ({peer:.2f})" for ours, peer in pairs)])
    print("S@10 by script of the name typed; in brackets the best peer\n")
    print_table(["script", "names", *modes], rows)


def _print_reach(cases: Sequence[Case], found: dict[str, list[dict[str, bool]]]) -> None:
    modes = list(cases[0].typed)
    rows = []
    for reach in sorted({case.reach for case in cases}):
        at = [number for number, case in enumerate(cases) if case.reach == reach]
        for name, hits in found.items():
            shares = [f"{_share(hits, at, mode):.2f}" for mode in modes]
            rows.append([reach if name == "suggest" else "", name, str(len(at)), *shares])
    print("\nS@10 by what a transliteration can reach\n")
    print_table(["names typed", "system", "names", *modes], rows)


def _share(hits: Sequence[dict[str, bool]], at: Sequence[int], mode: str) -> float:
    return float(np.mean([hits[number][mode] for number in at]))


if __name__ == "__main__":
    main()
