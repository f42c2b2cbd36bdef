"""Makes `models/tagger_*.npz` from annotated texts of other people, and says how well each language does.

    python -m benchmarks.train_tagger --shared ../shared/data

For each language a fifth of the texts, chosen by a hash, is held back first: it says how many names are worth
finding (`outside`, `least`) and how good that is, by source. Then all texts teach. The same files give the same bytes.
The classes of English and Chinese words are those of the weights that ship; `--classes` learns them anew.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from benchmarks.chinese_clusters import chinese_clusters
from benchmarks.machine import DATA
from benchmarks.word_clusters import word_clusters
from suggest.pipelines.tagger_classes import learn_classes
from suggest.pipelines.tagger_corpus import AnnotatedText
from suggest.pipelines.train_tagger import blank, fit, is_held_back, score, with_best_limits
from suggest.text.tagger import Tagged, Tagger
from suggest.text.tagger_tokens import tokenise
from suggest.text.tagger_weights import TaggerWeights, class_table, save_weights

FILES = {"en": "annotated", "zh": "annotated_zh", "fa": "annotated_fa", "hi": "annotated_hi"}


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


def base_of(language: str) -> TaggerWeights:
    """Weights that know nothing but the classes of words that the weights that ship know."""
    shipped = Tagger.default().weights[language]
    return blank(shipped.class_words, shipped.classes)


def new_base(language: str, shared: Path) -> TaggerWeights:
    """Weights that know nothing but classes of words, learned anew."""
    if language == "en":
        return _english_base(shared)
    return blank(*class_table(chinese_clusters())) if language == "zh" else blank()


def _english_base(shared: Path) -> TaggerWeights:
    """Classes by the uses of words in names and comments, and by what they mean."""
    comments = shared / "comments"
    names = chain(_names(comments / "gazetteer.tsv.gz"), _places(shared / "cities" / "cities.tsv.gz"))
    return blank(*learn_classes(names, _texts(comments / "raw_comments.jsonl.gz"), word_clusters))


def _names(path: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            kind, name = line.rstrip("\n").split("\t")
            yield kind, name


def _places(path: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            yield "place", line.partition("\t")[0]


def _texts(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


def sources_of(texts: Sequence[Sourced]) -> list[str]:
    """The corpora of texts, and `all` where there are several."""
    sources = sorted({text.source for text in texts})
    return [*sources, "all"] if len(sources) > 1 else sources


def train(language: str, texts: Sequence[Sourced], base: TaggerWeights, found: Path | None) -> TaggerWeights:
    """Weights from all texts, after those from four fifths were measured on the others.

    Args:
        language: Of the texts.
        texts: Annotated.
        base: What to start from.
        found: File for what was found in the texts held back, as JSON lines.
    """
    kept = [text.annotated for text in texts if not is_held_back(text.annotated.text)]
    held = [text for text in texts if is_held_back(text.annotated.text)]
    judged = with_best_limits(fit(kept, language, base), [text.annotated for text in held], language)
    tagger = Tagger({language: judged})
    for source in sources_of(held):
        part = [text.annotated for text in held if source in {text.source, "all"}]
        result = score(tagger, part, language)
        figures = " | ".join(f"{figure:.3f}" for figure in (result.f1, result.precision, result.recall))
        print(f"| {language} | {source} | {result.marked} | {figures} |", flush=True)
    if found:
        save_weights(found.with_suffix(".npz"), judged)
        save_found(
            found, [(text, tagger.tag(text.annotated.text, tokenise(text.annotated.text), language)) for text in held]
        )
    return replace(fit([text.annotated for text in texts], language, base), outside=judged.outside, least=judged.least)


def save_found(path: Path, found: Sequence[tuple[Sourced, Sequence[Tagged]]]) -> None:
    """What was found in each text, as JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        for text, names in found:
            row = {"text": text.annotated.text, "source": text.source, "spans": names}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def main() -> None:
    """Trains the languages asked for and writes their weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=DATA, help="folder that comments/ is in")
    parser.add_argument("--out", type=Path, default=Path("models"), help="folder for the weights")
    parser.add_argument("--languages", nargs="+", choices=sorted(FILES), default=sorted(FILES))
    parser.add_argument("--classes", action="store_true", help="learn the classes of words anew (English: torch)")
    parser.add_argument("--found", type=Path, help="folder for what was found in the texts held back")
    arguments = parser.parse_args()
    print("| language | source | names held back | F1 | precision | recall |\n|---|---|---|---|---|---|")
    for language in arguments.languages:
        started = time.process_time()
        path = arguments.out / f"tagger_{language}.npz"
        texts = read(arguments.shared / "comments" / f"{FILES[language]}.jsonl.gz")
        base = new_base(language, arguments.shared) if arguments.classes else base_of(language)
        found = arguments.found / f"found_{language}.jsonl" if arguments.found else None
        save_weights(path, train(language, texts, base, found))
        print(f"{path}: {path.stat().st_size:,} bytes, {time.process_time() - started:.0f} s of CPU", flush=True)


if __name__ == "__main__":
    main()
