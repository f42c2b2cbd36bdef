"""How good are related queries? On judged refinements held back, and on what people searched next in later sessions.

    python -m benchmarks.related judged [--encoder none] [--unseen]
    python -m benchmarks.related web_search | site_search

Judged: every query and refinement is indexed and as popular as any other, each query is asked for, and R@10 is taken
in five folds by query: the order and the map know nothing of the queries they are asked for, and with `--unseen`
nothing of their refinements either, which others may share. Rows without a source leave out what it alone finds.

Logs: an index and an order from the earlier part, judged by `suggest train` on the last searches that follow another
one in their session.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.machine import DATA, print_machine, print_table
from suggest.candidates.asking import Asking
from suggest.engine.related import RelatedQueries
from suggest.evaluation import bootstrap_mean, bootstrap_ratio
from suggest.index import ALL
from suggest.pipelines.build import build
from suggest.pipelines.related_judged import (
    N_FOLDS,
    Judged,
    Opened,
    fit_sequel,
    fit_text_order,
    lists,
    opened,
    read_judged,
)
from suggest.pipelines.train import train
from suggest.pipelines.vectors import chosen_encoder
from suggest.rank.related import RelatedOrders

K = 10
NOBODY = Asking(0, ALL)
WITHOUT: Mapping[str, frozenset[str]] = {
    "all sources": frozenset(),
    **{f"without {name}": frozenset({name}) for name in ("words", "meaning", "sequel", "initials")},
    "without meaning and sequel": frozenset({"meaning", "sequel"}),
}
WORST = 10


def main() -> None:
    """Prints the tables of one set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", choices=("judged", "web_search", "site_search"))
    parser.add_argument("--encoder", default="default")
    parser.add_argument("--unseen", action="store_true")
    parser.add_argument("--worst", action="store_true")
    arguments = parser.parse_args()
    print_machine("lightgbm", "numpy")
    if arguments.data == "judged":
        judge(arguments.encoder, unseen=arguments.unseen, worst=arguments.worst)
    else:
        judge_log(arguments.data, arguments.encoder)


def judge(encoder: str, *, unseen: bool, worst: bool) -> None:
    """The table of judged refinements, and where asked for the queries that fare worst."""
    path = DATA / "related" / "judged.jsonl.gz"
    if not path.exists():
        raise SystemExit(f"the judged refinements are absent: expected {path}")
    judged = read_judged(path)
    recalls: dict[str, dict[str, float]] = {"word overlap": word_overlap(judged), "candidates": {}, "as shown": {}}
    with tempfile.TemporaryDirectory() as folder:
        over = opened(Path(folder), judged, chosen_encoder(encoder))
        shown: dict[str, list[str]] = {}
        for fold in range(N_FOLDS):
            asked = [each for each in judged if each.fold == fold]
            related = fitted(judged, fold, over, unseen=unseen)
            for each in asked:
                for name, found in answers(related, each):
                    recalls.setdefault(name, {})[each.query] = recall(found, each)
                    shown |= {each.query: found} if name == "as shown" else {}
    queries = [each.query for each in judged]
    base = np.array([recalls["word overlap"][query] for query in queries])
    rows = []
    for name, by_query in recalls.items():
        values = np.array([by_query[query] for query in queries])
        mean, ratio = bootstrap_mean(values, queries), bootstrap_ratio(values, base, queries)
        rows.append([name, *(f"{of.value:.3f} ({of.low:.3f}-{of.high:.3f})" for of in (mean, ratio))])
    print(f"{len(judged)} queries, {len(set().union(*(each.related for each in judged)))} refinements")
    print_table([f"R@{K}, encoder {encoder}" + (", refinements unseen" if unseen else ""), "R@10", "/ overlap"], rows)
    if worst:
        print_worst(judged, shown, recalls["as shown"])


def fitted(judged: Sequence[Judged], fold: int, over: Opened, *, unseen: bool) -> RelatedQueries:
    """What answers for one fold, learned from the others; the next of them says when to stop."""
    rest = [each for each in judged if each.fold != fold]
    hidden = frozenset(key for each in judged if each.fold == fold for key in (each.query, *each.related))
    hidden = hidden if unseen else frozenset()
    taught = [Judged(each.query, each.related - hidden) for each in rest if each.related - hidden]
    parts = [[each for each in taught if (each.fold == (fold + 1) % N_FOLDS) == is_last] for is_last in (False, True)]
    training, validation = (lists(part, taught, over, hidden) for part in parts)
    related = over.asked(fit_sequel(taught, over))
    related.orders = RelatedOrders(fit_text_order(training, validation), None)
    return related


def answers(related: RelatedQueries, judged: Judged) -> Iterator[tuple[str, list[str]]]:
    """The name of each row of the table, and the queries found."""
    for name, without in WITHOUT.items():
        scored = related.scored(judged.query, NOBODY, without)
        scores = scored.parts.sum(axis=1)
        if not without:
            yield "candidates", scored.keys
            yield "as shown", [scored.keys[row] for row, _ in related.chosen(scored, K)]
        best = sorted(range(len(scores)), key=lambda row: (-scores[row], scored.keys[row]))
        yield name, [scored.keys[row] for row in best[:K]]


def recall(found: Sequence[str], judged: Judged) -> float:
    """Share of the refinements among those found, of as many as `K` may hold."""
    return len(judged.related.intersection(found)) / min(K, len(judged.related))


def word_overlap(judged: Sequence[Judged]) -> dict[str, float]:
    """R@10 of the queries with the largest share of words of both in those of either, ties by text."""
    holding: dict[str, set[str]] = defaultdict(set)
    for key in {key for each in judged for key in (each.query, *each.related)}:
        for word in key.split():
            holding[word].add(key)
    return {each.query: recall(_overlapping(each.query, holding), each) for each in judged}


def _overlapping(query: str, holding: Mapping[str, set[str]]) -> list[str]:
    ours = set(query.split())
    found = set().union(*(holding[word] for word in ours)) - {query}
    share = {key: len(ours.intersection(key.split())) / len(ours.union(key.split())) for key in found}
    return sorted(found, key=lambda key: (-share[key], key))[:K]


def print_worst(judged: Sequence[Judged], shown: Mapping[str, Sequence[str]], recalls: Mapping[str, float]) -> None:
    """The queries with most refinements missed."""
    missed = sorted(judged, key=lambda each: (-(1 - recalls[each.query]) * min(K, len(each.related)), each.query))
    for each in missed[:WORST]:
        print(f"{each.query}: wanted {', '.join(sorted(each.related))}; shown {', '.join(shown[each.query])}")


def judge_log(name: str, encoder: str) -> None:
    """What training says of one log."""
    folder = DATA / name
    if not folder.exists():
        raise SystemExit(f"the log is absent: expected {folder}")
    counts = [path for path in (folder / "query_counts.tsv.gz",) if path.exists()]
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(scratch) / "index"
        build(index, events=[folder / "events.jsonl.gz"], queries=counts, encoder=encoder, min_users=1 + bool(counts))
        report = train(index, surfaces=["related"], n_threads=1).surfaces["related"]
    print(f"{name}: {report['why']}")
    for feature, share in report.get("importance", {}).items():
        print(f"  {feature} {share:.3f}")


if __name__ == "__main__":
    main()
