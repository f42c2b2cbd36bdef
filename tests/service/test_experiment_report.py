"""Who wins an experiment: known worlds, in which the answer is known."""

from __future__ import annotations

import random
from itertools import count

import pytest

from suggest.service.credit import credited_id
from suggest.service.experiment import Arm, Experiment
from suggest.service.experiment_report import report_of
from suggest.types import Event

TRIAL = Experiment(
    "trial",
    "trial",
    (Arm("old", 0.4), Arm("new", 0.4, ranker="none"), Arm("draft", 0.2, interleave=("old", "new"))),
)
NUMBERS = count(1)


def shown(arm: int, user: str = "u", teams: str = "", experiment: Experiment = TRIAL) -> Event:
    request_id = credited_id(f"5f0c-{next(NUMBERS):x}", experiment, experiment.arms[arm], list(teams))
    return Event("impression", 1, user, request_id=request_id, surface="typeahead", input="n", shown=("a", "b"))


def click(impression: Event, position: int) -> Event:
    return Event("click", 2, impression.user, request_id=impression.request_id, query="a", position=position)


def test_figures_are_those_of_the_definition():
    first, second, third, other = shown(0, "u"), shown(0, "u"), shown(0, "v"), shown(1, "w")
    # Two clicks in one answer: the first suggestion clicked counts. The log may hold clicks before impressions.
    events = [click(first, 3), first, click(first, 1), second, third, click(third, 0), other, click(other, 4)]
    report = report_of(TRIAL, events)
    old, new = report.arms["old"], report.arms["new"]
    assert (old.n_users, old.n_impressions, old.n_clicked) == (2, 3, 2)
    assert old.mrr is not None
    assert old.mrr.value == pytest.approx((1 / 2 + 0 + 1) / 3)
    assert old.click_share is not None
    assert old.click_share.value == pytest.approx(2 / 3)
    assert old.mrr_over_control is None
    assert new.mrr_over_control is not None
    assert new.mrr_over_control.value == pytest.approx(1 / 5 - 1 / 2)
    assert report.n_clicks_unseen == 0


def test_what_belongs_to_no_arm_is_passed_over():
    other = Experiment("other", "other", TRIAL.arms)
    foreign = shown(0, experiment=other)
    plain = foreign._replace(request_id="5f0c-1")
    unseen = click(shown(0), 0)
    report = report_of(TRIAL, [foreign, click(foreign, 0), plain, click(plain, 0), unseen, Event("search", 1, "u")])
    assert report.n_clicks_unseen == 1
    assert report.arms["old"].n_impressions == 0
    assert report.arms["old"].mrr is None


def test_an_empty_log_is_a_report_of_nothing():
    report = report_of(TRIAL, [])
    assert list(report.arms) == ["old", "new", "draft"]
    assert report.drafts["draft"].winner == ""
    assert report.to_json()["arms"]["new"]["mrr_over_control"] is None


def world(chance_of_new: float, n_users: int = 300, seed: int = 1) -> list[Event]:
    """Each person sees four answers of their arm and clicks the first suggestion with their arm's chance."""
    rng = random.Random(seed)
    events = []
    for number in range(n_users):
        arm = number % 2
        for _ in range(4):
            impression = shown(arm, f"u{number}")
            events.append(impression)
            if rng.random() < (chance_of_new if arm else 0.3):
                events.append(click(impression, 0))
    return events


def test_a_better_arm_is_found_better_and_an_equal_one_is_not():
    better = report_of(TRIAL, world(0.5)).arms["new"].mrr_over_control
    assert better is not None
    assert 0 < better.low < 0.2 < better.high
    # Of twenty equal worlds an interval of 95% excludes 0 in one; in more than four, once in four hundred.
    gains = [report_of(TRIAL, world(0.3, seed=seed), resamples=200).arms["new"].mrr_over_control for seed in range(20)]
    assert sum(gain is not None and not gain.low <= 0 <= gain.high for gain in gains) <= 4


def test_a_draft_is_won_by_the_team_people_click():
    events = []
    for number in range(30):
        impression = shown(2, f"u{number}", "abba")
        # Positions 1 and 2 are b's; every third person prefers a's.
        events += [impression, click(impression, 0 if number % 3 == 0 else 1)]
    silent, both, beyond = (shown(2, user, "ab") for user in ("x", "y", "z"))
    events += [silent, both, click(both, 0), click(both, 1), beyond, click(beyond, 5)]
    report = report_of(TRIAL, events).drafts["draft"]
    assert (report.n_lists, report.wins_a, report.wins_b, report.uncredited) == (33, 10, 20, 2)
    assert (report.users_a, report.users_b) == (10, 20)


def test_a_report_is_plain_json():
    import orjson

    impression = shown(2, "u", "ab")
    document = report_of(TRIAL, [impression, click(impression, 0), shown(0), shown(1)]).to_json()
    assert orjson.loads(orjson.dumps(document))["arms"]["draft"]["mrr"][0] == 1.0
