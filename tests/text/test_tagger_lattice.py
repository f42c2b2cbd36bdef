"""The likeliest tags and the probability of each name, against all paths one by one."""

from __future__ import annotations

from itertools import pairwise, product
from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.text.tagger_lattice import CLOSED, FOLLOWERS, N_TAGS, OUTSIDE, Lattice, best_path, spans_of

WEIGHTS = st.lists(st.floats(-4, 4), min_size=N_TAGS, max_size=N_TAGS)
EMISSIONS = st.lists(WEIGHTS, min_size=1, max_size=4)
STEPS = st.lists(WEIGHTS, min_size=N_TAGS, max_size=N_TAGS)


def all_paths(emissions, steps):
    """Every path that is allowed, with its weight."""
    for path in product(range(N_TAGS), repeat=len(emissions)):
        if path[0] not in FOLLOWERS[OUTSIDE] or path[-1] not in CLOSED:
            continue
        if all(after in FOLLOWERS[before] for before, after in pairwise(path)):
            weight = sum(row[tag] for row, tag in zip(emissions, path, strict=True))
            yield path, weight + sum(steps[before][after] for before, after in pairwise(path))


@given(EMISSIONS, STEPS)
@settings(max_examples=50)
def test_best_path_is_the_heaviest_of_all(emissions, steps):
    paths = dict(all_paths(emissions, steps))
    assert paths[tuple(best_path(emissions, steps))] == pytest.approx(max(paths.values()))


@given(EMISSIONS, STEPS)
@settings(max_examples=50)
def test_probability_is_the_share_of_paths_with_that_name(emissions, steps):
    lattice = Lattice(emissions, steps)
    odds = [(spans_of(path), exp(weight)) for path, weight in all_paths(emissions, steps)]
    total = sum(chance for _, chance in odds)
    for start in range(len(emissions)):
        for end in range(start + 1, len(emissions) + 1):
            share = sum(chance for spans, chance in odds if (start, end) in spans) / total
            assert lattice.probability(start, end) == pytest.approx(share, abs=1e-9)
            assert share <= lattice.most_probable(start, end) + 1e-9


def test_probability_holds_for_weights_beyond_what_exponentials_hold():
    emissions = [[0.0, 900.0, -900.0, -900.0, -900.0], [-900.0, -900.0, -900.0, 900.0, -900.0]] * 200
    lattice = Lattice(emissions, [[0.0] * N_TAGS] * N_TAGS)
    assert lattice.names() == [(at, at + 2) for at in range(0, 400, 2)]
    assert lattice.probability(198, 200) == pytest.approx(1)
    assert lattice.most_probable(198, 200) == 1
    assert lattice.most_probable(199, 201) == 0
