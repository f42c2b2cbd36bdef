"""Misspelt words, side by side with SymSpell and completype.

    python -m benchmarks.spelling [--languages en,de] [--words N] [--rounds N]

English misspellings are people's own (`spelling/misspellings_en`), each answered with edit costs learned
without its fifth of the words (five folds, by a hash of what was meant). Those of the other languages are
simulated: once with the learned costs, which favours who has learned them, and once with edits drawn evenly.
Every system has the same vocabulary with the same counts (`words/`, unaccented) and answers every misspelling
in turn; its answers and CPU time are taken together. This project is asked as its users do: a built index,
`Engine.complete(typed)`, which collapses near-duplicates (`womens` and `women`), and without that.
"""

from __future__ import annotations

import argparse
import gzip
import math
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import numpy as np

from benchmarks.machine import DATA, print_machine, print_table
from suggest import Engine
from suggest.pipelines.build import build
from suggest.pipelines.edit_costs import Pair, learn, read_pairs
from suggest.text import normalise, unaccented, words
from suggest.text.edits import EditCosts

LANGUAGES = ("en", "de", "fr", "es", "pt")
K = 10
_FOLDS = 5
_SEED = 20000
_TWO_EDITS = 0.3
"""Share of simulated misspellings with two edits, as among those of `misspellings_en` within two."""

System = Callable[[str], Sequence[str]]


class Case(NamedTuple):
    """A misspelling: what was typed and meant, and which costs were learned without it."""

    typed: str
    meant: str
    fold: int


class Figures(NamedTuple):
    """Answers and times of one system: ranks from 1, 0 where absent; microseconds of CPU."""

    ranks: list[int]
    cpu_us: list[float]


def main() -> None:
    """Builds, measures and prints a table for each set of misspellings."""
    parser = argparse.ArgumentParser(description="Misspellings side by side")
    parser.add_argument("--languages", type=lambda text: text.split(","), default=LANGUAGES)
    parser.add_argument("--words", type=int, default=200_000, help="of each vocabulary, at most; the commonest")
    parser.add_argument("--rounds", type=int, default=1, help="over all misspellings; times are of the last")
    options = parser.parse_args()
    print_machine("symspellpy", "completype", "rapidfuzz", "numpy")
    if not (DATA / "spelling").exists():
        print(f"left out: {DATA} is absent")
        return
    pairs = read_pairs(DATA / "spelling" / "misspellings_en.tsv.gz")
    folds = [EditCosts(learn([pair for pair in pairs if _fold(pair[1]) != fold])) for fold in range(_FOLDS)]
    for language in options.languages:
        counts = _vocabulary(language, options.words)
        for name, cases in _cases(language, pairs, counts, folds[0]):
            print(f"\n{language}, {len(counts):,} words, {len(cases):,} misspellings: {name}\n")
            with tempfile.TemporaryDirectory() as directory:
                index, others = _index(Path(directory), counts), _others(Path(directory), counts)
                _print(_measured(partial(_ours, index, folds), others, cases, options.rounds))


def _vocabulary(language: str, n_words: int) -> dict[str, int]:
    """Counts a thousand million words would have, by unaccented word."""
    counts: dict[str, int] = {}
    with gzip.open(DATA / "words" / "words.tsv.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            tag, text, zipf = line.rstrip("\n").split("\t")
            key = unaccented(normalise(text))
            if tag == language and words(key) == [key]:
                counts[key] = counts.get(key, 0) + round(10 ** float(zipf))
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:n_words])


def _fold(meant: str) -> int:
    return sha256(meant.encode()).digest()[0] % _FOLDS


def _cases(
    language: str, pairs: Sequence[Pair], counts: dict[str, int], costs: EditCosts
) -> Iterator[tuple[str, list[Case]]]:
    if language == "en":
        real = [Case(typed, meant, _fold(meant)) for typed, meant in pairs if meant in counts]
        yield "people's own", real
        yield "people's own that are no words themselves", [case for case in real if case.typed not in counts]
        return
    for name, weigh in (("simulated with the learned costs", costs.rule), ("simulated with even edits", _even)):
        yield name, _simulated(counts, weigh)


def _even(*_: str) -> float:
    return 0.0


def _simulated(counts: dict[str, int], cost: Callable[..., float], n_cases: int = 1000) -> list[Case]:
    """Misspellings of words of four letters or more, drawn evenly from the vocabulary."""
    draw = random.Random(_SEED)
    letters = sorted({char for text in list(counts)[:2000] for char in text if char.isalpha()})
    meant = draw.sample([text for text in counts if len(text) > 3 and text.isalpha()], n_cases)
    cases = []
    for text in meant:
        typed = text
        for _ in range(2 if draw.random() < _TWO_EDITS and len(text) > 4 else 1):
            results, weights = zip(*_slips(typed, letters, cost), strict=True)
            typed = draw.choices(results, weights)[0]
        if typed != text:
            cases.append(Case(typed, text, 0))
    return cases


