"""Metrics: known answers by hand, and laws that hold for all inputs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.evaluation.metrics import answered, in_vocabulary, rank_of, recall, reciprocal_ranks, successes

RANKS = st.lists(st.integers(0, 30), min_size=1, max_size=50).map(np.array)
K = st.integers(1, 20)


def test_metrics_known_answer_by_hand():
    """Five tests found at 1, 2, 4, 12 and nowhere: MRR@10 = (1 + 1/2 + 1/4 + 0 + 0) / 5 = 0.35."""
    ranks = np.array([1, 2, 4, 12, 0])
    assert reciprocal_ranks(ranks, 10).mean() == pytest.approx(0.35)
    assert reciprocal_ranks(ranks, 2).mean() == pytest.approx(0.3)
    assert successes(ranks, 1).mean() == pytest.approx(0.2)
    assert successes(ranks, 10).mean() == pytest.approx(0.6)


@given(RANKS, K)
def test_reciprocal_ranks_lie_between_success_at_1_and_success_at_k(ranks, k):
    rr = reciprocal_ranks(ranks, k)
    assert (successes(ranks, 1) <= rr).all()
    assert (rr <= successes(ranks, k)).all()


@given(RANKS, K)
def test_metrics_never_fall_when_k_grows(ranks, k):
    assert (reciprocal_ranks(ranks, k) <= reciprocal_ranks(ranks, k + 1)).all()
    assert (successes(ranks, k) <= successes(ranks, k + 1)).all()


@given(st.integers(), st.lists(st.text(max_size=2), max_size=12))
def test_rank_of_agrees_with_a_scan_from_rank_1(seed, answers):
    target = answers[seed % len(answers)] if answers else "x"
    expected = next((rank for rank, answer in enumerate(answers, start=1) if answer == target), 0)
    assert rank_of(target, answers) == expected


def test_rank_of_an_absent_target_is_zero():
    assert rank_of("c", ["a", "b"]) == 0


def test_recall_known_answer_by_hand():
    """Of three true queries one is in the top 2: 1 / min(2, 3); two are in the top 4: 2 / min(4, 3)."""
    answers = ["a", "x", "y", "b", "c"]
    assert recall(answers, {"a", "b", "c"}, 2) == pytest.approx(1 / 2)
    assert recall(answers, {"a", "b", "c"}, 4) == pytest.approx(2 / 3)


@given(st.sets(st.text(max_size=2), min_size=1, max_size=8), K)
def test_recall_of_a_perfect_list_is_one_even_with_more_true_queries_than_k(truths, k):
    assert recall(sorted(truths), truths, k) == 1


@pytest.mark.parametrize(("truths", "k"), [(set(), 10), ({"a"}, 0)])
def test_recall_without_truths_or_places_is_refused(truths, k):
    with pytest.raises(ValueError, match="at least one true query"):
        recall(["a"], truths, k)


def test_coverage_counts_inputs_with_any_suggestion():
    assert answered(np.array([0, 1, 10, 0])).mean() == 0.5


@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=20), st.sets(st.sampled_from("abcdef")))
def test_vocabulary_ceiling_bounds_success_of_any_ranking_of_that_vocabulary(targets, vocabulary):
    ranks = np.array([rank_of(target, sorted(vocabulary)) for target in targets])
    assert successes(ranks, 10).mean() <= in_vocabulary(targets, vocabulary).mean()
