"""Trees are scored as LightGBM scores them: bit for bit, at every threshold and with missing values too."""

from pathlib import Path

import lightgbm as lgb
import numpy as np
import pytest

from suggest.artifacts import Generation, building
from suggest.rank.trees import Trees

N_FEATURES = 6
CATEGORICAL = 5
SPECIAL = (np.nan, np.inf, -np.inf, 0.0, -0.0, -0.5, -1.0, -3.0, 1e-36, -1e-36, 1e-35, -1e-35, 0.999, 1e9, 3e38)
QUIET = {"verbose": -1, "num_threads": 1, "deterministic": True, "seed": 3}


def rows(n, *, seed=0, missing=0.0):
    """float32[n, N_FEATURES]: continuous, counts, mostly one value, constant, coarse and categories."""
    rng = np.random.default_rng(seed)
    found = np.column_stack(
        [
            rng.lognormal(1, 2, n),
            rng.poisson(1, n),
            np.where(rng.random(n) < 0.8, -1, rng.normal(size=n)),
            np.full(n, 7),
            rng.integers(-4, 4, n) / 3,
            rng.integers(0, 12, n),
        ]
    ).astype(np.float32)
    found[rng.random(found.shape) < missing] = np.nan
    return found


def trained(parameters, *, missing=0.0, n_trees=15, n=2000):
    """LightGBM trees over `rows`."""
    features = rows(n, missing=missing)
    known = np.nan_to_num(features)
    target = np.log1p(known[:, 0]) * known[:, 1] + known[:, 2] + 3 * np.isin(known[:, 5], [1, 4, 9]) + known[:, 4] ** 2
    dataset = lgb.Dataset(features, target, categorical_feature=[CATEGORICAL] if parameters.get("categories") else [])
    settings = {"objective": "regression", "num_leaves": 31, "min_data_in_leaf": 5, **QUIET, **parameters}
    return lgb.train({key: value for key, value in settings.items() if key != "categories"}, dataset, n_trees)


def lambdarank():
    features = rows(1000)
    labels = (features[:, 1] > 2).astype(np.int32)
    dataset = lgb.Dataset(features, labels, group=[20] * 50)
    return lgb.train({"objective": "lambdarank", "num_leaves": 7, **QUIET}, dataset, 20)


MODELS = {
    "numbers": lambda: trained({}),
    "categories": lambda: trained({"categories": True, "min_data_per_group": 5}),
    "missing values": lambda: trained({"categories": True, "min_data_per_group": 5}, missing=0.2),
    "missing values not told": lambda: trained({"use_missing": False}, missing=0.2),
    "monotone": lambda: trained({"monotone_constraints": [1, 1, 0, 0, -1, 0]}),
    "many thresholds": lambda: trained({"max_bin": 255, "min_data_in_bin": 1}, n_trees=60),
    "7 leaves": lambda: trained({"num_leaves": 7}),
    "8 leaves": lambda: trained({"num_leaves": 8}),
    "15 leaves": lambda: trained({"num_leaves": 15}),
    "16 leaves": lambda: trained({"num_leaves": 16}),
    "2 leaves": lambda: trained({"num_leaves": 2}),
    "one tree": lambda: trained({}, n_trees=1),
    "without a split": lambda: trained({"min_data_in_leaf": 10**6}),
    "ranks": lambdarank,
}


@pytest.fixture(scope="module", params=MODELS)
def booster(request):
    return MODELS[request.param]()


@pytest.fixture
def trees(booster):
    return Trees.of(booster.dump_model())


def thresholds(booster):
    """All numeric thresholds of each feature."""
    found = {feature: [] for feature in range(N_FEATURES)}

    def visit(node):
        if "split_feature" in node:
            if node["decision_type"] == "<=":
                found[node["split_feature"]].append(node["threshold"])
            visit(node["left_child"])
            visit(node["right_child"])

    for tree in booster.dump_model()["tree_info"]:
        visit(tree["tree_structure"])
    return found


