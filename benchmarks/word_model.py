"""Endings of queries that nobody searched before, beside suffixes of queries.

    python -m benchmarks.word_model [--events EVENTS] [--queries COUNTS] [--share 0.8] [--tests N]

Builds an index from the first part of a log and of counts, and asks for the endings of later queries that are
in neither, cut by the prefix protocol (docs/evaluation.md). All systems show only words and pairs that enough
people used. Prints aggregates only: logs are of real people.

Source: suffixes as in Mitra & Craswell, "Query Auto-Completion for Rare Prefixes", CIKM 2015.
"""

from __future__ import annotations

import argparse
import gzip
import random
import tempfile
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from benchmarks.machine import DATA, print_machine, print_table
from suggest.artifacts import Generation
from suggest.evaluation.protocol import comparison_text, is_test, typed_prefix
from suggest.index import Budget
from suggest.index.word_model import MAX_ADDED, SECTION, WordModel
from suggest.pipelines.build import MAX_PER_USER, build
from suggest.text import normalise, normalise_prefix
from suggest.text.tokens import join, tokens, typed_tokens

K = 24

Words = tuple[str, ...]
System = Callable[[Sequence[str], str], list[Words]]


class Case(NamedTuple):
    """What was typed of a query, and the whole of it."""

    prefix: str
    target: str


def main() -> None:
    """Builds, asks and prints."""
    options = _options()
    if not options.events.exists():
        raise SystemExit(f"the log is absent: expected {options.events}")
    print_machine("numpy", "duckdb", "marisa-trie")
    records = sorted(_records(options.events), key=lambda record: str(record["ts"]))
    n_train = int(len(records) * options.share)
    weights = _weights(records[:n_train], options.queries)
    cases = _unseen(records[n_train:], weights)
    random.Random(1).shuffle(cases)
    cases = cases[: options.tests]
    with tempfile.TemporaryDirectory() as folder:
        model, n_bytes, n_queries = _built(Path(folder), records[:n_train], options.queries)
        print(
            f"data: {options.events.parent.name}/, {n_train:,} events to train on, {len(cases):,} unseen queries after"
        )
        print(f"model: {len(model):,} words, {n_bytes / n_queries:.1f} bytes for each of {n_queries:,} queries")
        n_characters = sum(len(case.target) + 1 for case in cases)
        nats = -sum(model.log_probability(tokens(case.target)) for case in cases) / n_characters
        print(f"an unseen query costs {nats:.3f} nats a character")
        print(f"{sum(_is_within_reach(model, case) for case in cases) / len(cases):.1%} may be generated at all\n")
        header = (f"{K} endings by", "the right one is there", "MRR", "CPU µs, mean")
        print_table(header, [_row(name, system, cases) for name, system in _systems(model, weights).items()])


def _records(path: Path) -> Iterator[Mapping[str, Any]]:
    with gzip.open(path, "rb") as lines:
        for line in lines:
            record = orjson.loads(line)
            if record.get("type", "search") == "search":
                yield record


def _weights(records: Sequence[Mapping[str, Any]], counts: Path | None) -> Counter[str]:
    """Weight of each query, as a build has it."""
    by_user = Counter((normalise(record["query"]), record["user"]) for record in records)
    weights: Counter[str] = Counter()
    for (query, _), n_searches in by_user.items():
        weights[query] += min(n_searches, MAX_PER_USER)
    if counts is not None:
        with gzip.open(counts, "rt", encoding="utf-8", newline="\n") as lines:
            for line in islice(lines, 1, None):
                query, count = line.rstrip("\n").split("\t")
                weights[normalise(query)] += int(count)
    del weights[""]
    return weights


def _unseen(records: Sequence[Mapping[str, Any]], weights: Counter[str]) -> list[Case]:
    cases: list[Case] = []
    previous: dict[str, str] = {}
    for record in records:
        query, key = comparison_text(record["query"]), normalise(record["query"])
        if key not in weights and is_test(query, previous.get(record["user"])):
            cases.append(Case(normalise_prefix(typed_prefix(record)), key))
        previous[record["user"]] = query
    return cases


