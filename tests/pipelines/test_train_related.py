"""What people searched next teaches the order of related queries, unless that is no better than none."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from suggest import Engine
from suggest.artifacts import Generation
from suggest.errors import NotEnoughExamples, WorseThanUntrained
from suggest.features.related import related_column
from suggest.index import QueryTable
from suggest.index.related import LISTS, PairTable
from suggest.pipelines.build import build
from suggest.pipelines.publish import publish_models
from suggest.pipelines.train_related import Opened, next_lists, train_related
from suggest.pipelines.training import Training
from suggest.pipelines.training_log import LogFiles, cut_log
from suggest.types import parse_event
from tests.pipelines.train_logs import WORDS, Records, search, write_log

THINGS = ["lamp", "coat", "phone", "guitar", "piano", "train", "ticket", "chair", "table", "garden", "kettle", "mirror"]
N, PER_SESSION_S = 900, 4000


def journeys(n_usual: int = N, elsewhere: Callable[[str], str] | None = None) -> Records:
    """From a thing with a word before it to the next thing with that word; after the first `n_usual`, elsewhere.

    There are too many pairs for anybody to have gone the same way often enough.
    """
    rng = random.Random(5)
    records: Records = []
    for number in range(N):
        user, ts = f"u{rng.randrange(60)}", 1_700_000_000 + PER_SESSION_S * number
        word, at = rng.choice(WORDS), rng.randrange(len(THINGS))
        query, then = (f"{word} {THINGS[place % len(THINGS)]}" for place in (at, at + 1))
        if elsewhere is not None and number >= n_usual:
            then = elsewhere(query)
        records += [search(user, query, ts), search(user, then, ts + 60)]
    return records


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> Training:
    """Of all the journeys; what lies before the cut is built once for all tests."""
    folder = tmp_path_factory.mktemp("training")
    log = LogFiles([write_log(folder / "log.jsonl", journeys())])
    cut = cut_log(log)
    build(folder / "index", events=log.paths, encoder="none", min_users=4, as_of_us=cut.from_us - 1)
    made = Training(
        served=Generation.open(folder / "index"),
        folder=folder,
        log=log,
        cut=cut,
        items=(),
        comments=(),
        lexicon=(),
        annotations=(),
        seed=0,
        n_threads=1,
        processes=1,
        told=lambda _stage, _done, _total: None,
    )
    made.__dict__["inner"] = folder / "index"
    return made


def with_log(training: Training, folder: Path, records: Records) -> Training:
    log = LogFiles([write_log(folder / "log.jsonl", records)])
    other = replace(training, log=log, cut=cut_log(log))
    other.__dict__["inner"] = training.inner
    return other


def test_training_learns_where_people_go_and_is_judged_on_what_comes_later(training: Training):
    trained = train_related(training)

    (verdict,) = trained.figures["verdict"]
    assert verdict["MRR@10"] > 1.1 * verdict["untrained"]
    assert sum(trained.figures["n_lists"]) > 0.29 * N
    assert "against" in trained.sentence


def test_trained_order_is_served_and_lists_are_made_in_it(training: Training, tmp_path: Path):
    trained, index_dir = train_related(training), tmp_path / "index"
    shutil.copytree(training.folder / "index", index_dir)
    publish_models(index_dir, [trained], lambda *_: None)

    answers = {}
    for ranker in ("default", "none"):
        with Engine.open(index_dir, ranker=ranker) as engine:
            known = sorted(query for query in engine.queries() if " " in query)
            answers[ranker] = [[each.query for each in engine.related(query)] for query in known]
            told = engine.related(known[0], explain=True)[0].explanation

        assert told is not None
        assert bool(told["score_parts"]["learned"]) == (ranker == "default")
    assert answers["default"] != answers["none"]
    # No file of the generation whose files were linked has changed.
    Generation.open(index_dir, training.served.name, verify=True)
    published = Generation.open(index_dir)
    lists, queries = PairTable(published, LISTS), QueryTable(published)
    with Engine.open(index_dir) as engine:
        for query in known:
            live = engine.related(query, k=5, explain=True)
            assert [each.query for each in engine.related(query, k=5)] == [each.query for each in live]
            listed = lists.of(queries.find(query))[1][: len(live)].tolist()
            assert listed == pytest.approx([each.score for each in live], rel=1e-5)


def test_training_is_refused_where_the_untrained_order_is_right_in_the_end(training: Training, tmp_path: Path):
    opened = Opened.over(training.served)

    def first_untrained(query: str) -> str:
        scored = opened.scored(query, None, "2024-01-01T00:00:00Z")
        return scored.keys[opened.related.chosen(scored, 1)[0][0]]

    with pytest.raises(WorseThanUntrained, match="nothing was published"):
        train_related(with_log(training, tmp_path, journeys(int(0.94 * N), first_untrained)))


def test_training_is_refused_where_nobody_goes_on(training: Training, tmp_path: Path):
    alone = [record for number, record in enumerate(journeys()) if number % 2 == 0]

    with pytest.raises(NotEnoughExamples):
        train_related(with_log(training, tmp_path, alone))


def test_lists_know_nothing_of_the_search_they_are_asked_about(training: Training):
    opened = Opened.over(training.served)
    steps = [("a1", "red lamp", 0), ("a1", "red coat", 60), ("a1", "red lamp", 120), ("a1", "red coat", 180)]
    later = [parse_event(search(user, query, 1_800_000_000 + second)) for user, query, second in steps]

    lists = list(next_lists(opened, later))

    assert [found.target for found in lists] == ["red coat", "red lamp", "red coat"]
    follow_ups = [found.scored.features[found.labels > 0, related_column("own_follow_ups")] for found in lists]
    personal = [number for number, found in enumerate(lists) if found.scored.features[:, -1].any()]
    assert not follow_ups[0].any()
    assert not follow_ups[1].any()
    assert 2 not in personal or np.allclose(follow_ups[2], np.log1p(1))


def test_lists_leave_out_what_was_typed_on_and_other_sessions(training: Training):
    steps = [("red", 0), ("red lamp", 3), ("red coat", 3603), ("Red  coats", 3700), ("blue coat", 3800)]
    later = [parse_event(search("a2", query, 1_800_000_000 + second)) for query, second in steps]

    found = list(next_lists(Opened.over(training.served), later))

    assert [each.target for each in found] == ["blue coat"]