def _slips(text: str, letters: Sequence[str], cost: Callable[..., float]) -> Iterator[tuple[str, float]]:
    """Every text one edit away, with how likely it is."""
    marked = f"^{text}$"
    for at in range(len(text) + 1):
        before, char, after = marked[at], text[at : at + 1], marked[at + 2 : at + 3]
        rules = [("", letter, before, char or "$") for letter in letters]
        if char:
            rules += [(char, other, before, after) for other in ("", *letters) if other != char]
        if len(text) - at > 1 and text[at + 1] != char:
            rules.append((text[at : at + 2], text[at + 1] + char, before, marked[at + 3]))
        for meant, typed, *context in rules:
            yield text[:at] + typed + text[at + len(meant) :], math.exp(-cost(meant, typed, *context))


def _index(directory: Path, counts: dict[str, int]) -> Path:
    tsv = directory / "queries.tsv"
    tsv.write_text("query\tcount\n" + "".join(f"{text}\t{count}\n" for text, count in counts.items()))
    build(directory / "index", queries=[tsv], min_users=1, safety="off", profanity=False, encoder="none")
    return directory / "index"


def _ours(index: Path, folds: Sequence[EditCosts]) -> dict[str, Callable[[Case], Sequence[str]]]:
    """The whole engine, once for each set of edit costs and each row: corrections of the last words are remembered."""
    collapsing, plain = ([_engine(index, costs) for costs in folds] for _ in range(2))
    return {
        "this project": lambda case: _answer(collapsing[case.fold], case.typed, collapse=True),
        "this project, collapse=False": lambda case: _answer(plain[case.fold], case.typed, collapse=False),
    }


def _others(directory: Path, counts: dict[str, int]) -> dict[str, Callable[[Case], Sequence[str]]]:
    symspell, completype = _symspell(counts), _completype(directory, counts)
    return {
        "SymSpell (symspellpy), two edits": lambda case: symspell(case.typed),
        "completype": lambda case: completype(case.typed),
    }


def _engine(index: Path, costs: EditCosts) -> Engine:
    with patch("suggest.index.spelling.edit_costs", lambda: costs):
        return Engine.open(index)


def _answer(engine: Engine, typed: str, *, collapse: bool) -> list[str]:
    return [unaccented(found.query) for found in engine.complete(typed, K, collapse=collapse)]


def _symspell(counts: dict[str, int]) -> System:
    import symspellpy

    symspell = symspellpy.SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
    for text, count in counts.items():
        symspell.create_dictionary_entry(text, count)
    return lambda typed: [found.term for found in symspell.lookup(typed, symspellpy.Verbosity.ALL, 2)[:K]]


def _completype(directory: Path, counts: dict[str, int]) -> System:
    import completype

    rows = ({"id": at, "text": text, "popularity": float(count)} for at, (text, count) in enumerate(counts.items()))
    completype.Segment.build(rows, path=directory / "segment")
    index = completype.Index([completype.Segment.open(directory / "segment")])
    return lambda typed: [found.text for found in index.complete(typed, K)]


def _measured(
    ours: Callable[[], dict[str, Callable[[Case], Sequence[str]]]],
    others: dict[str, Callable[[Case], Sequence[str]]],
    cases: Sequence[Case],
    rounds: int,
) -> dict[str, Figures]:
    """Figures of each system; ours is opened anew for each round, so that no word was asked before."""
    for _ in range(rounds):
        systems = ours() | others
        figures = {name: Figures([], []) for name in systems}
        for case in cases:
            for name, answer in systems.items():
                start = time.process_time_ns()
                found = list(answer(case))
                figures[name].cpu_us.append((time.process_time_ns() - start) / 1000)
                figures[name].ranks.append(found.index(case.meant) + 1 if case.meant in found else 0)
    return figures


def _print(figures: dict[str, Figures]) -> None:
    rows = []
    for name, (found, cpu_us) in figures.items():
        rank = np.array(found)
        p50, p99 = np.percentile(cpu_us, [50, 99])
        quality = (
            (rank == 1).mean(),
            (rank > 0).mean(),
            np.divide(1.0, rank, where=rank > 0, out=np.zeros(len(rank))).mean(),
        )
        rows.append(
            (name, *(f"{share:.3f}" for share in quality), *(f"{us:.0f}" for us in (np.mean(cpu_us), p50, p99)))
        )
    print_table(("", "S@1", "S@10", "MRR@10", "CPU mean µs", "p50 µs", "p99 µs"), rows)


if __name__ == "__main__":
    main()
