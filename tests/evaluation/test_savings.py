"""pSaved, eSaved and alpha-nDCG: by hand, and against people and lists tried one by one."""

import math
import random
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.evaluation.intents import WantedIntents, intent
from suggest.evaluation.metrics import (
    alpha_ndcg,
    logarithmic_examination,
    reciprocal_examination,
    saved,
)

SERIES = st.lists(st.integers(0, 10), min_size=1, max_size=12)


def test_saved_known_answer_by_hand():
    """`nike`: not shown for n, second for ni, first for nik.

    Taken at two characters with 1/2, of four characters half are spared; else at three for certain.
    """
    assert saved([0, 2, 1], 4) == (1.0, pytest.approx(1 / 2 * 1 / 2 + 1 / 2 * 1 / 4))
    assert saved([0, 0, 0], 4) == (0.0, 0.0)
    assert saved([1], 2) == (1.0, 0.5)


@given(SERIES, st.sampled_from([reciprocal_examination, logarithmic_examination]))
def test_saved_is_one_less_the_chance_of_overlooking_all(series, examination):
    p_saved, e_saved = saved(series, len(series) + 1, examination)
    overlooked = math.prod(1 - examination(rank) for rank in series if rank)
    assert p_saved == pytest.approx(1 - overlooked)
    assert 0 <= e_saved <= p_saved <= 1 + 1e-12
    assert (e_saved == 0) == (p_saved == 0)


def test_saved_is_what_people_who_type_and_look_save_on_average():
    series, n_chars, rng = [0, 3, 2, 2, 1, 1], 7, random.Random(5)
    used = spared = 0.0
    for _ in range(40_000):
        at = next((i for i, rank in enumerate(series, 1) if rank and rng.random() < 1 / rank), None)
        used += at is not None
        spared += 0 if at is None else 1 - at / n_chars
    assert saved(series, n_chars) == pytest.approx((used / 40_000, spared / 40_000), abs=0.01)


@given(SERIES, st.data())
def test_saved_never_falls_when_one_rank_gets_better(series, data):
    at = data.draw(st.integers(0, len(series) - 1))
    better = data.draw(st.integers(1, series[at] or 10))
    improved = saved([*series[:at], better, *series[at + 1 :]], len(series) + 1)
    before = saved(series, len(series) + 1)
    assert improved[0] >= before[0] - 1e-12
    assert improved[1] >= before[1] - 1e-12


@given(st.integers(1, 10))
def test_saved_at_a_single_look_is_the_reciprocal_rank(rank):
    assert saved([rank], 2)[0] == 1 / rank


def test_alpha_ndcg_known_answer_by_hand():
    """Two wanted intents; x twice and then y, against x, y, x as the ideal."""
    discounts = [1 / math.log2(2 + position) for position in range(3)]
    gained = discounts[0] + 0.5 * discounts[1] + discounts[2]
    ideal = discounts[0] + discounts[1] + 0.5 * discounts[2]
    assert alpha_ndcg(["x", "x", "y"], {"x", "y"}, 3) == pytest.approx(gained / ideal)
    assert alpha_ndcg(["x", "y", "x"], {"x", "y"}, 3) == pytest.approx(1)
    assert alpha_ndcg([], {"x"}, 3) == 0
    assert alpha_ndcg(["z", "z"], {"x"}, 2) == 0


@given(
    st.lists(st.sampled_from("wxyz"), max_size=5),
    st.sets(st.sampled_from("wxy"), min_size=1),
    st.integers(1, 5),
    st.floats(0, 1),
)
def test_alpha_ndcg_is_within_one_and_its_ideal_is_the_best_of_all_lists(intents, wanted, k, alpha):
    assert 0 <= alpha_ndcg(intents, wanted, k, alpha) <= 1 + 1e-9
    enough = [name for name in sorted(wanted) for _ in range(k)]
    lists = {order[:k] for order in permutations(enough[:6], min(k, len(enough[:6])))} if len(wanted) * k <= 6 else ()
    scores = [alpha_ndcg(order, wanted, k, alpha) for order in lists]
    assert not scores or max(scores) == pytest.approx(1)


@given(st.permutations(["x", "x", "y", "z"]))
def test_alpha_ndcg_without_alpha_does_not_see_repeats(intents):
    assert alpha_ndcg(intents, {"x", "y", "z"}, 4, alpha=0) == pytest.approx(1)


@pytest.mark.parametrize(
    ("prefix", "one", "other", "same"),
    [
        ("niv", "nivea cream", "nivea body lotion", True),
        ("niv", "nivea cream", "nivelles", False),
        ("nivea ", "nivea cream", "nivea body lotion", False),
        ("nivea c", "nivea cream 50 ml", "nivea creams", True),
        ("nivea c", "nivea cream", "creme nivea", False),
        ("zu", "zürich zoo", "zurich trams", True),
    ],
)
def test_intent_is_where_suggestions_part_at_the_next_word(prefix, one, other, same):
    assert (intent(one, prefix) == intent(other, prefix)) is same


QUERIES = st.lists(st.text("ab é", min_size=1, max_size=5).map(lambda text: " ".join(text.split())), max_size=12)


@given(QUERIES, st.text("ab é", min_size=1, max_size=3))
def test_wanted_intents_are_those_of_a_scan_over_all_targets(targets, prefix):
    scanned = {intent(target, prefix) for target in targets if target.startswith(prefix)}
    wanted = WantedIntents(targets)
    assert wanted.of(prefix) == scanned == wanted.of(prefix)
