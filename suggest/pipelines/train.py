"""A log teaches an order: examples by replay, a ranker by LightGBM, a verdict on later searches, a generation.

The log is cut in time. An inner generation is built from what lies before the cut; what lies after is replayed
through it, so that no label is in its own features. The replayed part is cut again: the ranker learns from its first
part, stops by its second, and is judged by its third, which it has not seen.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation
from suggest.engine import Engine
from suggest.errors import InputError, NotEnoughExamples, WorseThanUntrained
from suggest.evaluation import comparison_text
from suggest.evaluation.examples import SURE_COST, SURFACE, ExampleList, examples_in_processes
from suggest.features import column
from suggest.interfaces import State
from suggest.pipelines.admitted import Progress
from suggest.pipelines.build import build
from suggest.pipelines.position_bias import Floats, looks, prior_examination, saved_examination
from suggest.pipelines.publish import publish_ranker
from suggest.pipelines.training_folder import training_folder
from suggest.pipelines.training_log import LEAST_SEARCHES, Cut, LogFiles, cut_log, later_log, write_earlier
from suggest.pipelines.verdict import Verdict, judge
from suggest.rank import Policy, Ranker
from suggest.rank.fit import Examples, fit
from suggest.rank.model_card import model_card

TRAINING_SHARE, VALIDATION_SHARE = 0.6, 0.2
"""Of the replayed searches; the rest judges."""

LISTS_PER_PROCESS = 2000
"""A process more pays where it has at least these to replay: it takes a second or two to begin."""

_COST = column("match_cost")


@dataclass(frozen=True)
class TrainReport:
    """What one training did.

    Attributes:
        generation: name of the published generation.
        cut_by: `time`; or `user`, where nearly all searches of the log have one time.
        judged_by: `searches`, or `lists with a click` where there are too few searches.
        n_searches: of the log.
        n_malformed: rows of the log that were left out.
        n_lists: replayed lists to learn from, to stop by and to judge by.
        n_impressions: how many of them were shown lists with a click.
        n_trees: of the ranker.
        verdict: the figures on the last part, by slice.
        importance: share of gain by feature, of the ten most important.
        seconds: wall time.
    """

    generation: str
    cut_by: str
    judged_by: str
    n_searches: int
    n_malformed: int
    n_lists: tuple[int, int, int]
    n_impressions: int
    n_trees: int
    verdict: list[dict[str, Any]]
    importance: dict[str, float]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """The attributes as a JSON object."""
        return asdict(self)


class _Replayed(NamedTuple):
    """What the later part of a log teaches.

    Attributes:
        lists: of what lies after the cut.
        seen: the queries that others are shown of what lies before.
        examination: how likely each position is looked at, by what lies before; None where it shows no list.
        until_us: the latest `known_at` that was replayed.
    """

    lists: list[ExampleList]
    seen: frozenset[str]
    examination: Floats | None
    until_us: int


def train(
    index_dir: str | Path,
    *,
    events: Sequence[str | Path] = (),
    state: State | None = None,
    seed: int = 0,
    n_threads: int = 2,
    processes: int = 1,
    progress: Progress | None = None,
) -> TrainReport:
    """Trains a ranker for the generation that is served, and serves it from then on.

    Args:
        index_dir: what `suggest build --out` wrote.
        events: log files; default those that the generation was built from.
        state: an open state whose log is learned from too, and whose forgotten people are left out.
        seed: of the training.
        n_threads: of the training.
        processes: replay on up to this many, with the result of one; a script that asks for more than one needs
            `if __name__ == "__main__":`.
        progress: told of each stage.

    Raises:
        InputError: a file cannot be used.
        NotEnoughExamples: the log is too small to learn from; nothing is published.
        WorseThanUntrained: with the figures; nothing is published.
        GenerationBroken: there is no generation to train for, or it is damaged.
        BuildLocked: a build of this directory runs when the ranker is ready.
        ArtifactError: the directory cannot be written.
    """
    started = time.monotonic()
    told = progress or (lambda _stage, _done, _total: None)
    index_dir = Path(index_dir)
    served = Generation.open(index_dir, verify=False)
    log = LogFiles([Path(path) for path in events] or _recorded_events(served, state), state)
    told("cut the log", 0, 0)
    cut = cut_log(log)
    _require_enough(cut)
    replayed = _replayed(served, index_dir, log, cut, processes, told)
    parts = _parts(replayed.lists, cut)
    told("learn", 0, 0)
    ranker = _fitted(parts, replayed, seed, n_threads)
    told("judge", 0, 0)
    verdict = judge(parts[2], ranker, replayed.seen)
    if verdict.is_worse:
        raise WorseThanUntrained(f"{verdict.sentence}; nothing was published, and the order stays as it is")
    card = model_card(ranker, log=_log_facts(log, cut, parts), metrics=verdict.rows)
    told("publish", 0, 0)
    name = publish_ranker(index_dir, ranker, card)
    return _report(name, cut, parts, card, verdict, time.monotonic() - started)


def _recorded_events(served: Generation, state: State | None) -> list[Path]:
    paths = _recorded(served, "events", "give the log with --events")
    if not paths and state is None:
        raise InputError(f"{served.directory} was built without events; give a log to learn from with --events")
    return paths


def _recorded(served: Generation, kind: str, remedy: str) -> list[Path]:
    """The files that a generation was built from; all of them must still be there."""
    paths = [Path(entry["path"]) for entry in served.manifest["inputs"] if entry["kind"] == kind]
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise InputError(f"{missing[0]}: the index was built from it and it is gone; {remedy}")
    return paths


def _require_enough(cut: Cut) -> None:
    if max(cut.n_searches, cut.n_clicks) < LEAST_SEARCHES:
        raise NotEnoughExamples(
            f"expected at least {LEAST_SEARCHES:,} searches or clicks to learn from, got {cut.n_searches:,} and "
            f"{cut.n_clicks:,} besides {cut.n_malformed:,} malformed rows; nothing was published, train again on a "
            "longer log"
        )
    if cut.is_one_sided:
        raise NotEnoughExamples(
            "nearly all searches have one time, so that they can be split by user alone, and there are too few users; "
            "nothing was published, give a log with the times of searches"
        )


def _replayed(
    served: Generation, index_dir: Path, log: LogFiles, cut: Cut, processes: int, told: Progress
) -> _Replayed:
    with training_folder(index_dir) as folder:
        told("build from what lies before the cut", 0, 0)
        inner = folder / "index"
        _build_inner(inner, served, log, cut, folder / "earlier.jsonl")
        later = later_log(log, cut)
        opener = partial(Engine.open, inner, ranker="none", verify=False)
        processes = min(processes, 1 + len(later) // LISTS_PER_PROCESS)
        lists = []
        for found in examples_in_processes(opener, later, cut.from_us, processes):
            lists.append(found)
            told("replay what lies after it", len(lists), len(later))
        with opener() as engine:
            seen = frozenset(map(comparison_text, engine.queries()))
        examination = saved_examination(Generation.open(inner, verify=False), SURFACE)
        return _Replayed(lists, seen, examination, max((event.known_at_us for event, _ in later), default=0))


def _build_inner(inner: Path, served: Generation, log: LogFiles, cut: Cut, earlier: Path) -> None:
    policy = Policy.from_json(served.json("policy"))
    queries = _recorded(served, "queries", "bring it back, or build the index again")
    try:
        if cut.by == "time":
            build(inner, events=log.paths, queries=queries, policy=policy, state=log.state, as_of_us=cut.from_us - 1)
        else:
            write_earlier(log, cut, earlier)
            build(inner, events=[earlier], queries=queries, policy=policy)
    except InputError as error:
        raise NotEnoughExamples(
            f"no index can be made of the part of the log before the cut: {error}; nothing was published"
        ) from error


def _parts(lists: Sequence[ExampleList], cut: Cut) -> tuple[list[ExampleList], list[ExampleList], list[ExampleList]]:
    """To learn from, to stop by, to judge by: by time, or by user where there is none."""
    ordered = list(lists) if cut.by == "time" else sorted(lists, key=lambda found: crc32(found.user.encode(), 1))
    first = int(len(ordered) * TRAINING_SHARE)
    second = int(len(ordered) * (TRAINING_SHARE + VALIDATION_SHARE))
    return ordered[:first], ordered[first:second], ordered[second:]


def _fitted(parts: Sequence[Sequence[ExampleList]], replayed: _Replayed, seed: int, n_threads: int) -> Ranker:
    try:
        training, validation = (_examples(part, replayed.examination) for part in parts[:2])
        # A click far down may weigh fifty at the top: right for a mean, but offsets teach the same with less noise.
        ranker = fit(replace(training, weights=None), validation, seed=seed, n_threads=n_threads)
    except NotEnoughExamples as error:
        raise NotEnoughExamples(f"{error}; nothing was published") from error
    return Ranker(ranker.trees, {**ranker.training, "until_us": replayed.until_us})


def _examples(lists: Iterable[ExampleList], examination: Floats | None) -> Examples:
    """As arrays, of the candidates that match as typed; lists without what was wanted teach nothing.

    Of what was shown, offsets keep the position out of what is learned, and weights out of the mean that is checked.
    """
    kept = []
    for found in lists:
        sure = found.features[:, _COST] <= SURE_COST
        if found.labels[sure].any():
            kept.append((found.features[sure], found.labels[sure], found.positions[sure]))
    if not kept:
        raise NotEnoughExamples("no search of the log was for a candidate")
    features, labels, positions = (np.concatenate(column) for column in zip(*kept, strict=True))
    sizes = np.array([len(row[1]) for row in kept])
    if not positions.any():
        return Examples(features, labels, sizes)
    looked = _looks(positions, examination)
    return Examples(features, labels, sizes, np.log(looked), 1.0 / looked)


def _looks(positions: npt.NDArray[np.int32], examination: Floats | None) -> Floats:
    """How likely each row was looked at, positions from 1; 1 for what was not shown."""
    curve = prior_examination(int(positions.max())) if examination is None else examination
    return np.where(positions > 0, looks(curve, np.maximum(positions - 1, 0)), 1.0)


def _log_facts(log: LogFiles, cut: Cut, parts: Sequence[Sequence[ExampleList]]) -> dict[str, str | int | float]:
    return {
        "files": ", ".join(sorted({path.name for path in log.paths})),
        "searches": cut.n_searches,
        "clicks": cut.n_clicks,
        "malformed rows": cut.n_malformed,
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
        judged_by=verdict.judged_by,
        n_searches=cut.n_searches,
        n_malformed=cut.n_malformed,
        n_lists=(len(parts[0]), len(parts[1]), len(parts[2])),
        n_impressions=sum(not found.target for part in parts for found in part),
        n_trees=card["n_trees"],
        verdict=verdict.rows,
        importance={row["name"]: round(row["gain_share"], 4) for row in card["features"][:10]},
        seconds=round(seconds, 1),
    )
