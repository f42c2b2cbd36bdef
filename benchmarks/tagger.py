"""How well the tagger finds names in texts it has not seen, and how long that takes.

    python -m benchmarks.tagger --shared ../shared/data

Exact F1 by corpus, each fifth of the texts held back in turn; the same with a whole corpus held back; and
microseconds a comment with the weights that ship.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from zlib import crc32

import numpy as np

from benchmarks.machine import DATA, print_machine, print_table
from benchmarks.train_tagger import FILES, Sourced, base_of, read, save_found, sources_of
from suggest.pipelines.train_tagger import SpanScore, fit
from suggest.text.tagger import Tagged, Tagger
from suggest.text.tagger_tokens import tokenise

_FOLDS = 5
_COMMENTS = 5_000

Found = tuple[Sourced, list[Tagged]]


def fold_of(text: Sourced) -> int:
    """The part of a text, by a hash of it: one that is in two corpora is never in two parts."""
    return crc32(text.annotated.text.encode()) % _FOLDS


def corpus_of(text: Sourced) -> str:
    """The corpus of a text: its source up to the colon."""
    return text.source.partition(":")[0]


def held_back(language: str, texts: Sequence[Sourced], part_of: Callable[[Sourced], object]) -> Iterator[Found]:
    """What is found in each text by a tagger that learned from the texts of all other parts."""
    base, shipped = base_of(language), Tagger.default().weights[language]
    for part in sorted({part_of(text) for text in texts}, key=str):
        learned = fit([text.annotated for text in texts if part_of(text) != part], language, base)
        tagger = Tagger({language: replace(learned, outside=shipped.outside, least=shipped.least)})
        for text in texts:
            if part_of(text) == part:
                yield text, tagger.tag(text.annotated.text, tokenise(text.annotated.text), language)


def scored(found: Sequence[Found]) -> SpanScore:
    """The score of what was found."""
    right = sum(len({name[:2] for name in names} & set(text.annotated.spans)) for text, names in found)
    n_marked = sum(len(set(text.annotated.spans)) for text, _ in found)
    return SpanScore(right, sum(len(names) for _, names in found), n_marked)


def print_scores(title: str, language: str, found: Sequence[Found]) -> None:
    """A table with a row for each source and one for all."""
    rows = []
    for source in sources_of([text for text, _ in found]):
        part = scored([each for each in found if source in {each[0].source, "all"}])
        rows.append([source, str(part.marked), *(f"{each:.3f}" for each in (part.f1, part.precision, part.recall))])
    print(f"\n{language}: {title}\n")
    print_table(["source", "names", "F1", "precision", "recall"], rows)


def print_speed(shared: Path) -> None:
    """Microseconds of CPU a comment, each read once, so that new words cost what they do."""
    with gzip.open(shared / "comments" / "raw_comments.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in islice(lines, _COMMENTS)]
    tagger = Tagger.default()
    n_tokens = sum(len(tokenise(text)) for text in texts) / len(texts)
    rows = []
    for title in ("the first time", "again"):
        taken = []
        for text in texts:
            started = time.process_time_ns()
            tagger.tag(text, tokenise(text))
            taken.append((time.process_time_ns() - started) / 1000)
        mean, (middle, rare) = float(np.mean(taken)), np.percentile(taken, [50, 99])
        rows.append([title, f"{n_tokens:.1f}", f"{mean:.0f}", f"{middle:.0f}", f"{rare:.0f}"])
    print()
    print_table(["comments", "tokens", "µs mean", "p50", "p99"], rows)


def main() -> None:
    """Prints the tables asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=DATA, help="folder that comments/ is in")
    parser.add_argument("--languages", nargs="*", choices=sorted(FILES), default=sorted(FILES))
    parser.add_argument("--save", type=Path, help="folder for what was found in the texts held back")
    arguments = parser.parse_args()
    print_machine("numpy", "scipy", "rjieba")
    for language in arguments.languages:
        texts = read(arguments.shared / "comments" / f"{FILES[language]}.jsonl.gz")
        found = list(held_back(language, texts, fold_of))
        print_scores("fifths held back", language, found)
        if arguments.save:
            save_found(arguments.save / f"found_{language}.jsonl", found)
        if len({corpus_of(text) for text in texts}) > 1:
            print_scores("a corpus held back", language, list(held_back(language, texts, corpus_of)))
    print_speed(arguments.shared)


if __name__ == "__main__":
    main()