def _built(folder: Path, records: Sequence[Mapping[str, Any]], counts: Path | None) -> tuple[WordModel, int, int]:
    events = folder / "train.jsonl"
    events.write_bytes(b"\n".join(map(orjson.dumps, records)))
    report = build(folder / "index", events=[events], queries=[counts] if counts else [], encoder="none")
    generation = Generation.open(folder / "index")
    n_bytes = sum(size for name, size in generation.bytes_by_file().items() if name.startswith(SECTION))
    return WordModel(generation), n_bytes, report.n_queries


def _is_within_reach(model: WordModel, case: Case) -> bool:
    context, _ = typed_tokens(case.prefix)
    target = tokens(case.target)
    met = target[max(len(context) - 1, 0) :]
    is_admitted = all(map(model.admits_word, met)) and all(model.admits_pair(*pair) for pair in pairwise(met))
    return is_admitted and target[: len(context)] == context and len(target) - len(context) <= MAX_ADDED


def _row(name: str, system: System, cases: Sequence[Case]) -> tuple[str, ...]:
    n_found, reciprocal, spent_ns = 0, 0.0, 0
    for case in cases:
        context, unfinished = typed_tokens(case.prefix)
        started = time.process_time_ns()
        found = system(context, unfinished)
        spent_ns += time.process_time_ns() - started
        texts = [join([*context, *ending]) for ending in found]
        if case.target in texts:
            n_found += 1
            reciprocal += 1 / (texts.index(case.target) + 1)
    n = len(cases)
    return name, f"{n_found / n:.2%}", f"{reciprocal / n:.4f}", f"{spent_ns / n / 1000:.0f}"


def _systems(model: WordModel, weights: Counter[str]) -> dict[str, System]:
    suffixes = Suffixes(model, weights)
    return {
        "suffixes that start with the unfinished word": suffixes.of_unfinished,
        "suffixes that start with the word before it": suffixes.of_word_before,
        "word bigrams (the index)": partial(_bigrams, model),
    }


def _bigrams(model: WordModel, context: Sequence[str], unfinished: str) -> list[Words]:
    return [ending.words for ending in model.endings(context, unfinished, K, Budget(1_000_000))]


class Suffixes:
    """The heaviest last words of queries."""

    def __init__(self, model: WordModel, weights: Counter[str]) -> None:
        self._model = model
        sums: Counter[Words] = Counter()
        for query, weight in weights.items():
            found = tuple(tokens(query))
            sums.update({found[at:]: weight for at in range(len(found))})
        by_first = defaultdict(list)
        for suffix, _ in sorted(sums.items(), key=lambda row: (-row[1], row[0])):
            if all(map(model.admits_word, suffix)) and all(model.admits_pair(*pair) for pair in pairwise(suffix)):
                by_first[suffix[0]].append((-sums[suffix], suffix))
        self._by_first = dict(by_first)
        self._firsts = sorted(by_first)

    def of_unfinished(self, context: Sequence[str], unfinished: str) -> list[Words]:
        """Whatever starts with the unfinished word; after a space, what follows the last word."""
        if not unfinished:
            return self.of_word_before(context, unfinished)
        start, end = (bisect_left(self._firsts, text) for text in (unfinished, unfinished + "\U0010ffff"))
        rows = sorted(row for first in self._firsts[start:end] for row in self._by_first[first])
        follows = (suffix for _, suffix in rows if not context or self._model.admits_pair(context[-1], suffix[0]))
        return list(islice((suffix for suffix in follows if len(suffix) <= MAX_ADDED), K))

    def of_word_before(self, context: Sequence[str], unfinished: str) -> list[Words]:
        """What follows the last complete word; where there is none, as of the unfinished word."""
        if not context:
            return self.of_unfinished(context, unfinished) if unfinished else []
        rows = self._by_first.get(context[-1], ())
        rests = (suffix[1:] for _, suffix in rows if len(suffix) > 1 and suffix[1].startswith(unfinished))
        return list(islice((rest for rest in rests if len(rest) <= MAX_ADDED), K))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Endings of queries that nobody searched before")
    web = DATA / "web_search"
    parser.add_argument("--events", type=Path, default=web / "events.jsonl.gz")
    parser.add_argument("--queries", type=Path, help="counts; of the default log its own")
    parser.add_argument("--share", type=float, default=0.8, help="of the events, to train on")
    parser.add_argument("--tests", type=int, default=5000, help="at most this many unseen queries")
    options = parser.parse_args()
    if options.events.parent == web:
        options.queries = options.queries or web / "query_counts.tsv.gz"
    return options


if __name__ == "__main__":
    main()
