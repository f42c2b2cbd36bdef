"""Names in comments: exact span F1 by source beside longest match and the tagger alone, and what a comment costs.

    python -m benchmarks.train_tagger --shared ../shared/data --found /tmp/found
    python -m benchmarks.entities --judged /tmp/found

The lexicon is a large and noisy one: 463,000 Freebase names, and 41,000 web searches as admitted queries. With weights
that were learned from four fifths of the texts (`--judged`), the other fifth is measured; with those that ship, all
texts are, which these have learned from.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.machine import DATA, print_machine, print_table, scale_us
from suggest import Engine
from suggest.artifacts import Generation
from suggest.candidates.spans import spots
from suggest.engine.comment_entities import SERVICE_MAX_PER_CHARS, SERVICE_MIN_SCORE
from suggest.index.lexicon import Lexicon
from suggest.index.table import QueryTable
from suggest.pipelines.build import build
from suggest.pipelines.train_tagger import is_held_back
from suggest.text.masks import masked
from suggest.text.tagger import Tagger
from suggest.text.tagger_language import LANGUAGES
from suggest.text.tagger_tokens import tokenise
from suggest.text.tagger_weights import load_weights

BATCH = 100
FILES = {"en": "annotated", "zh": "annotated_zh", "fa": "annotated_fa", "hi": "annotated_hi"}

Span = tuple[int, int]
Finder = Callable[[str], Iterable[Span]]


class Text(NamedTuple):
    """An annotated text."""

    text: str
    source: str
    spans: frozenset[Span]


class Counts(NamedTuple):
    """Names marked, found, found exactly, and found that overlap a marked one."""

    marked: int
    found: int
    exact: int
    overlapping: int

    def cells(self) -> list[str]:
        """F1, precision and recall of exact spans, and precision of overlap."""
        precision, recall = self.exact / max(self.found, 1), self.exact / max(self.marked, 1)
        f1 = 2 * self.exact / max(self.found + self.marked, 1)
        return [f"{figure:.3f}" for figure in (f1, precision, recall, self.overlapping / max(self.found, 1))]


def annotated(folder: Path, languages: Iterable[str], *, held_back: bool) -> Iterator[Text]:
    """The texts of some languages, each once; those alone that judged weights have not seen."""
    for language in languages:
        with gzip.open(folder / "comments" / f"{FILES[language]}.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows = {row["text"]: row for row in map(json.loads, lines)}
        for text, row in rows.items():
            if not held_back or is_held_back(text):
                yield Text(text, row["source"], frozenset((span["start"], span["end"]) for span in row["spans"]))


def comments(folder: Path) -> list[str]:
    """Video comments without labels."""
    with gzip.open(folder / "comments" / "raw_comments.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def counted(texts: Iterable[Text], find: Finder) -> dict[str, Counts]:
    """Counts by source, and of all parts of a corpus together."""
    totals: defaultdict[str, Counts] = defaultdict(lambda: Counts(0, 0, 0, 0))
    for text, source, spans in texts:
        found = set(find(text))
        inside = {at for start, end in spans for at in range(start, end)}
        overlapping = sum(not inside.isdisjoint(range(start, end)) for start, end in found)
        counts = Counts(len(spans), len(found), len(found & spans), overlapping)
        for name in {source, source.partition(":")[0]}:
            totals[name] = Counts(*(one + more for one, more in zip(totals[name], counts, strict=True)))
    return dict(totals)


def outside_mentions(text: Text) -> Text:
    """A text without the names that touch an address or a mention, or hold no letter: what no answer may hold."""
    masks = masked(text.text)

    def may_be_held(start: int, end: int) -> bool:
        is_free = all(last <= start or end <= at for at, last in masks)
        return is_free and any(map(str.isalnum, text.text[start:end]))

    return text._replace(spans=frozenset(span for span in text.spans if may_be_held(*span)))


def longest_match(lexicon: Lexicon) -> Finder:
    """Names of the lexicon that begin first, and of those the longest."""

    def find(text: str) -> Iterator[Span]:
        end = 0
        for spot in sorted(spots(text, masked(text), lexicon), key=lambda spot: (spot.start, -spot.end)):
            if spot.start >= end:
                end = spot.end
                yield spot.start, spot.end

    return find


def print_quality(engine: Engine, generation: Generation, texts: Sequence[Text]) -> None:
    """A row for each source and system."""
    tagger = Tagger.of(generation)

    def entities(text: str, *gates: float) -> list[Span]:
        return [(span.start, span.end) for span in engine.comment_entities(text, None, None, None, *gates)]

    systems: dict[str, tuple[Sequence[Text], Finder]] = {
        "longest match": (texts, longest_match(Lexicon(generation, QueryTable(generation)))),
        "tagger alone": (texts, lambda text: [(name.start, name.end) for name in tagger.tag(text, tokenise(text))]),
        "comment_entities": (texts, entities),
        "... as the service asks": (texts, lambda text: entities(text, SERVICE_MIN_SCORE, SERVICE_MAX_PER_CHARS)),
        "... names in mentions aside": (list(map(outside_mentions, texts)), entities),
    }
    rows = [
        [source, name, str(counts.marked), *counts.cells()]
        for name, (asked, find) in systems.items()
        for source, counts in counted(asked, find).items()
    ]
    print_table(
        ["source", "system", "names", "F1", "precision", "recall", "overlap"], sorted(rows, key=lambda row: row[0])
    )


def print_cost(engine: Engine, texts: Sequence[str]) -> None:
    """CPU time of single comments, after others have warmed the caches."""
    middle = len(texts) // 2
    for text in texts[:middle]:
        engine.comment_entities(text)
    times, scales = [], [scale_us()]
    for text in texts[middle:]:
        started = time.process_time_ns()
        engine.comment_entities(text)
        times.append((time.process_time_ns() - started) / 1000)
    p50, p99 = np.percentile(times, [50, 99])
    scales.append(scale_us())
    print_table(
        ["comments", "p50 µs", "p99 µs", "mean µs", "sum(range(10_000)) µs"],
        [[str(len(times)), f"{p50:.0f}", f"{p99:.0f}", f"{np.mean(times):.0f}", f"{np.mean(scales):.0f}"]],
    )


def print_throughput(index: Path, texts: Sequence[str], n_processes: int) -> None:
    """Comments in batches of `BATCH` for a second of CPU; each process opens the index and reads 500 comments first."""
    parts = [texts[number::n_processes] for number in range(n_processes)]
    with ProcessPoolExecutor(n_processes) as pool:
        seconds = list(pool.map(_batches_s, [index] * n_processes, parts))
    print_table(
        ["processes", "comments", "comments for a second of CPU in each"],
        [
            [
                str(n_processes),
                str(len(texts)),
                f"{sum(len(part) / took for part, took in zip(parts, seconds, strict=True)):.0f}",
            ]
        ],
    )


def _batches_s(index: Path, texts: Sequence[str]) -> float:
    with Engine.open(index, verify=False) as engine:
        engine.entities_of_comments(texts[:500])
        started = time.process_time()
        for first in range(0, len(texts), BATCH):
            engine.entities_of_comments(texts[first : first + BATCH])
        return time.process_time() - started


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--index", type=Path, help="built before with the same lexicon")
    parser.add_argument("--judged", type=Path, help="folder of weights from four fifths of the texts")
    parser.add_argument("--comments", type=int, default=6000, help="how many are timed")
    arguments = parser.parse_args()
    print_machine("numpy", "marisa-trie")
    with tempfile.TemporaryDirectory() as scratch:
        index = arguments.index or built(Path(scratch), arguments.data)
        texts = comments(arguments.data)[: arguments.comments]
        with Engine.open(index, verify=False) as engine:
            print_cost(engine, texts)
        print_throughput(index, texts, 2)
        languages = judge(arguments.judged) if arguments.judged else LANGUAGES
        with Engine.open(index, verify=False) as engine:
            held = list(annotated(arguments.data, languages, held_back=arguments.judged is not None))
            print_quality(engine, Generation.open(index, verify=False), held)


def built(folder: Path, data: Path) -> Path:
    """An index over the large lexicon."""
    lexicon, queries = data / "comments" / "gazetteer.tsv.gz", data / "web_search" / "query_counts.tsv.gz"
    build(folder, lexicon=[lexicon], queries=[queries], encoder="none")
    return folder


def judge(folder: Path) -> list[str]:
    """Puts weights that have not seen the texts held back in the place of those that ship; answers with languages."""
    weights = {}
    for language in LANGUAGES:
        path = folder / f"found_{language}.npz"
        if path.is_file():
            with path.open("rb") as file:
                weights[language] = load_weights(file)
    judged = Tagger(weights)
    Tagger.of = classmethod(lambda _cls, _generation: judged)  # type: ignore[assignment,method-assign]
    return list(weights)


if __name__ == "__main__":
    main()
