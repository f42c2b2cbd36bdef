"""A ranker joins a generation: all else stays as it was, and damage is not passed on."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from suggest import Engine
from suggest.artifacts import Generation, building, current
from suggest.errors import GenerationBroken
from suggest.features import FEATURES
from suggest.pipelines.publish import CARD, carry_models, publish_models, ranker_model
from suggest.pipelines.trained import Trained
from suggest.rank import Ranker
from suggest.rank.examples import Examples
from suggest.rank.fit import fit
from suggest.text.tagger import Tagger
from suggest.text.tagger_weights import TAGGER_PREFIX, load_weights, save_weights, weights_file
from tests.engine.small import write_generation

WEIGHTS = {"red shoes": 5, "red coat": 4, "blue lamp": 3}


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    """An order by the first feature."""
    rng = np.random.default_rng(0)

    def lists(n: int) -> Examples:
        features = rng.random((8 * n, len(FEATURES)), dtype=np.float32)
        best = features[:, 0].reshape(n, 8).argmax(axis=1)
        return Examples(features, np.eye(8, dtype=np.int8)[best].ravel(), np.full(n, 8))

    return fit(lists(300), lists(80))


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    write_generation(tmp_path, WEIGHTS)
    return tmp_path


def test_published_ranker_scores_as_it_did_and_all_else_is_the_same(index_dir: Path, ranker: Ranker):
    before = Generation.open(index_dir)
    name = publish_models(index_dir, [ranker_model(ranker, {"about": "a test"})], lambda *_: None)
    after = Generation.open(index_dir, verify=True)
    assert (current(index_dir), after.name) == (name, name)
    assert {file: after.manifest["files"][file] for file in before.manifest["files"]} == before.manifest["files"]
    assert (after.manifest["inputs"], after.parameters) == (before.manifest["inputs"], before.parameters)
    opened = Ranker.open(after)
    assert opened is not None
    rows = np.random.default_rng(1).random((50, len(FEATURES)), dtype=np.float32)
    assert np.array_equal(opened.scores(rows), ranker.scores(rows))
    assert after.json(CARD) == {"about": "a test"}


def test_second_ranker_takes_the_place_of_the_first(index_dir: Path, ranker: Ranker):
    publish_models(index_dir, [ranker_model(ranker, {"number": 1})], lambda *_: None)
    files = set(Generation.open(index_dir).manifest["files"])
    publish_models(index_dir, [ranker_model(ranker, {"number": 2})], lambda *_: None)
    assert set(Generation.open(index_dir).manifest["files"]) == files
    assert Generation.open(index_dir).json(CARD) == {"number": 2}


def test_where_nothing_can_be_linked_files_are_copied(index_dir: Path, ranker: Ranker, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    publish_models(index_dir, [ranker_model(ranker, {})], lambda *_: None)
    Generation.open(index_dir, verify=True)


def test_damage_is_refused_and_not_given_new_checksums(index_dir: Path, ranker: Ranker):
    served = Generation.open(index_dir)
    damaged = next(served.path(name) for name in served.manifest["files"] if name.endswith(".npy"))
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"\x7f")
    with pytest.raises(GenerationBroken, match="is damaged"):
        publish_models(index_dir, [ranker_model(ranker, {})], lambda *_: None)
    assert current(index_dir) == served.name


def test_directory_without_a_generation_takes_no_ranker(tmp_path: Path, ranker: Ranker):
    with pytest.raises(GenerationBroken):
        publish_models(tmp_path, [ranker_model(ranker, {})], lambda *_: None)
    assert current(tmp_path) is None


def test_next_generation_carries_the_ranker(index_dir: Path, ranker: Ranker):
    publish_models(index_dir, [ranker_model(ranker, {"about": "a test"})], lambda *_: None)
    assert carried(index_dir)
    assert Ranker.open(Generation.open(index_dir)) is not None
    assert Generation.open(index_dir).json(CARD) == {"about": "a test"}


def test_generation_without_a_ranker_gives_none_to_the_next(index_dir: Path):
    assert not carried(index_dir)


def test_ranker_for_other_features_is_not_carried(index_dir: Path, ranker: Ranker, monkeypatch: pytest.MonkeyPatch):
    publish_models(index_dir, [ranker_model(ranker, {})], lambda *_: None)
    monkeypatch.setattr("suggest.rank.ranker.VERSION", 999)
    assert not carried(index_dir)


def test_tagger_of_other_facts_is_not_carried_and_says_what_to_do(index_dir: Path, monkeypatch: pytest.MonkeyPatch):
    with (files("suggest.models") / weights_file("fa")).open("rb") as file:
        weights = load_weights(file)
    tagger = Trained(TAGGER_PREFIX, lambda writer: save_weights(writer.path(weights_file("fa")), weights), "", {})
    publish_models(index_dir, [tagger], lambda *_: None)
    assert carried(index_dir, TAGGER_PREFIX)

    monkeypatch.setattr("suggest.text.tagger_weights.FORMAT", 999)
    with pytest.raises(GenerationBroken, match=r"expected tagger weights of format 999, got \d+.*after: suggest build"):
        Tagger.of(Generation.open(index_dir))
    assert not carried(index_dir, TAGGER_PREFIX)


def test_damaged_ranker_is_not_carried(index_dir: Path, ranker: Ranker):
    publish_models(index_dir, [ranker_model(ranker, {})], lambda *_: None)
    served = Generation.open(index_dir)
    damaged = next(served.path(name) for name in served.manifest["files"] if name.startswith("ranker_"))
    damaged.write_bytes(b"\x7f" * damaged.stat().st_size)
    assert not carried(index_dir)


def test_ranker_for_other_features_is_an_error_that_says_what_to_do(
    index_dir: Path, ranker: Ranker, monkeypatch: pytest.MonkeyPatch
):
    publish_models(index_dir, [ranker_model(ranker, {})], lambda *_: None)
    monkeypatch.setattr("suggest.rank.ranker.VERSION", 999)
    with pytest.raises(GenerationBroken, match=r"version \d+ of the features.*train again with: suggest train"):
        Engine.open(index_dir)
    with Engine.open(index_dir, ranker="none") as engine:
        assert engine.complete("red")[0].query == "red shoes"


def carried(index_dir: Path, prefix: str = "ranker") -> bool:
    """Whether a generation made now would have files of a model."""
    with building(index_dir) as writer:
        served = Generation.open(index_dir, verify=False)
        for name in served.manifest["files"]:
            if not name.startswith(prefix):
                writer.path(name).write_bytes(served.path(name).read_bytes())
        writer.parameters = dict(served.parameters)
        carry_models(index_dir, writer)
        return any(path.name.startswith(prefix) for path in writer.directory.iterdir())
