"""The model card says what training said, as JSON and as Markdown."""

import json

import numpy as np
import pytest

from suggest.features import FEATURES
from suggest.rank.examples import Examples
from suggest.rank.fit import fit
from suggest.rank.model_card import card_text, model_card

METRICS = [
    {"slice": "all", "tests": 300, "MRR@10": 0.4567891, "untrained": 0.4},
    {"slice": "prefix | of 1", "tests": 20, "MRR@10": 0.1, "untrained": 0.2},
]


def examples(seed):
    features = np.random.default_rng(seed).normal(size=(3000, len(FEATURES))).astype(np.float32)
    features[:, 4] = 0
    return Examples(features, (features[:, 1] > 1).astype(np.int32), np.full(300, 10))


@pytest.fixture(scope="module")
def ranker():
    return fit(examples(1), examples(2), max_trees=10, seed=7)


@pytest.fixture(scope="module")
def card(ranker):
    return model_card(ranker, log={"file": "log.jsonl", "events": 12345}, metrics=METRICS)


def test_card_survives_json(card):
    assert json.loads(json.dumps(card)) == card


def test_card_repeats_what_training_said(card, ranker):
    assert card["examples"]["training"]["n_lists"] == 300
    assert card["parameters"]["seed"] == 7
    assert card["versions"] == ranker.training["versions"]
    assert card["metrics"] == METRICS


def test_features_come_with_their_shares_most_important_first(card):
    gains = [feature["gain"] for feature in card["features"]]

    assert {feature["name"] for feature in card["features"]} == {feature.name for feature in FEATURES}
    assert gains == sorted(gains, reverse=True)
    assert card["features"][0]["name"] == FEATURES[1].name
    assert sum(feature["gain_share"] for feature in card["features"]) == pytest.approx(1)


def test_text_holds_every_section(card):
    text = card_text(card)

    for line in (
        "| file | log.jsonl |",
        "| all | 300 | 0.4568 | 0.4000 |",
        "| prefix \\| of 1 | 20 | 0.1000 | 0.2000 |",
        "| learning_rate | 0.15 |",
        "## Versions",
    ):
        assert line in text.splitlines()


def test_text_names_features_without_a_split_apart(card):
    (line,) = (line for line in card_text(card).splitlines() if line.startswith("Not used: "))

    assert FEATURES[4].name in line.removeprefix("Not used: ").rstrip(".").split(", ")


def test_a_card_without_metrics_says_so(ranker):
    text = card_text(model_card(ranker, log={}, metrics=[]))

    assert "## Metrics by slice\n\n-\n" in text


def test_tables_have_equal_columns(card):
    tables = [block.splitlines() for block in card_text(card).split("\n\n") if block.startswith("|")]

    assert len(tables) == 6
    for table in tables:
        assert len({line.replace("\\|", "").count("|") for line in table}) == 1
