"""Laws that hold for all features, however many there are."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest

from suggest.engine import Engine
from suggest.features import FEATURES, column
from suggest.rank import Scored
from tests.engine.small import search, write_generation

NOW = 1_768_000_000.0
WEIGHTS = {
    f"{word} {thing}": 1 + 7 * number
    for number, (word, thing) in enumerate(
        (word, thing) for word in ("jazz", "night", "ice") for thing in ("piano", "train", "cream", "lamp")
    )
}
PREFIXES = ["", "j", "jazz ", "jazz p", "ni", "ice c", "nigth", "zz", "jazz piano"]
NAMES = {feature.name for feature in FEATURES}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("laws")
    local = {"de": dict.fromkeys(sorted(WEIGHTS)[::2], 3.0)}
    write_generation(folder, WEIGHTS, locales=local, watermark="2026-01-01T00:00:00Z")
    with Engine.open(folder) as opened:
        rng = random.Random(1)
        events = [
            search(f"u{n % 3}", rng.choice([*WEIGHTS, "own words here"]), NOW - 4000 * n, locale="de")
            for n in range(60)
        ]
        opened.observe(events)
        yield opened


def scored(engine: Engine, prefix: str, user: str = "u1", now: float = NOW, locale: str | None = None) -> Scored:
    return engine.scored(prefix, user, now, locale=locale)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("user", ["u1", "nobody"])
@pytest.mark.parametrize("locale", [None, "de", "xx"])
def test_matrix_is_finite_and_has_a_row_for_each_candidate(engine: Engine, prefix: str, user: str, locale: str | None):
    found = scored(engine, prefix, user, locale=locale)
    assert found.features.dtype == np.float32
    assert found.features.shape == (len(found.candidates), len(FEATURES)) == (len(found.keys), len(FEATURES))
    assert not np.isinf(found.features).any()
    assert found.parts.shape[0] == len(found.keys)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_same_request_gives_the_same_bytes(engine: Engine, prefix: str):
    first, second = scored(engine, prefix), scored(engine, prefix)
    assert first.keys == second.keys
    assert first.features.tobytes() == second.features.tobytes()


def test_features_do_not_depend_on_what_comes_later(engine: Engine):
    """Every moment of the past gives, after the events, what it gave before them."""
    for past in (NOW - 100_000, NOW - 200_000):
        before = scored(engine, "jazz", now=past)
        engine.observe([search("u1", "jazz piano", NOW - 100 + past / 1e9)])
        after = scored(engine, "jazz", now=past)
        assert before.keys == after.keys
        assert before.features.tobytes() == after.features.tobytes()


def test_another_person_changes_nothing_of_this_one(engine: Engine):
    before = scored(engine, "night ")
    assert len(before.keys) > 2
    engine.observe([search("somebody else", "night train", NOW - 50)])
    assert scored(engine, "night ").features.tobytes() == before.features.tobytes()


@pytest.mark.parametrize("prefix", ["j", "ni", "ice c"])
def test_stranger_has_the_default_of_everything_own(engine: Engine, prefix: str):
    found = scored(engine, prefix, "nobody")
    assert len(found.keys) > 0
    for feature in FEATURES:
        if feature.name.startswith("own_"):
            assert set(found.features[:, column(feature.name)].tolist()) == {feature.default}, feature.name


def test_own_count_counts_own_searches(engine: Engine):
    found = scored(engine, "jazz", "u2", now=NOW)
    history = [search("u9", "jazz lamp", NOW - 90 * n) for n in (3, 2, 1)]
    engine.observe(history)
    own = scored(engine, "jazz", "u9")
    counts = dict(zip(own.keys, own.features[:, column("own_count")].tolist(), strict=True))
    assert counts["jazz lamp"] == 3.0
    assert sum(counts.values()) == 3.0
    assert len(found.keys) > 0


@pytest.mark.parametrize("locale", ["de", None])
def test_popularity_is_that_of_the_index(engine: Engine, locale: str | None):
    found = scored(engine, "n", "nobody", locale=locale)
    weights = dict.fromkeys(sorted(WEIGHTS)[::2], 3.0) if locale else WEIGHTS
    rows = [row for row, candidate in enumerate(found.candidates) if candidate.query_id >= 0]
    assert [found.features[row, column("popularity")] for row in rows] == [
        weights.get(found.keys[row], 0.0) for row in rows
    ]
    assert [found.features[row, column("popularity_all")] for row in rows] == [WEIGHTS[found.keys[row]] for row in rows]


def test_features_are_named_once_and_described():
    assert len(NAMES) == len(FEATURES)
    for number, feature in enumerate(FEATURES):
        assert column(feature.name) == number
        assert feature.meaning.endswith(".")
        assert feature.unit
        assert feature.monotone in (-1, 0, 1)
