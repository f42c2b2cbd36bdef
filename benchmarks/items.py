"""How good are queries beside an item that nobody has searched beside? On items held back, by hash of their names.

    python -m benchmarks.items short_videos [--min-users 1] [--encoder none] [--folder DIR]
    python -m benchmarks.items sample

A fifth of the items is held back with all that was searched beside them; the index is built, and its order trained,
from the others. Each item held back is asked for by its title, text and tags alone. R@10 is over all queries searched
beside it, those that no index could know too; the ceiling is the share of these that the index holds. Baselines in
the same run: what belongs to most items, and the queries of the hundred nearest items by BM25, each weighted by its
score. Near-duplicates stay in all rows but one, as in Python, where each form that people used counts. Rows without a
source leave out what it alone finds, in the trained order.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.machine import DATA, print_machine, print_table
from suggest import Engine
from suggest.artifacts import Generation
from suggest.candidates.asking import Asking
from suggest.candidates.item_evidence import ALL_SOURCES
from suggest.candidates.item_neighbours import by_words
from suggest.engine.item_queries import ItemQueries
from suggest.errors import NotEnoughExamples, WorseThanUntrained
from suggest.evaluation import bootstrap_mean, bootstrap_ratio, comparison_text
from suggest.index import ALL, Indexes
from suggest.index.items import Items, ItemText
from suggest.index.items_words import spoken_words
from suggest.pipelines.build import build
from suggest.pipelines.train import train
from suggest.rank import Policy

K = 10
NOW = "2030-01-01T00:00:00Z"
GATES = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4)
FOLDERS = {"short_videos": DATA / "short_videos", "sample": Path("data")}

Answers = Callable[[ItemText], Sequence[str]]


class Held(NamedTuple):
    """An item held back.

    Attributes:
        item: its name.
        text: what is written on it.
        locale: of it.
        wanted: what was searched beside it.
    """

    item: str
    text: ItemText
    locale: str
    wanted: frozenset[str]


def main() -> None:
    """Prints the tables of one set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", choices=FOLDERS)
    parser.add_argument("--min-users", type=int, default=1)
    parser.add_argument("--encoder", default="default")
    parser.add_argument("--folder", type=Path, help="keep the index there, and use one that is there already")
    arguments = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or Path(scratch)
        held = split(FOLDERS[arguments.data], folder)
        if not (folder / "index").exists():
            prepare(folder, arguments.min_users, arguments.encoder)
        report(folder / "index", held)


