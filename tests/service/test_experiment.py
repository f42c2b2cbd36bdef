"""Experiments: their file, who gets which arm, and what a request id says of it."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.errors import ArgumentError
from suggest.service.credit import credit_of, credited_id
from suggest.service.experiment import Arm, Experiment, parse_experiment, read_experiment

N_USERS = 10_000
USERS = [f"user-{number}" for number in range(N_USERS)]

GOLDEN = "111011000110011110100100"

ARMS = [
    {"name": "control", "share": 0.5},
    {"name": "untrained", "share": 0.3, "ranker": "none"},
    {"name": "draft", "share": 0.2, "interleave": ["control", "untrained"]},
]


def experiment(*shares: float, name: str = "trial", salt: str | None = None) -> Experiment:
    arms = tuple(Arm(f"arm-{number}", share) for number, share in enumerate(shares))
    return Experiment(name, salt or name, arms)


def numbers_of(which: Experiment) -> list[int]:
    return [which.arms.index(which.arm_of(user, None, "1-1")) for user in USERS]


def deviations(observed: int, share: float, n: int = N_USERS) -> float:
    """How many standard deviations a binomial count lies from its mean."""
    return abs(observed - n * share) / math.sqrt(n * share * (1 - share))


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.9, 0.1), (0.2, 0.5, 0.3), (0.25, 0.25, 0.25, 0.25)])
def test_users_are_shared_out_as_the_shares_say(shares):
    counts = Counter(numbers_of(experiment(*shares)))

    assert [deviations(counts[number], share) < 4 for number, share in enumerate(shares)] == [True] * len(shares)


def test_an_arm_without_a_share_answers_nobody():
    assert set(numbers_of(experiment(0.5, 0.0, 0.5))) == {0, 2}
    assert set(numbers_of(experiment(0.0, 1.0, 0.0))) == {1}


def test_another_salt_assigns_independently():
    """All four pairs of arms are as frequent as independence says; equal salts would fill two of them."""
    one, other = (numbers_of(experiment(0.5, 0.5, salt=salt)) for salt in ("spring", "summer"))
    pairs = Counter(zip(one, other, strict=True))

    assert [deviations(pairs[pair], 0.25) < 4 for pair in ((0, 0), (0, 1), (1, 0), (1, 1))] == [True] * 4


def test_the_name_is_the_salt_unless_one_is_given():
    rows = [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5}]
    plain = parse_experiment({"name": "spring", "arms": rows})
    renamed = parse_experiment({"name": "spring-2", "salt": "spring", "arms": rows})
    other = parse_experiment({"name": "spring-2", "arms": rows})

    assert numbers_of(plain) == numbers_of(renamed) != numbers_of(other)


def test_a_larger_share_of_the_first_arm_moves_nobody_away_from_it():
    before, after = numbers_of(experiment(0.2, 0.8)), numbers_of(experiment(0.3, 0.7))

    assert {new for old, new in zip(before, after, strict=True) if old == 0} == {0}


def test_assignment_is_the_same_in_every_version():
    """A change here would move people between the arms of running experiments."""
    assert "".join(map(str, numbers_of(experiment(0.5, 0.5))[:24])) == GOLDEN


def test_a_person_keeps_their_arm_whatever_the_session_and_request():
    which = experiment(0.5, 0.5)
    arms = {which.arm_of("user-1", f"session-{n}", f"1-{n:x}").name for n in range(50)}

    assert len(arms) == 1


def test_without_a_person_the_session_decides_and_without_one_the_request():
    which = experiment(0.5, 0.5)

    assert len({which.arm_of(None, "session-1", f"1-{n:x}").name for n in range(50)}) == 1
    assert len({which.arm_of(None, f"session-{n}", "1-1").name for n in range(50)}) == 2
    assert len({which.arm_of(None, None, f"1-{n:x}").name for n in range(50)}) == 2


def test_a_user_and_a_session_of_one_id_are_assigned_independently():
    which = experiment(0.5, 0.5)
    same = sum(which.arm_of(user, None, "1-1") == which.arm_of(None, user, "1-1") for user in USERS)

    assert deviations(same, 0.5) < 4


def test_a_file_describes_an_experiment(tmp_path):
    path = tmp_path / "experiment.toml"
    path.write_text(
        'name = "spring"\n[[arms]]\nname = "control"\nshare = 0.5\n'
        '[[arms]]\nname = "old"\nshare = 0.25\ngeneration = "000003-20260131T120000"\nranker = "none"\n'
        '[[arms]]\nname = "draft"\nshare = 0.25\ninterleave = ["control", "old"]\n',
        encoding="utf-8",
    )

    assert read_experiment(path) == Experiment(
        "spring",
        "spring",
        (
            Arm("control", 0.5, "current", "default"),
            Arm("old", 0.25, "000003-20260131T120000", "none"),
            Arm("draft", 0.25, interleave=("control", "old")),
        ),
    )


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"name": None}, "name"),
        ({"name": "two words"}, "name"),
        ({"name": ""}, "name"),
        ({"salt": 3}, "salt"),
        ({"colour": "red"}, "colour"),
        ({"arms": None}, "arms"),
        ({"arms": [1, 2]}, "arms"),
        ({"arms": ARMS[:1]}, "arms"),
        ({"arms": ARMS[:2]}, "arms"),  # shares of 0.8
        ({"arms": [{"name": f"a{n}", "share": 1 / 17} for n in range(17)]}, "arms"),
        ({"arms": [{**ARMS[0], "share": "half"}, *ARMS[1:]]}, "arms[0].share"),
        ({"arms": [{**ARMS[0], "share": True}, *ARMS[1:]]}, "arms[0].share"),
        ({"arms": [{**ARMS[0], "share": math.nan}, *ARMS[1:]]}, "arms[0].share"),
        ({"arms": [{**ARMS[0], "share": -0.5}, *ARMS[1:]]}, "arms[0].share"),
        ({"arms": [{"name": "control"}, *ARMS[1:]]}, "arms[0].share"),
        ({"arms": [{**ARMS[0], "name": "ein/arm"}, *ARMS[1:]]}, "arms[0].name"),
        ({"arms": [ARMS[0], {**ARMS[1], "name": "control"}, ARMS[2]]}, "arms[1].name"),
        ({"arms": [ARMS[0], {**ARMS[1], "ranker": "best"}, ARMS[2]]}, "arms[1].ranker"),
        ({"arms": [ARMS[0], {**ARMS[1], "generation": "../../etc"}, ARMS[2]]}, "arms[1].generation"),
        ({"arms": [ARMS[0], {**ARMS[1], "generation": 7}, ARMS[2]]}, "arms[1].generation"),
        ({"arms": [ARMS[0], {**ARMS[1], "weight": 7}, ARMS[2]]}, "arms[1].weight"),
        ({"arms": [*ARMS[:2], {**ARMS[2], "ranker": "none"}]}, "arms[2].ranker"),
        ({"arms": [*ARMS[:2], {**ARMS[2], "interleave": ["control"]}]}, "arms[2].interleave"),
        ({"arms": [*ARMS[:2], {**ARMS[2], "interleave": ["control", "control"]}]}, "arms[2].interleave"),
        ({"arms": [*ARMS[:2], {**ARMS[2], "interleave": ["control", "gone"]}]}, "arms[2].interleave"),
        ({"arms": [*ARMS[:2], {**ARMS[2], "interleave": ["control", "draft"]}]}, "arms[2].interleave"),
        ({"arms": [*ARMS[:2], {**ARMS[2], "interleave": "control"}]}, "arms[2].interleave"),
        ({"arms": [ARMS[2], *ARMS[:2]]}, "arms[0]"),
    ],
)
def test_what_is_no_experiment_is_told_with_its_place(change, place):
    document = {"name": "trial", "arms": ARMS, **change}

    with pytest.raises(ArgumentError) as raised:
        parse_experiment({key: value for key, value in document.items() if value is not None})
    assert raised.value.argument == place


@pytest.mark.parametrize("content", [None, b"name = ", b"\xff", b'name = "a"'])
def test_a_file_that_describes_none_is_one_line_with_its_path(tmp_path, content):
    path = tmp_path / "experiment.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ArgumentError) as raised:
        read_experiment(path)
    assert raised.value.argument == "experiment"
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


@given(st.lists(st.sampled_from("ab"), max_size=100), st.integers(0, 9), st.integers(0, 2), st.integers(0, 2**64))
def test_a_request_id_gives_its_credit_back(teams, n_filled, index, number):
    which = parse_experiment({"name": "trial", "arms": ARMS})
    arm = which.arms[index]
    found = credit_of(credited_id(f"5f0c9e1b2a7d-{number:x}", which, arm, [*teams, *[""] * n_filled]), which)

    assert found is not None
    assert found.arm == arm
    expected = teams if arm.interleave else [""] * len(teams)
    assert [found.team_at(position) for position in range(len(teams))] == expected
    assert found.team_at(len(teams)) == found.team_at(-1) == ""


def test_request_ids_of_other_experiments_credit_nobody():
    which = parse_experiment({"name": "trial", "arms": ARMS})
    reweighted = [{**ARMS[0], "share": 0.4}, {**ARMS[1], "share": 0.4}, ARMS[2]]
    others = [
        parse_experiment({"name": "other", "arms": ARMS}),
        parse_experiment({"name": "trial", "salt": "again", "arms": ARMS}),
        parse_experiment({"name": "trial", "arms": reweighted}),
    ]

    credited = credited_id("5f0c9e1b2a7d-1c", which, which.control)
    assert [credit_of(credited, other) for other in others] == [None] * 3
    assert len({which.tag, *(other.tag for other in others)}) == 4


@given(st.one_of(st.text(max_size=60), st.from_regex(r"[0-9a-f]+-[0-9a-f]+\.[0-9a-f]{4}\.[0-9a-f](\.[0-9a-f]+)?")))
def test_any_other_request_id_credits_nobody_or_an_arm(request_id):
    """Whatever a client sends: no error, and no arm that is not there."""
    which = parse_experiment({"name": "trial", "arms": ARMS})
    for text in (request_id, f"1-1.{which.tag}.{request_id}", f"1-1.{which.tag}.2.{request_id}"):
        found = credit_of(text, which)
        assert found is None or found.arm in which.arms
        assert found is None or bool(found.arm.interleave) or not found.teams


def test_request_ids_stay_within_what_events_may_carry():
    """At most 100 suggestions: the longest id is far below the limit of an id."""
    which = parse_experiment({"name": "trial", "arms": ARMS})
    longest = credited_id(f"{'f' * 12}-{2**64:x}", which, which.arms[2], ["b"] * 100)

    assert len(longest) < 100
    assert len({credited_id("1-1", which, which.arms[2], [team] * n) for team in "ab" for n in range(1, 101)}) == 200


def test_shares_of_a_third_are_whole():
    rows = [{"name": name, "share": 0.333} for name in "abc"]
    which = parse_experiment({"name": "thirds", "arms": rows})
    counts = Counter(which.arm_of(user, None, "1-1").name for user in USERS)

    assert [deviations(counts[name], 1 / 3) < 4 for name in "abc"] == [True] * 3
