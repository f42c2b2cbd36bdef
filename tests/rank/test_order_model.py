"""A surface's learned order: it finds a known one, says how likely it is, and is served as it was saved."""

import subprocess
import sys

import numpy as np
import pytest

from suggest.artifacts import Generation, building
from suggest.errors import ArgumentError, GenerationBroken, NotEnoughExamples
from suggest.features import Feature
from suggest.rank.examples import Examples
from suggest.rank.order_fit import calibration, fit_again, fit_order
from suggest.rank.order_model import OrderModel

FEATURES = tuple(Feature(name, "A number.", "1") for name in ("good", "noise", "bad"))
VERSION = 3
PER_LIST = 10


def odds(features):
    return 2 * features[:, 0] - features[:, 2] - 3


def world(seed, n_lists=400):
    """Each row is wanted with a known probability, so that lists may hold none or many."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n_lists * PER_LIST, len(FEATURES))).astype(np.float32)
    is_wanted = rng.random(len(features)) < 1 / (1 + np.exp(-odds(features)))
    return Examples(features, is_wanted.astype(np.int32), np.full(n_lists, PER_LIST))


def fitted(**options):
    return fit_order("toy_order", FEATURES, VERSION, world(1), world(2), **{"max_trees": 40, **options})


@pytest.fixture(scope="module")
def model():
    return fitted()


@pytest.fixture
def generation(model, tmp_path):
    with building(tmp_path) as writer:
        model.save(writer)
    return Generation.open(tmp_path)


@pytest.mark.parametrize("objective", ["lambdarank", "binary"])
def test_the_order_of_a_known_world_is_found(objective):
    later = world(3)

    scores = fitted(objective=objective).scores(later.features)

    assert np.corrcoef(scores, odds(later.features))[0, 1] > 0.85


@pytest.mark.parametrize("objective", ["lambdarank", "binary"])
def test_scores_are_log_odds_of_being_wanted(objective):
    later = world(4, n_lists=2000)
    probability = 1 / (1 + np.exp(-fitted(objective=objective).scores(later.features)))

    for low, high in ((0.0, 0.1), (0.1, 0.3), (0.3, 0.6)):
        inside = (probability > low) & (probability <= high)
        assert abs(probability[inside].mean() - later.labels[inside].mean()) < 0.06


@pytest.mark.parametrize("objective", ["lambdarank", "binary"])
def test_an_order_learned_again_from_more_lists_is_nearer_to_the_truth(objective):
    later = world(3)
    first = fit_order("toy_order", FEATURES, VERSION, world(1, n_lists=200), world(2), objective=objective)

    again = fit_again(first, FEATURES, world(5, n_lists=2000))

    near = [np.corrcoef(order.scores(later.features), odds(later.features))[0, 1] for order in (first, again)]
    assert near[1] > near[0]
    assert (again.trees.n_trees, again.slope, again.intercept) == (first.trees.n_trees, first.slope, first.intercept)
    assert again.training["n_lists"] == {**first.training["n_lists"], "published": len(world(5, 2000).teaching().sizes)}


def test_an_order_learned_again_from_the_same_lists_is_the_same():
    first = fitted()

    again = fit_again(first, FEATURES, world(1))

    assert np.array_equal(again.scores(world(3).features), first.scores(world(3).features))


def test_calibration_finds_the_odds_that_labels_were_drawn_with():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=200_000)
    is_wanted = rng.random(len(scores)) < 1 / (1 + np.exp(-(1.5 * scores - 2)))

    assert calibration(scores, is_wanted) == pytest.approx((1.5, -2), abs=0.03)


def test_an_opened_order_scores_as_the_trained_one(model, generation):
    opened = OrderModel.open(generation, "toy_order", FEATURES, VERSION)
    rows = world(5).features

    np.testing.assert_array_equal(opened.scores(rows), model.scores(rows))
    np.testing.assert_array_equal(opened.contributions(rows), model.contributions(rows))
    assert opened.scores(rows[:0]).shape == (0,)


def test_contributions_explain_every_difference(model):
    rows = world(6).features

    rest = model.scores(rows) - model.contributions(rows).sum(axis=1)

    np.testing.assert_allclose(rest, rest[0], atol=1e-4)


def test_a_generation_without_an_order_has_none(generation):
    assert OrderModel.open(generation, "other_order", FEATURES, VERSION) is None


def test_an_order_of_other_features_is_refused_with_their_names(generation):
    renamed = (*FEATURES[:2], FEATURES[2]._replace(name="warmth"))

    with pytest.raises(GenerationBroken, match="differing: bad, warmth"):
        OrderModel.open(generation, "toy_order", renamed, VERSION)
    with pytest.raises(GenerationBroken, match=r"version 3 of its .* version 4 \(differing: order or meaning\)"):
        OrderModel.open(generation, "toy_order", FEATURES, VERSION + 1)


@pytest.mark.parametrize("rows", [np.zeros((2, 4), np.float32), np.zeros((2, 3)), np.zeros(3, np.float32)])
def test_other_rows_are_refused(model, rows):
    with pytest.raises(ValueError, match=r"expected float32\[n, 3\], got"):
        model.scores(rows)


def test_too_few_lists_teach_nothing():
    with pytest.raises(NotEnoughExamples, match="at least 100 lists"):
        fit_order("toy_order", FEATURES, VERSION, world(1, n_lists=50), world(2))


def test_features_that_tell_nothing_are_refused():
    blank = [Examples(np.zeros_like(part.features), part.labels, part.sizes) for part in (world(1), world(2))]

    with pytest.raises(NotEnoughExamples, match="no feature tells"):
        fit_order("toy_order", FEATURES, VERSION, *blank)


def test_arrays_that_do_not_fit_together_are_refused():
    broken = Examples(world(1).features[:, :2].copy(), world(1).labels, world(1).sizes)

    with pytest.raises(ArgumentError, match=r"training\.features: expected float32\[4000, 3\]"):
        fit_order("toy_order", FEATURES, VERSION, broken, world(2))


def test_serving_needs_no_lightgbm():
    code = "import sys; sys.modules['lightgbm'] = None; import suggest.rank.order_model"

    subprocess.run([sys.executable, "-c", code], check=True)