def at_thresholds(booster, n=3000):
    """Rows whose values are thresholds as float32, their neighbours on both sides, and special values."""
    rng = np.random.default_rng(5)
    columns = []
    for feature, values in thresholds(booster).items():
        exact = np.clip(np.array([0.0, *values]), -3e38, 3e38).astype(np.float32)
        near = [np.nextafter(exact, np.float32(sign * np.inf)) for sign in (1, -1)]
        choices = np.concatenate([exact, *near, np.array(SPECIAL, dtype=np.float32), rows(40)[:, feature]])
        columns.append(rng.choice(choices, n))
    return np.column_stack(columns).astype(np.float32)


def test_scores_equal_those_of_lightgbm(booster, trees):
    features = rows(700, seed=1, missing=0.1)

    np.testing.assert_array_equal(trees.scores(features), booster.predict(features))


def test_scores_at_thresholds_equal_those_of_lightgbm(booster, trees):
    features = at_thresholds(booster)

    np.testing.assert_array_equal(trees.scores(features), booster.predict(features))


def test_scores_of_one_request_equal_those_of_lightgbm(booster, trees):
    """Where most features are one value for all candidates, missing ones included."""
    rng = np.random.default_rng(6)
    for seed in range(20):
        features = rows(64, seed=seed, missing=0.05)
        shared = rng.random(N_FEATURES) < 0.6
        features[:, shared] = features[0, shared]

        np.testing.assert_array_equal(trees.scores(features), booster.predict(features))


@pytest.mark.parametrize("n", [0, 1, 2, 7, 8, 63, 128, 129])
def test_scores_do_not_depend_on_the_rows_beside(booster, trees, n):
    features = rows(600, seed=2)

    scores = trees.scores(features[:n])

    assert scores.shape == (n,)
    assert scores.dtype == np.float64
    np.testing.assert_array_equal(scores, trees.scores(features)[:n])


def test_scores_do_not_depend_on_the_memory_order(trees):
    features = rows(100)

    np.testing.assert_array_equal(trees.scores(np.asfortranarray(features)), trees.scores(features))
    np.testing.assert_array_equal(trees.scores(features[::3]), trees.scores(features)[::3])


def test_contributions_sum_to_the_score(trees):
    features = rows(300, seed=4, missing=0.1)

    contributions = trees.contributions(features)

    assert contributions.shape == features.shape
    np.testing.assert_allclose(
        contributions.sum(axis=1) + trees.expected[0], trees.scores(features), rtol=1e-4, atol=1e-4
    )


def test_features_that_no_tree_asks_contribute_nothing(booster, trees):
    is_asked = booster.feature_importance() > 0

    np.testing.assert_array_equal(trees.contributions(rows(500)).any(axis=0) & ~is_asked, np.zeros(N_FEATURES))


def test_a_saved_copy_gives_the_same_scores(tmp_path: Path, trees):
    with building(tmp_path) as writer:
        trees.save(writer, "ranker")
    features = rows(100)

    opened = Trees.open(Generation.open(tmp_path), "ranker")

    np.testing.assert_array_equal(opened.scores(features), trees.scores(features))
    np.testing.assert_array_equal(opened.contributions(features), trees.contributions(features))


def test_an_unsplit_tree_gives_its_value_everywhere():
    trees = Trees.of(MODELS["without a split"]().dump_model())

    assert np.ptp(trees.scores(at_thresholds(MODELS["numbers"](), n=50))) == 0


def test_trees_of_more_leaves_are_refused():
    with pytest.raises(ValueError, match="at most 31 leaves a tree, got 32"):
        Trees.of(trained({"num_leaves": 32}).dump_model())


def test_more_thresholds_of_a_feature_are_refused():
    booster = trained({"max_bin": 2000, "min_data_in_bin": 1}, n_trees=100)

    with pytest.raises(ValueError, match="fewer than 255 thresholds a feature"):
        Trees.of(booster.dump_model())


def test_zeros_as_missing_are_refused():
    with pytest.raises(ValueError, match="zero_as_missing=false"):
        Trees.of(trained({"zero_as_missing": True}).dump_model())


def test_several_classes_are_refused():
    booster = lgb.train(
        {"objective": "multiclass", "num_class": 3, **QUIET}, lgb.Dataset(rows(300), np.arange(300) % 3), 2
    )

    with pytest.raises(ValueError, match="one score a row"):
        Trees.of(booster.dump_model())
