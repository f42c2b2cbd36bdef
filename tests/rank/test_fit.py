"""Training: it finds an order known by construction, says so when it cannot, and repeats itself."""

from dataclasses import replace

import numpy as np
import pytest

from suggest.errors import ArgumentError, NotEnoughExamples
from suggest.features import FEATURES
from suggest.rank import fit as fit_module
from suggest.rank.examples import Examples
from suggest.rank.fit import fit, fit_again

N = len(FEATURES)
PER_LIST = 12
GOOD, OTHER = 0, 2


def world(n_lists, *, seed=0, noise=0.5):
    """Lists whose wanted row has, but for noise, the largest GOOD less OTHER."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n_lists * PER_LIST, N)).astype(np.float32)
    worth = features[:, GOOD] - features[:, OTHER] + noise * rng.normal(size=len(features))
    worth = worth.reshape(n_lists, PER_LIST)
    labels = (worth == worth.max(axis=1, keepdims=True)).astype(np.int32).ravel()
    return Examples(features, labels, np.full(n_lists, PER_LIST))


def mrr(scores, examples):
    """By sorting each list."""
    total = 0.0
    for one, labels in zip(scores.reshape(-1, PER_LIST), examples.labels.reshape(-1, PER_LIST), strict=True):
        ranked = labels[np.argsort(-one, kind="stable")]
        total += 1 / (1 + np.flatnonzero(ranked)[0])
    return total / len(examples.sizes)


def clicked(n_lists, *, seed):
    """What a list ordered by a third feature shows, clicked where seen and good, seen less often further down."""
    rng = np.random.default_rng(seed)
    examples = world(n_lists, seed=seed)
    shown = examples.features[:, 1] + examples.features[:, GOOD] / 2
    shown = np.argsort(-shown.reshape(n_lists, PER_LIST), axis=1)
    features = np.take_along_axis(examples.features.reshape(n_lists, PER_LIST, N), shown[:, :, None], axis=1)
    positions = np.tile(np.arange(PER_LIST), n_lists)
    rows = features.reshape(-1, N)
    is_good = 1 / (1 + np.exp(1.5 - 1.5 * (rows[:, GOOD] - rows[:, OTHER])))
    labels = (rng.random(len(rows)) < is_good / (1 + positions)).astype(np.int32)
    return Examples(rows, labels, examples.sizes, -np.log1p(positions))


@pytest.fixture(scope="module")
def ranker():
    return fit(world(2000, seed=1), world(500, seed=2))


def test_the_order_of_a_known_world_is_found(ranker):
    later = world(500, seed=3)
    best = mrr(later.features[:, GOOD] - later.features[:, OTHER], later)

    assert mrr(ranker.scores(later.features), later) > 0.95 * best


def test_validation_figures_are_those_of_sorting(ranker):
    later = world(500, seed=2)

    assert ranker.training["validation"]["mrr@10"] == pytest.approx(mrr(ranker.scores(later.features), later), abs=2e-3)


def test_validation_lists_weigh_as_much_as_what_was_wanted_in_them():
    later = world(200, seed=2)
    weights = np.random.default_rng(0).uniform(0.1, 5, len(later.labels))

    weighted = fit(world(400), replace(later, weights=weights))

    scores = weighted.scores(later.features).reshape(-1, PER_LIST)
    wanted = later.labels.reshape(-1, PER_LIST).argmax(axis=1)
    ranks = (scores >= np.take_along_axis(scores, wanted[:, None], axis=1)).sum(axis=1)
    expected = np.average(np.where(ranks <= 10, 1 / ranks, 0), weights=weights[later.labels > 0])
    assert weighted.training["validation"]["mrr@10"] == pytest.approx(expected, abs=2e-3)


def test_importance_names_the_features_that_matter(ranker):
    gains = {name: values["gain"] for name, values in ranker.training["importance"].items()}

    assert set(sorted(gains, key=gains.__getitem__)[-2:]) == {FEATURES[GOOD].name, FEATURES[OTHER].name}


def test_trees_are_bounded(ranker):
    assert ranker.training["n_trees"] == ranker.trees.n_trees <= 60
    small = fit(world(5000), world(100, seed=1), max_trees=3, max_leaves=31)
    assert small.trees.n_trees <= 3
    assert small.training["parameters"]["num_leaves"] == 31


def test_the_same_examples_give_the_same_trees_on_any_number_of_threads():
    later = world(100, seed=8)
    one, again, two = (fit(world(400), later, n_threads=n) for n in (1, 1, 2))

    for other in (again, two):
        np.testing.assert_array_equal(one.scores(later.features), other.scores(later.features))


def test_an_order_learned_again_from_more_lists_is_nearer_to_the_truth():
    unseen = world(1000, seed=9, noise=0)
    first = fit(world(150, seed=3), world(100, seed=1))

    again = fit_again(first, world(3000, seed=4))

    assert mrr(again.scores(unseen.features), unseen) > mrr(first.scores(unseen.features), unseen)
    assert again.trees.n_trees == first.trees.n_trees
    assert again.training["published"]["n_lists"] == 3000
    assert {name: again.training[name] for name in ("training", "validation", "n_trees", "parameters")} == {
        name: first.training[name] for name in ("training", "validation", "n_trees", "parameters")
    }


def test_an_order_learned_again_from_the_same_lists_is_the_same():
    first, later = fit(world(400), world(100, seed=1)), world(200, seed=2)

    again = fit_again(first, world(400))

    np.testing.assert_array_equal(again.scores(later.features), first.scores(later.features))


def test_lists_without_a_difference_change_nothing():
    training, later = world(300), world(100, seed=1)
    nothing = np.zeros(PER_LIST, dtype=np.int32)
    everything = nothing + 1
    padded = Examples(
        np.concatenate([training.features[: 2 * PER_LIST], training.features]),
        np.concatenate([nothing, everything, training.labels]),
        np.concatenate([[PER_LIST, PER_LIST], training.sizes]),
    )

    plain, with_them = fit(training, later), fit(padded, later)

    np.testing.assert_array_equal(plain.scores(later.features), with_them.scores(later.features))
    assert with_them.training["training"]["n_lists"] == 302
    assert with_them.training["training"]["n_lists_used"] == 300


def test_offsets_keep_what_was_only_shown_first_from_counting():
    training, later = clicked(3000, seed=5), clicked(800, seed=6)
    unclicked = world(1000, seed=7, noise=0)

    naive = fit(replace(training, offsets=None), later)
    debiased = fit(training, later)

    assert mrr(debiased.scores(unclicked.features), unclicked) > mrr(naive.scores(unclicked.features), unclicked)
    assert debiased.training["training"]["has_offsets"]
    assert not naive.training["training"]["has_offsets"]


def test_offsets_of_zero_are_none():
    training, later = world(300), world(100, seed=1)
    zeros = np.zeros(len(training.labels))

    with_them, without = (fit(replace(training, offsets=offsets), later) for offsets in (zeros, None))

    np.testing.assert_array_equal(with_them.scores(later.features), without.scores(later.features))


def test_weights_count():
    """Of two contradicting halves the heavier one is learned."""
    one, other = world(400, seed=1), world(400, seed=2)
    mirrored = replace(other, features=-other.features)
    both = Examples(
        np.concatenate([one.features, mirrored.features]),
        np.concatenate([one.labels, mirrored.labels]),
        np.concatenate([one.sizes, mirrored.sizes]),
        weights=np.repeat([5.0, 0.2], len(one.labels)),
    )
    later = world(200, seed=3)

    assert mrr(fit(both, later).scores(later.features), later) > 0.7


def test_graded_labels_are_accepted():
    training, later = world(300), world(100, seed=1)

    graded = fit(replace(training, labels=training.labels * 3 + (training.features[:, GOOD] > 1)), later)

    assert mrr(graded.scores(later.features), later) > 0.6


def test_what_must_only_rise_does(monkeypatch):
    monkeypatch.setattr(fit_module, "FEATURES", [Asked(feature.name, monotone=1) for feature in FEATURES])
    ranker = fit(world(1000), world(200, seed=1))
    rows = np.repeat(world(5, seed=2).features, 50, axis=0).reshape(-1, 50, N)
    rows[:, :, OTHER] = np.sort(rows[:, :, OTHER], axis=1) + np.linspace(-3, 3, 50, dtype=np.float32)

    scores = ranker.scores(rows.reshape(-1, N)).reshape(-1, 50)

    assert (np.diff(scores, axis=1) >= -1e-12).all()


def test_categories_are_told_apart_whatever_their_numbers(monkeypatch):
    monkeypatch.setattr(
        fit_module,
        "FEATURES",
        [Asked(feature.name, categorical=number == GOOD) for number, feature in enumerate(FEATURES)],
    )
    rng = np.random.default_rng(0)

    def categories(n_lists):
        features = np.zeros((n_lists * PER_LIST, N), dtype=np.float32)
        features[:, GOOD] = np.concatenate([rng.permutation(PER_LIST) for _ in range(n_lists)])
        return Examples(features, (features[:, GOOD] == 5).astype(np.int32), np.full(n_lists, PER_LIST))

    later = categories(100)

    assert mrr(fit(categories(500), later).scores(later.features), later) == 1


@pytest.mark.parametrize(
    "few",
    [
        world(0),
        world(1),
        world(99),
        replace(world(300), labels=np.zeros(300 * PER_LIST, dtype=np.int32)),
        replace(world(300), labels=np.ones(300 * PER_LIST, dtype=np.int32)),
        Examples(world(300).features, world(300).labels, np.ones(300 * PER_LIST, dtype=np.int64)),
    ],
    ids=["none", "one list", "few lists", "nothing wanted", "all wanted", "single rows"],
)
def test_too_few_examples_are_counted(few):
    with pytest.raises(NotEnoughExamples, match=r"at least 100 lists .* got \d+ \(of \d+\) and 50 \(of 50\)"):
        fit(few, world(50, seed=1))


def test_too_few_examples_to_validate_with_are_counted():
    with pytest.raises(NotEnoughExamples, match=r"got 300 \(of 300\) and 29 \(of 29\)"):
        fit(world(300), world(29))


def test_features_that_tell_nothing_apart_are_refused():
    training = world(300)

    with pytest.raises(NotEnoughExamples, match=r"no feature tells .* in 300 lists"):
        fit(replace(training, features=np.ones_like(training.features)), world(100, seed=1))


@pytest.mark.parametrize(
    ("changed", "argument"),
    [
        ({"features": world(300).features[:, 1:]}, "features"),
        ({"features": world(300).features.astype(np.float64)}, "features"),
        ({"features": np.full((300 * PER_LIST, N), np.inf, dtype=np.float32)}, "features"),
        ({"labels": np.full(300 * PER_LIST, -1)}, "labels"),
        ({"labels": np.full(300 * PER_LIST, 31)}, "labels"),
        ({"sizes": np.full(299, PER_LIST)}, "sizes"),
        ({"sizes": np.append(np.full(300, PER_LIST), 0)}, "sizes"),
        ({"offsets": np.zeros(3)}, "offsets"),
        ({"offsets": np.full(300 * PER_LIST, -np.inf)}, "offsets"),
        ({"weights": np.ones(3)}, "weights"),
        ({"weights": np.zeros(300 * PER_LIST)}, "weights"),
        ({"weights": np.full(300 * PER_LIST, np.nan)}, "weights"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(changed, argument):
    with pytest.raises(ArgumentError, match=f"^training.{argument}: expected"):
        fit(replace(world(300), **changed), world(100))


def test_missing_values_are_learned_from():
    training, later = world(500), world(200, seed=1)
    for examples in (training, later):
        examples.features[::2, OTHER] = np.nan

    assert mrr(fit(training, later).scores(later.features), later) > 0.5


class Asked:
    """A feature with training hints."""

    def __init__(self, name, *, monotone=0, categorical=False):
        self.name = name
        self.monotone = monotone
        self.categorical = categorical
