"""A log teaches the typeahead an order: examples by replay, a ranker by LightGBM, a verdict on later searches.

The log is cut in time. An inner generation is built from what lies before the cut; what lies after is replayed
through it, so that no label is in its own features. The replayed part is cut again: the ranker learns from its first
part, stops by its second, and is judged by its third, which it has not seen. What is published has then learned from
all three, with as many trees.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation
from suggest.engine import Engine
from suggest.errors import NotEnoughExamples, WorseThanUntrained
from suggest.evaluation import comparison_text
from suggest.evaluation.examples import SURE_COST, SURFACE, ExampleList, examples_in_processes
from suggest.features import column
from suggest.pipelines.position_bias import Floats, looks, prior_examination, saved_examination
from suggest.pipelines.publish import ranker_model
from suggest.pipelines.trained import Trained
from suggest.pipelines.training import Training
from suggest.pipelines.training_log import LEAST_SEARCHES, Cut, LogFiles, later_log
from suggest.pipelines.verdict import Verdict, judge
from suggest.rank import Ranker
from suggest.rank.examples import Examples
from suggest.rank.fit import fit, fit_again
from suggest.rank.model_card import model_card

TRAINING_SHARE, VALIDATION_SHARE = 0.6, 0.2
"""Of the replayed searches; the rest judges."""

LISTS_PER_PROCESS = 2000
"""A process more pays where it has at least these to replay: it takes a second or two to begin."""

_COST = column("match_cost")


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


def train_typeahead(training: Training) -> Trained:
    """Learns the order of the typeahead from replayed searches and lists that were shown.

    Raises:
        NotEnoughExamples: the log is too small to learn from.
        WorseThanUntrained: with the figures.
    """
    cut, told = training.cut, training.told
    _require_enough(cut)
    replayed = _replayed(training)
    parts = _parts(replayed.lists, cut)
    told("learn", 0, 0)
    ranker = _fitted(parts, replayed, training.seed, training.n_threads)
    told("judge", 0, 0)
    verdict = judge(parts[2], ranker, replayed.seen)
    if verdict.is_worse:
        raise WorseThanUntrained(f"{verdict.sentence}; nothing was published, and the order stays as it is")
    told("learn from all", 0, 0)
    ranker = fit_again(ranker, _taught(replayed.lists, replayed.examination))
    card = model_card(ranker, log=_log_facts(training.log, cut, parts), metrics=verdict.rows)
    return ranker_model(ranker, card)._replace(sentence=verdict.sentence, figures=_figures(cut, parts, card, verdict))


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


def _replayed(training: Training) -> _Replayed:
    inner = training.inner
    later = later_log(training.log, training.cut)
    opener = partial(Engine.open, inner, ranker="none", verify=False)
    processes = min(training.processes, 1 + len(later) // LISTS_PER_PROCESS)
    lists = []
    for found in examples_in_processes(opener, later, training.cut.from_us, processes):
        lists.append(found)
        training.told("replay what lies after it", len(lists), len(later))
    with opener() as engine:
        seen = frozenset(map(comparison_text, engine.queries()))
    examination = saved_examination(Generation.open(inner, verify=False), SURFACE)
    return _Replayed(lists, seen, examination, max((event.known_at_us for event, _ in later), default=0))


def _parts(lists: Sequence[ExampleList], cut: Cut) -> tuple[list[ExampleList], list[ExampleList], list[ExampleList]]:
    """To learn from, to stop by, to judge by: by time, or by user where there is none."""
    ordered = list(lists) if cut.by == "time" else sorted(lists, key=lambda found: crc32(found.user.encode(), 1))
    first = int(len(ordered) * TRAINING_SHARE)
    second = int(len(ordered) * (TRAINING_SHARE + VALIDATION_SHARE))
    return ordered[:first], ordered[first:second], ordered[second:]


def _fitted(parts: Sequence[Sequence[ExampleList]], replayed: _Replayed, seed: int, n_threads: int) -> Ranker:
    try:
        training, validation = _taught(parts[0], replayed.examination), _examples(parts[1], replayed.examination)
        ranker = fit(training, validation, seed=seed, n_threads=n_threads)
    except NotEnoughExamples as error:
        raise NotEnoughExamples(f"{error}; nothing was published") from error
    return Ranker(ranker.trees, {**ranker.training, "until_us": replayed.until_us})


def _taught(lists: Iterable[ExampleList], examination: Floats | None) -> Examples:
    """To learn from: a click far down may weigh fifty at the top, and offsets teach the same with less noise."""
    return replace(_examples(lists, examination), weights=None)


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


def _figures(
    cut: Cut, parts: Sequence[Sequence[ExampleList]], card: dict[str, Any], verdict: Verdict
) -> dict[str, Any]:
    """What the report says.

    Of `n_lists`, to learn from, to stop by and to judge by, `n_impressions` were shown lists with a click.
    """
    return {
        "cut_by": cut.by,
        "judged_by": verdict.judged_by,
        "n_lists": [len(part) for part in parts],
        "n_impressions": sum(not found.target for part in parts for found in part),
        "n_trees": card["n_trees"],
        "verdict": verdict.rows,
        "importance": {row["name"]: round(row["gain_share"], 4) for row in card["features"][:10]},
    }
