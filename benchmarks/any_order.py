"""Words in any order over a million queries, the last one unfinished, side by side with other systems.

    python -m benchmarks.any_order [--queries N] [--systems word_index,...]

Built, opened and timed as `benchmarks.completion` does. What is typed: queries of two or more words,
their words shuffled and the last one cut. Answers are checked against a scan first: this project's word
for word, with a word of its own in the query for every typed one; the others by the counts of theirs,
where one word may also serve for two.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from benchmarks.completion import _build, _in_process, _interleaved, _print_builds, _print_lookups, _Remote, _system
from benchmarks.corpus import load_corpus, read_queries
from benchmarks.machine import print_machine
from benchmarks.systems import lucene_infix
from benchmarks.systems.system import K
from suggest.text import words

SYSTEMS = ("word_index", "completype_segment", "sqlite_fts5_words", "lucene_infix")
_CHECKED = 300
"""Inputs of each kind whose answers are checked."""


class WordOracle:
    """The right answers by looking at every query that holds the rarest of the finished words."""

    def __init__(self, tsv: Path) -> None:
        rows = sorted(read_queries(tsv), key=lambda row: (-row[1], row[0]))
        self._texts = [text for text, _ in rows]
        self.counts = dict(rows)
        self._rows: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        for number, text in enumerate(self._texts):
            for word in set(words(text)):
                self._rows[word].append(number)

    def top(self, typed: str, k: int, *, own_word: bool) -> list[str]:
        """The best k queries that match; `own_word` asks for a word of its own for every typed one."""
        *complete, last = words(typed)
        rows = min((self._rows[word] for word in complete), key=len)
        texts = (self._texts[number] for number in rows)
        found = (text for text in texts if _is_match(Counter(words(text)), complete, last, own_word=own_word))
        return list(islice(found, k))


def _is_match(held: Counter[str], complete: Sequence[str], last: str, *, own_word: bool) -> bool:
    if not all(held[word] for word in complete):
        return False
    if own_word:
        held.subtract(complete)
    return min(held.values()) >= 0 and any(word.startswith(last) and n > 0 for word, n in held.items())


def typed_inputs(rows: Sequence[tuple[str, int]], n: int, *, weighted: bool, seed: int = 7) -> list[str]:
    """Queries of two or more words, drawn by count or evenly, shuffled, the last word cut to one letter or more."""
    rng = random.Random(seed)
    candidates = [(query, count) for query, count in rows if len(words(query)) > 1]
    weights = [count for _, count in candidates] if weighted else None
    inputs = []
    for query in rng.choices([query for query, _ in candidates], weights=weights, k=n):
        *complete, last = rng.sample(words(query), len(words(query)))
        inputs.append(" ".join([*complete, last[: rng.randint(1, len(last))]]))
    return inputs


def main() -> None:
    """Builds, checks, measures and prints."""
    options = _options()
    print_machine("completype", "marisa-trie", "numpy")
    with tempfile.TemporaryDirectory() as temporary:
        corpus = load_corpus(Path(temporary), options.queries)
        print(f"data: {corpus.name}; k = {K}; {options.rounds} rounds of {options.inputs} inputs each\n")
        built = {name: _in_process(_build, name, corpus.tsv, Path(temporary) / name) for name in options.systems}
        opened = {name: _Remote(name, Path(temporary) / name) for name in options.systems}
        rows = list(read_queries(corpus.tsv))
        oracle = WordOracle(corpus.tsv)
        for kind in ("weighted", "uniform"):
            inputs = typed_inputs(rows, options.rounds * options.inputs, weighted=kind == "weighted")
            rights = {name: _right(name, remote, inputs[:_CHECKED], oracle) for name, remote in opened.items()}
            _print_lookups(kind, _interleaved(opened, inputs, options.rounds, options.inputs), rights)
        _print_builds(built, {name: remote.ask("private_bytes") for name, remote in opened.items()}, len(rows))
        for remote in opened.values():
            remote.close()


def _right(name: str, remote: _Remote, inputs: Sequence[str], oracle: WordOracle) -> str:
    """How many answers are as a scan has them, by what the system claims."""
    order = _system(name).ORDER
    if order == "own":
        return "own order"
    right = 0
    for typed in inputs:
        expected = oracle.top(typed, K, own_word=order == "text")
        answer = remote.ask("answer", typed)
        if order == "text":
            right += answer == expected
        else:
            right += [oracle.counts.get(text) for text in answer] == [oracle.counts[text] for text in expected]
    return f"{right} of {len(inputs)}"


def _options() -> argparse.Namespace:
    available = [name for name in SYSTEMS if name != "lucene_infix" or lucene_infix.classpath()]
    parser = argparse.ArgumentParser(description="Words in any order side by side")
    parser.add_argument("--queries", type=int, default=1_000_000, help="at most this many (default: a million)")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--inputs", type=int, default=300, help="in each round")
    parser.add_argument("--systems", type=lambda text: text.split(","), default=available, help=",".join(SYSTEMS))
    if "lucene_infix" not in available:
        print("Lucene is left out: its jars are absent (Debian: liblucene8-java)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
