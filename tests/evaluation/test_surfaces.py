"""Lists of the other surfaces on a later log, and spans beside annotated ones, against counting by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.artifacts import Generation
from suggest.evaluation import arrival_order
from suggest.evaluation.surfaces import (
    ListOutcome,
    ListTest,
    item_tests,
    list_ceiling,
    list_scores,
    related_tests,
    replay_lists_of,
)
from suggest.evaluation.surfaces_baselines import MostPopularQueries
from suggest.evaluation.surfaces_comments import span_scores
from tests.engine.small import search, write_generation

MINUTE = 60


def outcome(shown, truths, user="u"):
    return ListOutcome(ListTest(user, 0, None, None, "asked", tuple(truths)), tuple(shown))


def asked_and_true(tests):
    return [(test.user, test.about, test.truths) for test in tests.values()]


def test_related_tests_are_later_searches_that_follow_another_one_in_their_session():
    log = arrival_order(
        [
            search("u", "jazz", 0),
            search("u", "jazz piano", 1 * MINUTE),
            search("v", "football", 2 * MINUTE),
            search("u", "Jazz  PIANO", 3 * MINUTE),
            search("u", "x", 4 * MINUTE),
            search("u", "guitar", 5 * MINUTE),
            search("u", "next day", 36 * MINUTE),
            search("v", "named", 60 * MINUTE, session="s1"),
            search("v", "same session", 600 * MINUTE, session="s1"),
            search("v", "another session", 601 * MINUTE, session="s2"),
            search("v", "of no named session", 602 * MINUTE),
        ]
    )
    # Not tests: before the cut, the same again, one character, 31 minutes later, another session, none named.
    assert asked_and_true(related_tests(log, 1)) == [
        ("u", "jazz", ("jazz piano",)),
        ("u", "x", ("guitar",)),
        ("v", "named", ("same session",)),
    ]
    assert asked_and_true(related_tests(log, 2 * MINUTE * 1_000_000)) == [
        ("u", "x", ("guitar",)),
        ("v", "named", ("same session",)),
    ]


def test_item_tests_hold_all_that_a_person_searched_beside_an_item_once():
    def shown(request_id, **more):
        return {"type": "impression", "user": "u", "request_id": request_id, "surface": "item", "shown": ["a"], **more}

    def click(user, request_id, query, ts):
        return {"type": "click", "user": user, "request_id": request_id, "query": query, "position": 0, "ts": ts}

    log = arrival_order(
        [
            search("u", "before the cut", 0, item="i"),
            shown("r1", input="i", ts=10),
            shown("r2", input="ignored", item="j", ts=10),
            click("u", "r1", "A", 11),
            search("u", "a", 12, item="i", source="item"),
            search("u", "b", 13, item="i", source="item"),
            click("u", "r2", "c", 14),
            click("u", "r9", "of no list", 15),
            search("v", "a", 16, item="i"),
            search("v", "of no item", 17),
        ]
    )
    tests = item_tests(log, 1)

    assert asked_and_true(tests) == [("u", "i", ("a", "b")), ("u", "j", ("c",)), ("v", "i", ("a",))]
    assert [log[index][1]["ts"] for index in tests] == [11, 14, 16]


def test_lists_are_asked_for_before_their_event_is_revealed():
    log = arrival_order([search("u", query, ts) for ts, query in enumerate("abcd")])
    told = []

    def ask(test):
        return [test.about, *told]

    tests = {index: ListTest("u", index, None, None, "Asked  FOR", ("a",)) for index in (1, 3)}
    outcomes = list(
        replay_lists_of(ask, tests, log, lambda records: told.extend(one["query"] for one in records), 1_000_000)
    )

    assert [one.shown for one in outcomes] == [("asked for",), ("asked for", "b", "c")]


def test_list_scores_are_those_counted_by_hand():
    scores = list_scores(
        [
            outcome(["a", "b", "c"], ["b", "x"]),
            outcome(["a"], ["a"], user="v"),
            outcome([], ["a"], user="w"),
            outcome(["z"], ["a"], user="w"),
        ]
    )

    assert scores.recall.value == pytest.approx((0.5 + 1 + 0 + 0) / 4)
    assert scores.mrr.value == pytest.approx((0.5 + 1) / 4)
    assert scores.success_at_1.value == pytest.approx(1 / 4)
    assert scores.coverage == 3 / 4
    assert (scores.n_tests, scores.n_users) == (4, 3)
    assert scores.recall.low <= scores.recall.value <= scores.recall.high


def test_list_scores_count_the_first_k_alone():
    deep = outcome([str(number) for number in range(20)], ["10"])

    assert list_scores([deep]).recall.value == 0
    assert list_scores([deep]).mrr.value == 0
    assert list_scores([deep], k=11).recall.value == 1


def test_ceiling_is_the_share_of_true_queries_that_are_known():
    tests = [outcome([], ["a", "b"]).test, outcome([], ["c"]).test]

    assert list_ceiling(tests, {"a", "c"}) == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="expected at least one test"):
        list_ceiling([], {"a"})


def test_most_popular_queries_leave_out_the_one_asked_about(tmp_path):
    weights = {f"query {number:02}": 100 - number for number in range(15)} | {"tied b": 92, "tied a": 92}
    write_generation(tmp_path, weights)
    popular = MostPopularQueries(Generation.open(tmp_path))

    best = sorted(weights, key=lambda text: (-weights[text], text))
    assert popular(outcome([], ["x"]).test) == best[:10]
    asked = ListTest("u", 0, None, None, "Query 01", ("x",))
    assert popular(asked) == [text for text in best if text != "query 01"][:10]


SPANS = st.lists(st.integers(0, 30), unique=True, max_size=8).map(
    lambda edges: [tuple(sorted(edges)[at : at + 2]) for at in range(0, len(edges) // 2 * 2, 2)]
)


@given(st.lists(st.tuples(SPANS, SPANS), min_size=1, max_size=5))
def test_span_scores_are_those_of_counting_every_pair(pairs):
    scores = span_scores(pairs, resamples=5)
    same = sum(span in annotated for found, annotated in pairs for span in found)
    touching = sum(
        any(set(range(*span)) & set(range(*other)) for other in annotated)
        for found, annotated in pairs
        for span in found
    )
    n_found, n_annotated = (sum(len(pair[side]) for pair in pairs) for side in (0, 1))

    assert (scores.n_found, scores.n_annotated, scores.n_texts) == (n_found, n_annotated, len(pairs))
    for figure, part, whole in (
        (scores.precision, same, n_found),
        (scores.recall, same, n_annotated),
        (scores.overlap_precision, touching, n_found),
        (scores.f1, 2 * same, n_found + n_annotated),
    ):
        if whole:
            assert figure.value == pytest.approx(part / whole)
        else:
            assert math.isnan(figure.value)


def test_span_scores_of_nothing_found_are_null_in_json():
    scores = span_scores([([], [(0, 1)])], resamples=5).to_json()

    assert scores["precision"] is None
    assert scores["recall"] == [0.0, 0.0, 0.0]
    with pytest.raises(ValueError, match="expected annotated texts"):
        span_scores([])
