"""Lists with propensities: joined with clicks, answered anew at their time, and predicted without their own clicks."""

import numpy as np
import pytest

from suggest.evaluation import arrival_order, decisions_of, estimate, replay_lists
from suggest.evaluation.logged_lists import LoggedList, _fold, carries_propensities
from suggest.types import SECOND_US, Suggestion


def impression(ts, request, shown, user="u", **more):
    given = {"propensities": [0.5] * len(shown), "surface": "typeahead", "input": "ni", **more}
    return {"type": "impression", "ts": ts, "user": user, "request_id": request, "shown": shown, **given}


def click(ts, request, query, position, user="u"):
    return {"type": "click", "ts": ts, "user": user, "request_id": request, "query": query, "position": position}


class Fixed:
    """Always answers the same; notes what it was asked and shown."""

    def __init__(self, *queries):
        self.queries = queries
        self.calls = []

    def complete(self, prefix, /, k=10, *, user=None, now=None):
        self.calls.append((prefix, k, user, now))
        return [Suggestion(query, 0.0, "prefix") for query in self.queries]

    def observe(self, events):
        self.calls += [(record["type"], record["ts"]) for record in events]


def lists(records, *answers, **options):
    return list(replay_lists(Fixed(*answers), arrival_order(records), **options))


def test_lists_are_joined_with_their_clicks_whatever_came_first():
    records = [click(1, "r1", "Nike  Shoes", 1), impression(2, "r1", ["nivea", "nike shoes"]), click(9, "r2", "x", 0)]
    (found,) = lists(records, "NIVEA", "nike", "third")
    assert found == LoggedList("u", ("nivea", "nike shoes"), (0.5, 0.5), frozenset({1}), ("nivea", "nike"))


@pytest.mark.parametrize(
    ("query", "position", "clicked"), [("b", 0, {1}), ("b", 1, {1}), ("b", 7, {1}), ("z", 1, set()), ("a", 0, {0})]
)
def test_click_counts_where_its_query_was_shown_rather_than_at_its_position(query, position, clicked):
    (found,) = lists([impression(1, "r", ["a", "b"]), click(2, "r", query, position)])
    assert found.clicked == clicked


def test_lists_are_answered_at_their_own_time_before_they_are_revealed():
    completer = Fixed()
    records = [impression(5, "r1", ["a"]), impression(7, "r2", ["a", "b"], user="v", input="n")]
    assert len(list(replay_lists(completer, arrival_order(records)))) == 2
    assert completer.calls == [("ni", 1, "u", 5), ("impression", 5), ("n", 2, "v", 7), ("impression", 7)]


def test_lists_longer_than_answers_can_be_are_asked_for_what_can():
    completer = Fixed("0")
    (found,) = replay_lists(completer, arrival_order([impression(1, "r", [str(n) for n in range(150)])]))
    assert completer.calls[0][1] == 100
    assert (len(found.shown), found.instead) == (150, ("0",))


def test_lists_of_other_surfaces_without_propensities_or_before_the_test_are_passed_over():
    records = [
        impression(1, "r1", ["a"]),
        impression(20, "r2", ["a"], surface="item"),
        impression(21, "r3", ["a"], propensities=None),
        impression(22, "r4", []),
    ]
    log = arrival_order(records)
    assert lists(records, test_from_us=10 * SECOND_US) == []
    assert carries_propensities(log, 0)
    assert not carries_propensities(log[2:], 0)


def test_decisions_are_one_a_position_and_no_answer_agrees_with_nothing():
    found = decisions_of([LoggedList("u", ("a", "b", "c"), (0.5, 0.25, 1.0), frozenset({1}), ("a", "x"))])
    assert found.rewards.tolist() == [0, 1, 0]
    assert found.propensities.tolist() == [0.5, 0.25, 1.0]
    assert found.agreement.tolist() == [1, 0, 0]
    assert found.filled.tolist() == [1, 1, 0]
    assert found.predicted_instead[2] == 0
    assert found.lists.tolist() == [0, 0, 0]


def test_expected_clicks_come_from_other_people_alone():
    """Turning one person's clicks over changes what is expected of others, and nothing of what is of themselves."""
    people = [f"u{n}" for n in range(12)]
    before = [LoggedList(user, ("a", "b"), (0.5, 0.5), frozenset({n % 2}), ("b", "a")) for n, user in enumerate(people)]
    after = [each._replace(clicked=frozenset({0, 1})) if _fold(each.user) == 0 else each for each in before]
    assert {_fold(user) for user in people} == {0, 1}
    first, second = decisions_of(before), decisions_of(after)
    own = np.array([_fold(user) == 0 for user in first.users])
    assert (first.predicted[own] == second.predicted[own]).all()
    assert (first.predicted[~own] != second.predicted[~own]).all()


def test_expected_clicks_tell_good_queries_from_bad_ones_beside_them():
    rng = np.random.default_rng(2)
    drawn = []
    for number in range(600):
        shown = ("good", "bad") if number % 2 else ("bad", "good")
        chances = [examined * {"good": 0.8, "bad": 0.1}[query] for examined, query in zip((1, 0.5), shown, strict=True)]
        clicked = frozenset(np.flatnonzero(rng.random(2) < chances).tolist())
        drawn.append(LoggedList(f"u{number % 60}", shown, (0.5, 0.5), clicked, ("good", "bad")))
    found = estimate(decisions_of(drawn))
    truth = 0.8 + 0.5 * 0.1
    assert found.direct.value == pytest.approx(truth, abs=0.1)
    assert found.doubly_robust.low < truth < found.doubly_robust.high
    assert found.doubly_robust.high - found.doubly_robust.low < found.ips.high - found.ips.low
