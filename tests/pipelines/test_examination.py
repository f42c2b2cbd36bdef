"""How likely each position is looked at: found at build, kept in the generation, and used where an order is trained."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suggest.artifacts import Generation
from suggest.errors import NotEnoughExamples
from suggest.pipelines.build import build
from suggest.pipelines.position_bias import prior_examination, saved_examination
from suggest.pipelines.train import train
from suggest.pipelines.training_log import LogFiles, cut_log
from suggest.rank.examples import Examples
from tests.pipelines.train_logs import THINGS, WORDS, Records, search, write_counts, write_log

START_S = 1_700_000_000
TRUTH = (1.0, 0.6, 0.4, 0.15)


def lists(n: int, start_s: int = START_S) -> Records:
    """Lists of four in random order; a look, which falls from position to position, ends in a click as often as not."""
    rng = random.Random(5)
    records: Records = []
    for number in range(n):
        word, user, ts = rng.choice(WORDS), f"u{number % 40}", start_s + 600 * number
        shown = rng.sample([f"{word} {thing}" for thing in THINGS], 4)
        request = {"ts": ts, "user": user, "request_id": f"r{number}", "surface": "typeahead"}
        records.append({**request, "type": "impression", "input": word, "shown": shown})
        tapped = [position for position, looked in enumerate(TRUTH) if rng.random() < looked / 2]
        for position in tapped:
            records.append({**request, "type": "click", "ts": ts + 2, "query": shown[position], "position": position})
    return records


def built(index_dir: Path, *logs: Path, **options: Any) -> Generation:
    build(index_dir, events=logs, queries=[write_counts(index_dir.with_suffix(".tsv"))], **options, encoder="none")
    return Generation.open(index_dir)


@pytest.fixture
def taught(monkeypatch: pytest.MonkeyPatch) -> list[Examples]:
    """What the next training would learn from, and stop by."""
    given: list[Examples] = []

    def refuse(training: Examples, validation: Examples, **_: int) -> None:
        given.extend((training, validation))
        raise NotEnoughExamples("seen")

    monkeypatch.setattr("suggest.pipelines.train_typeahead.fit", refuse)
    return given


def test_curve_of_a_known_log_is_found_and_kept(tmp_path: Path):
    generation = built(tmp_path / "index", write_log(tmp_path / "log.jsonl", lists(6000)))
    curve = saved_examination(generation, "typeahead")
    assert curve is not None
    np.testing.assert_allclose(curve, TRUTH, rtol=0.2)
    assert saved_examination(generation, "item") is None


def test_log_without_lists_has_no_curve(tmp_path: Path):
    generation = built(tmp_path / "index", write_log(tmp_path / "log.jsonl", [search("u", "red shoes", START_S)]))
    assert saved_examination(generation, "typeahead") is None


def test_positions_are_kept_out_of_training_by_what_lies_before_the_cut(tmp_path: Path, taught: list[Examples]):
    log = write_log(tmp_path / "log.jsonl", lists(3000))
    built(tmp_path / "index", log)
    with pytest.raises(NotEnoughExamples, match="seen; nothing was published"):
        train(tmp_path / "index", surfaces=["typeahead"])
    earlier = built(tmp_path / "earlier", log, as_of_us=cut_log(LogFiles([log])).from_us - 1)
    curve = saved_examination(earlier, "typeahead")
    assert curve is not None
    training, validation = taught
    assert training.weights is None
    for examples in taught:
        assert examples.offsets is not None
        assert set(examples.offsets) == set(np.log(curve))
        starts = np.cumsum(examples.sizes) - examples.sizes
        assert (np.maximum.reduceat(examples.offsets, starts) == 0).all(), "of whole lists, one row is on top"
    assert validation.offsets is not None
    assert validation.weights == pytest.approx(np.exp(-validation.offsets))


def test_a_prior_stands_in_where_nothing_was_shown_before_the_cut(tmp_path: Path, taught: list[Examples]):
    """Searches first, then lists beside searches that began elsewhere."""
    before = [search(f"u{number % 40}", f"{WORDS[number % 10]} lamp", START_S + number) for number in range(2500)]
    after = lists(800, START_S + 10_000)
    log = write_log(
        tmp_path / "log.jsonl", before + after + [{**before[0], "ts": START_S + 9_000 + n} for n in range(900)]
    )
    built(tmp_path / "index", log)
    with pytest.raises(NotEnoughExamples, match="seen"):
        train(tmp_path / "index", surfaces=["typeahead"])
    training, _ = taught
    assert training.offsets is not None
    assert set(training.offsets) == {0.0, *np.log(prior_examination(4))}


def test_log_of_searches_alone_has_no_offsets(tmp_path: Path, taught: list[Examples]):
    rows = [search(f"u{n % 40}", f"{WORDS[n % 7]} {THINGS[n % 9]}", START_S + 600 * n) for n in range(1500)]
    built(tmp_path / "index", write_log(tmp_path / "log.jsonl", rows))
    with pytest.raises(NotEnoughExamples, match="seen"):
        train(tmp_path / "index", surfaces=["typeahead"])
    assert [(examples.offsets, examples.weights) for examples in taught] == [(None, None)] * 2