def split(source: Path, folder: Path) -> list[Held]:
    """Writes what is not held back; returns what is, in order of the items' names."""
    folder.mkdir(exist_ok=True, parents=True)
    texts, wanted, locales = {}, defaultdict(set), {}
    for name in ("items", "events"):
        with (
            gzip.open(source / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines,
            gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8", compresslevel=1) as kept,
        ):
            for line in lines:
                row = json.loads(line)
                item = row.get("item")
                if item is None or int(sha256(item.encode()).hexdigest()[:8], 16) % 5:
                    kept.write(line)
                elif name == "items":
                    texts[item] = ItemText(row["title"], row.get("text", ""), row.get("tags", ()))
                    locales[item] = row.get("locale", "")
                elif row["type"] == "search":
                    wanted[item].add(comparison_text(row["query"]))
    return [Held(item, texts[item], locales[item], frozenset(wanted[item])) for item in sorted(wanted) if item in texts]


def prepare(folder: Path, min_users: int, encoder: str) -> None:
    """Builds the index and trains its order."""
    files: dict[str, Any] = {"events": [folder / "events.jsonl.gz"], "items": [folder / "items.jsonl.gz"]}
    build(folder / "index", min_users=min_users, encoder=encoder, **files)
    try:
        print(train(folder / "index", surfaces=["item"]).surfaces)
    except (NotEnoughExamples, WorseThanUntrained) as refusal:
        print(refusal)


def report(index_dir: Path, held: Sequence[Held]) -> None:
    """Prints all tables of an index."""
    generation = Generation.open(index_dir)
    indexes = Indexes.open(generation)
    items = Items.open(generation)
    assert items is not None
    policy = Policy.from_json(generation.json("policy"))
    surface = ItemQueries(generation, indexes, policy, is_trained=True)
    known = {comparison_text(indexes.prefixes.queries.text(number)) for number in range(len(indexes.prefixes.queries))}
    ceiling = np.mean([len(one.wanted & known) / min(K, len(one.wanted)) for one in held])
    print(f"{len(held):,} items held back, {len(known):,} queries, ceiling {ceiling:.3f}")
    systems: dict[str, Answers] = {"popular": _popular(indexes, items), "BM25 neighbours": _bm25(indexes, items)}
    with Engine.open(index_dir, ranker="none") as plain, Engine.open(index_dir) as engine:
        systems |= {"untrained": _asked(plain), "trained": _asked(engine)}
        systems["trained, near-duplicates collapsed"] = _asked(engine, collapse=True)
        found = {name: [_timed(system, one.text) for one in held] for name, system in systems.items()}
    _print(_quality(found, held))
    for name, worth in _without(surface, indexes, held).items():
        found[f"without {name}"] = worth
    _print(_quality(found, held, only="without"))
    _print(_gated(surface, indexes, held))
    _print(_by_language(found["trained"], found["BM25 neighbours"], held))


def _print(rows: Iterator[dict[str, Any]]) -> None:
    listed = list(rows)
    print_table(list(listed[0]), [[str(value) for value in row.values()] for row in listed])


Timed = tuple[list[str], float]


def _timed(system: Answers, text: ItemText) -> Timed:
    started = time.thread_time()
    shown = system(text)
    return [comparison_text(query) for query in shown], time.thread_time() - started


def _asked(engine: Engine, *, collapse: bool = False) -> Answers:
    def answer(text: ItemText) -> Sequence[str]:
        found = engine.item_queries(title=text.title, text=text.text, tags=text.tags, k=K, collapse=collapse, now=NOW)
        return [suggestion.query for suggestion in found]

    return answer


def _popular(indexes: Indexes, items: Items) -> Answers:
    ids = np.arange(len(indexes.prefixes.queries))
    counts = items.n_items(ids)
    texts = [indexes.prefixes.queries.text(number) for number in ids.tolist()]
    best = [texts[number] for number in sorted(ids.tolist(), key=lambda number: (-counts[number], texts[number]))[:K]]
    return lambda _: best


def _bm25(indexes: Indexes, items: Items) -> Answers:
    def answer(text: ItemText) -> Sequence[str]:
        near = by_words(items, items.words.numbers(spoken_words(text.parts())), np.empty(0, np.int64))
        pairs = items.pairs(near.numbers)
        ids, place = np.unique(pairs.ids, return_inverse=True)
        scores = np.bincount(place, near.similarity[pairs.at], len(ids))
        texts = [indexes.prefixes.queries.text(number) for number in ids.tolist()]
        return [texts[row] for row in sorted(range(len(ids)), key=lambda row: (-scores[row], texts[row]))[:K]]

    return answer


def _without(surface: ItemQueries, indexes: Indexes, held: Sequence[Held]) -> dict[str, list[Timed]]:
    """Each source left out in turn, in the order that was trained with all."""
    asking = Asking(0, ALL)
    # The others know nothing of new items.
    sources = [name for name in ALL_SOURCES if name not in ("observed", "viewers", "comments")]
    return {
        name: [(_best(indexes, *surface.scored_new(one.text, asking, [name])[::2]), 0.0) for one in held]
        for name in sources
    }


def _best(indexes: Indexes, ids: npt.NDArray[np.int64], scores: npt.NDArray[np.float64]) -> list[str]:
    rows = np.lexsort((ids, -scores))[:K]
    return [comparison_text(indexes.prefixes.queries.text(number)) for number in ids[rows].tolist()]


def _recall(found: Sequence[Timed], held: Sequence[Held]) -> npt.NDArray[np.float64]:
    return np.array(
        [len(one.wanted & set(shown)) / min(K, len(one.wanted)) for (shown, _), one in zip(found, held, strict=True)]
    )


def _quality(
    found: Mapping[str, Sequence[Timed]], held: Sequence[Held], only: str = ""
) -> Iterator[dict[str, str | float]]:
    names = [one.item for one in held]
    base = _recall(found["BM25 neighbours"], held)
    for name, answers in found.items():
        if not name.startswith(only) and name != "trained":
            continue
        recall = _recall(answers, held)
        mean, ratio = bootstrap_mean(recall, names), bootstrap_ratio(recall, base, names)
        hits = [[query in one.wanted for query in shown] for (shown, _), one in zip(answers, held, strict=True)]
        yield {
            "system": name,
            "R@10": f"{mean.value:.4f} [{mean.low:.4f}, {mean.high:.4f}]",
            "of BM25": f"{ratio.value:.3f} [{ratio.low:.3f}, {ratio.high:.3f}]",
            "S@1": round(float(np.mean([any(hit[:1]) for hit in hits])), 4),
            "S@10": round(float(np.mean([any(hit) for hit in hits])), 4),
            "p50 ms": round(1000 * float(np.median([seconds for _, seconds in answers])), 2),
            "p99 ms": round(1000 * float(np.percentile([seconds for _, seconds in answers], 99)), 2),
        }


def _gated(surface: ItemQueries, indexes: Indexes, held: Sequence[Held]) -> Iterator[dict[str, float]]:
    """What a gate lets through of ten, and how much of it was searched."""
    asking = Asking(0, ALL)
    scored = [surface.scored_new(one.text, asking) for one in held]
    best = [_best(indexes, *one[::2]) for one in scored]
    tops = [np.sort(one.scores)[::-1][:K] for one in scored]
    for gate in (0.0, *GATES):
        shown = [queries[: int((top >= gate).sum())] for queries, top in zip(best, tops, strict=True)]
        hits = sum(len(one.wanted & set(queries)) for one, queries in zip(held, shown, strict=True))
        wanted = np.concatenate([top[top >= gate] for top in tops])
        yield {
            "gate": gate,
            "shown an item": round(float(np.mean([len(queries) for queries in shown])), 2),
            "items with any": round(float(np.mean([bool(queries) for queries in shown])), 3),
            "precision": round(hits / max(1, sum(map(len, shown))), 3),
            "mean score": round(float(wanted.mean()) if len(wanted) else 0.0, 3),
        }


def _by_language(
    trained: Sequence[Timed], base: Sequence[Timed], held: Sequence[Held]
) -> Iterator[dict[str, str | float]]:
    recalls = (_recall(trained, held), _recall(base, held))
    languages = np.array([one.locale.partition("-")[0] for one in held])
    for language in np.unique(languages).tolist():
        rows = languages == language
        yield {
            "language": language,
            "items": int(rows.sum()),
            "R@10": round(float(recalls[0][rows].mean()), 4),
            "BM25": round(float(recalls[1][rows].mean()), 4),
        }


if __name__ == "__main__":
    main()
