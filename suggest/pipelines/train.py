"""A log teaches an order: examples by replay, a ranker by LightGBM, a verdict on later searches, a generation.

The log is cut in time. An inner generation is built from what lies before the cut; what lies after is replayed
through it, so that no label is in its own features. The replayed part is cut again: the ranker learns from its first
part, stops by its second, and is judged by its third, which it has not seen.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from suggest.artifacts import Generation
from suggest.engine import Engine
from suggest.errors import InputError, SuggestError
from suggest.evaluation import comparison_text
from suggest.evaluation.examples import SURE_COST, ExampleList, example_lists
from suggest.features import column
from suggest.pipelines.build import Progress, build
from suggest.pipelines.publish import publish_ranker
from suggest.pipelines.training_log import Cut, cut_log, later_log, write_earlier
from suggest.pipelines.verdict import Verdict, judge
from suggest.rank import Policy
from suggest.rank.fit import Examples, NotEnoughExamples, fit
from suggest.rank.model_card import model_card

TRAINING_SHARE, VALIDATION_SHARE = 0.6, 0.2
"""Of the replayed searches; the rest judges."""

LEAST_SEARCHES = 1000
"""Fewer leave too little after each cut."""

_COST = column("match_cost")


class WorseThanUntrained(SuggestError):
    """A ranker that orders later searches worse than no training does; it was not published."""


@dataclass(frozen=True)
class TrainReport:
    """What one training did.

    Attributes:
        generation: name of the published generation.
        cut_by: `time` or `user`.
        n_searches: of the log.
        n_lists: replayed lists to learn from, to stop by and to judge by.
        n_impressions: how many of them were shown lists with a click.
        n_trees: of the ranker.
        verdict: the figures on the last part, by slice.
        importance: share of gain by feature, of the ten most important.
        seconds: wall time.
    """

    generation: str
    cut_by: str
    n_searches: int
    n_lists: tuple[int, int, int]
    n_impressions: int
    n_trees: int
    verdict: list[dict[str, Any]]
    importance: dict[str, float]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """The attributes as a JSON object."""
        return asdict(self)


def train(
    index_dir: str | Path,
    *,
    events: Sequence[str | Path] = (),
    seed: int = 0,
    n_threads: int = 2,
    progress: Progress | None = None,
) -> TrainReport:
    """Trains a ranker for the generation that is served, and serves it from then on.

    Args:
        index_dir: what `suggest build --out` wrote.
        events: log files; default those that the generation was built from.
        seed: of the training.
        n_threads: of the training.
        progress: told of each stage.

    Raises:
        InputError: a file cannot be used.
        NotEnoughExamples: the log is too small to learn from; nothing is published.
        WorseThanUntrained: with the figures; nothing is published.
        GenerationBroken: there is no generation to train for.
    """
    started = time.monotonic()
    told = progress or (lambda _stage, _done, _total: None)
    index_dir = Path(index_dir)
    served = Generation.open(index_dir, verify=False)
    paths = [Path(path) for path in events] or _inputs(served, "events")
    told("cut the log", 0, 0)
    cut = cut_log(paths)
    _require_searches(cut)
    lists, seen = _replayed(served, index_dir, paths, cut, told)
    parts = _parts(lists, cut)
    told("learn", 0, 0)
    ranker = fit(*(_examples(part) for part in parts[:2]), seed=seed, n_threads=n_threads)
    told("judge", 0, 0)
    verdict = judge(parts[2], ranker, seen)
    if verdict.is_worse:
        raise WorseThanUntrained(f"{verdict.sentence}; nothing was published, and the order stays as it is")
    card = model_card(ranker, log=_log_facts(paths, cut, parts), metrics=verdict.rows)
    told("publish", 0, 0)
    name = publish_ranker(index_dir, ranker, card)
    return _report(name, cut, parts, card, verdict, time.monotonic() - started)


def _inputs(served: Generation, kind: str) -> list[Path]:
    """The files that a generation was built from; all of them must still be there."""
    paths = [Path(entry["path"]) for entry in served.manifest["inputs"] if entry["kind"] == kind]
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise InputError(f"{missing[0]}: the index was built from it and it is gone; give the log with --events")
    if not paths and kind == "events":
        raise InputError(f"{served.directory} was built without events; give a log to learn from with --events")
    return paths


def _require_searches(cut: Cut) -> None:
    if cut.n_searches < LEAST_SEARCHES:
        raise NotEnoughExamples(
            f"expected at least {LEAST_SEARCHES:,} searches to learn from, got {cut.n_searches:,}; "
            "nothing was published, train again on a longer log"
        )


def _replayed(
    served: Generation, index_dir: Path, paths: Sequence[Path], cut: Cut, told: Progress
) -> tuple[list[ExampleList], frozenset[str]]:
    """The lists of what lies after the cut, and the queries that others are shown of what lies before."""
    with tempfile.TemporaryDirectory(dir=index_dir, prefix="training-") as folder:
        told("build from what lies before the cut", 0, 0)
        inner = Path(folder) / "index"
        policy = Policy.from_json(served.json("policy"))
        queries = _inputs(served, "queries")
        if cut.by == "time":
            build(inner, events=paths, queries=queries, policy=policy, as_of_us=cut.from_us - 1)
        else:
            write_earlier(paths, cut, Path(folder) / "earlier.jsonl")
            build(inner, events=[Path(folder) / "earlier.jsonl"], queries=queries, policy=policy)
        log = later_log(paths, cut)
        lists = []
        with Engine.open(inner, ranker="none", verify=False) as engine:
            for found in example_lists(engine, log, cut.from_us):
                lists.append(found)
                told("replay what lies after it", len(lists), len(log))
            return lists, frozenset(map(comparison_text, engine.queries()))


def _parts(lists: Sequence[ExampleList], cut: Cut) -> tuple[list[ExampleList], list[ExampleList], list[ExampleList]]:
    """To learn from, to stop by, to judge by: by time, or by user where there is none."""
    ordered = list(lists) if cut.by == "time" else sorted(lists, key=lambda found: crc32(found.user.encode(), 1))
    first = int(len(ordered) * TRAINING_SHARE)
    second = int(len(ordered) * (TRAINING_SHARE + VALIDATION_SHARE))
    return ordered[:first], ordered[first:second], ordered[second:]


def _examples(lists: Iterable[ExampleList]) -> Examples:
    """As arrays, of the candidates that match as typed; lists without what was wanted teach nothing."""
    kept = []
    for found in lists:
        sure = found.features[:, _COST] <= SURE_COST
        if found.labels[sure].any():
            kept.append((found.features[sure], found.labels[sure], found.positions[sure]))
    if not kept:
        raise NotEnoughExamples("no search of the log was for a candidate; nothing was published")
    features, labels, positions = (np.concatenate(column) for column in zip(*kept, strict=True))
    sizes = np.array([len(row[1]) for row in kept])
    return Examples(features, labels, sizes, positions if positions.any() else None)


def _log_facts(paths: Sequence[Path], cut: Cut, parts: Sequence[Sequence[ExampleList]]) -> dict[str, str | int | float]:
    names = Counter(path.name for path in paths)
    return {
        "files": ", ".join(sorted(names)),
        "searches": cut.n_searches,
        "cut by": cut.by,
        **dict(zip(("lists to learn from", "to stop by", "to judge by"), map(len, parts), strict=True)),
        "users": len({found.user for part in parts for found in part}),
    }


def _report(
    name: str,
    cut: Cut,
    parts: Sequence[Sequence[ExampleList]],
    card: dict[str, Any],
    verdict: Verdict,
    seconds: float,
) -> TrainReport:
    return TrainReport(
        generation=name,
        cut_by=cut.by,
        n_searches=cut.n_searches,
        n_lists=(len(parts[0]), len(parts[1]), len(parts[2])),
        n_impressions=sum(not found.target for part in parts for found in part),
        n_trees=card["n_trees"],
        verdict=verdict.rows,
        importance={row["name"]: round(row["gain_share"], 4) for row in card["features"][:10]},
        seconds=round(seconds, 1),
    )
