"""Arms of one generation that differ by their ranker."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from suggest.artifacts import Generation, building
from suggest.engine import Engine
from suggest.features import FEATURES, column
from suggest.rank.examples import Examples
from suggest.rank.fit import fit
from suggest.service.experiment import Arm, Experiment
from tests.engine.small import write_generation
from tests.service.asgi import serving

ARMS = {"trained": Arm("trained", 0.5), "untrained": Arm("untrained", 0.5, ranker="none")}


def examples(seed: int) -> Examples:
    """Lists in which the least popular query was meant."""
    features = np.random.default_rng(seed).uniform(0, 80, size=(3000, len(FEATURES))).astype(np.float32)
    least = features[:, column("popularity")].reshape(300, 10).argmin(axis=1)
    labels = (np.arange(10) == least[:, np.newaxis]).astype(np.int32).ravel()
    return Examples(features, labels, np.full(300, 10))


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    """A generation with a ranker that likes what is not popular."""
    weights = {f"n{letter}": 10.0 * rank for rank, letter in enumerate("abcdefg", 1)}
    write_generation(tmp_path / "index", weights)
    plain = Generation.open(tmp_path / "index")
    with building(tmp_path / "index") as writer:
        for file in plain.manifest["files"]:
            shutil.copy(plain.path(file), writer.path(file))
        writer.parameters |= plain.parameters
        fit(examples(1), examples(2), max_trees=20).save(writer)
    return tmp_path / "index"


def test_arms_answer_in_the_order_of_their_ranker(index_dir: Path, service_with):
    expected = {}
    for name, arm in ARMS.items():
        with Engine.open(index_dir, ranker=arm.ranker) as engine:
            expected[name] = [suggestion.query for suggestion in engine.complete("n", user="somebody")]
    assert expected["trained"] != expected["untrained"]
    experiment = Experiment("trial", "trial", tuple(ARMS.values()))
    with serving(service_with(index_dir=str(index_dir), experiment=experiment)) as service:
        answers = [service.get(f"/v1/complete?q=n&user=user-{number}") for number in range(20)]
    assert {answer.headers["suggest-arm"] for answer in answers} == set(expected)
    for answer in answers:
        shown = [row["query"] for row in answer.json()["suggestions"]]
        assert shown == expected[answer.headers["suggest-arm"]]


def test_a_generation_without_a_trained_order_answers_alike_in_both(built: Path, service_with):
    experiment = Experiment("trial", "trial", tuple(ARMS.values()))
    with serving(service_with(index_dir=str(built), experiment=experiment)) as service:
        answers = [service.get(f"/v1/complete?q=n&user=user-{number}") for number in range(20)]
    assert {answer.headers["suggest-arm"] for answer in answers} == set(ARMS)
    assert len({str(answer.json()["suggestions"]) for answer in answers}) == 1
