"""Makes `models/tagger_*.npz` from annotated texts of other people, and says how well each language does.

    python -m benchmarks.train_tagger --shared ../shared/data

For each language a fifth of the texts, chosen by a hash, is held back first: it says how many names are worth
finding (`outside`) and how good that is, by source. Then all texts teach. The same files give the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from suggest.pipelines.tagger_classes import learn_classes
from suggest.pipelines.tagger_corpus import AnnotatedText
from suggest.pipelines.train_tagger import SpanScore, blank, fit, is_held_back, score, with_best_outside
from suggest.text.tagger import Tagger
from suggest.text.tagger_weights import TaggerWeights, save_weights

_FILES = {"en": "annotated", "zh": "annotated_zh", "fa": "annotated_fa", "hi": "annotated_hi"}


class Sourced(NamedTuple):
    """An annotated text and the corpus that it is of."""

    source: str
    annotated: AnnotatedText


def read(path: Path) -> list[Sourced]:
    """The texts of a file of annotations, each once."""
    found: dict[str, Sourced] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            spans = tuple((span["start"], span["end"]) for span in row["spans"])
            found.setdefault(row["text"], Sourced(row["source"], AnnotatedText(row["text"], spans)))
    return list(found.values())


def english(comments: Path) -> TaggerWeights:
    """Weights that know the classes of words in names and comments, and nothing else."""
    return blank(*learn_classes(_names(comments / "gazetteer.tsv.gz"), _texts(comments / "raw_comments.jsonl.gz")))


def _names(path: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            kind, name = line.rstrip("\n").split("\t")
            yield kind, name


def _texts(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


def by_source(tagger: Tagger, texts: Sequence[Sourced], language: str) -> Mapping[str, SpanScore]:
    """The score on each corpus, and on all."""
    parts: defaultdict[str, list[AnnotatedText]] = defaultdict(list)
    for source, annotated in texts:
        parts[source].append(annotated)
        parts["all"].append(annotated)
    return {source: score(tagger, part, language) for source, part in sorted(parts.items())}


def train(language: str, texts: Sequence[Sourced], base: TaggerWeights) -> TaggerWeights:
    """Weights from all texts, after those from four fifths were measured on the others."""
    kept = [text.annotated for text in texts if not is_held_back(text.annotated.text)]
    held = [text for text in texts if is_held_back(text.annotated.text)]
    judged = with_best_outside(fit(kept, language, base), [text.annotated for text in held], language)
    for source, found in by_source(Tagger({language: judged}), held, language).items():
        print(
            f"| {language} | {source} | {found.marked} | {found.f1:.3f} | {found.precision:.3f} | {found.recall:.3f} |",
            flush=True,
        )
    return replace(fit([text.annotated for text in texts], language, base), outside=judged.outside)


def main() -> None:
    """Trains the languages asked for and writes their weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"), help="where comments/ is")
    parser.add_argument("--out", type=Path, default=Path("models"), help="folder for the weights")
    parser.add_argument("--languages", nargs="+", choices=sorted(_FILES), default=sorted(_FILES))
    arguments = parser.parse_args()
    print("| language | source | names held back | F1 | precision | recall |\n|---|---|---|---|---|---|")
    for language in arguments.languages:
        started = time.process_time()
        comments = arguments.shared / "comments"
        base = english(comments) if language == "en" else blank()
        path = arguments.out / f"tagger_{language}.npz"
        save_weights(path, train(language, read(comments / f"{_FILES[language]}.jsonl.gz"), base))
        print(f"{path}: {path.stat().st_size:,} bytes, {time.process_time() - started:.0f} s of CPU", flush=True)


if __name__ == "__main__":
    main()
