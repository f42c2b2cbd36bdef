"""Team drafts: laws of one draft, fairness over coins, and who wins in worlds whose answer is known."""

from collections import Counter
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.evaluation import Choice, Outcome, interleaved, team_draft, who_wins
from suggest.evaluation.interleaving import sign_test

LISTS = st.lists(st.sampled_from("abcdefgh"), max_size=8, unique=True)


def drafted_by_the_paper(a, b, coins):
    """Algorithm 2 of the paper, word by word; `coins` gives its random bits."""
    mixed, team_a, team_b = [], [], []
    while any(q not in mixed for q in a) and any(q not in mixed for q in b):
        if len(team_a) < len(team_b) or (len(team_a) == len(team_b) and next(coins) == 1):
            query = next(q for q in a if q not in mixed)
            team_a.append(query)
        else:
            query = next(q for q in b if q not in mixed)
            team_b.append(query)
        mixed.append(query)
    return mixed, team_a, team_b


@given(LISTS, LISTS, st.integers(0, 10), st.text(max_size=3))
def test_draft_holds_distinct_queries_of_both_and_as_many_as_there_are(a, b, k, seed):
    queries, teams = team_draft(a, b, k, seed)
    assert len(queries) == len(teams) == min(k, len({*a, *b}))
    assert len(set(queries)) == len(queries)
    assert abs(teams.count("a") - teams.count("b")) <= 1
    assert all(query in (a if team == "a" else b) for query, team in zip(queries, teams, strict=True) if team)
    assert (queries, teams) == team_draft(a, b, k, seed)


@given(LISTS, LISTS, st.text(max_size=3))
def test_draft_is_one_that_the_paper_draws(a, b, seed):
    queries, teams = team_draft(a, b, 16, seed)
    begun_by_a = [team == "a" for team in teams[0::2] if team]
    mixed, team_a, team_b = drafted_by_the_paper(a, b, iter(map(int, [*begun_by_a, 0])))
    assert queries[: len(mixed)] == mixed
    drafted = [team for team in teams if team]
    assert [q for q, team in zip(mixed, drafted, strict=True) if team == "a"] == team_a
    assert [q for q, team in zip(mixed, drafted, strict=True) if team == "b"] == team_b


def test_draft_tosses_a_fair_coin_for_every_pair_of_turns():
    a, b = list("abcdef"), list("uvwxyz")
    begins = Counter(tuple(team_draft(a, b, 6, str(seed))[1][0::2]) for seed in range(8000))
    assert len(begins) == 8
    assert all(abs(n - 1000) < 150 for n in begins.values())


def test_draft_of_a_list_with_itself_wins_and_loses_equally_often_at_every_position():
    a = list("abcdefghij")
    teams = [team_draft(a, a, 10, str(seed))[1] for seed in range(4000)]
    for position in range(10):
        assert sum(team[position] == "a" for team in teams) / 4000 == pytest.approx(0.5, abs=0.04)


def test_draft_gives_what_only_one_list_has_left_to_nobody():
    assert team_draft([], ["x", "y"], 2, "s") == (["x", "y"], ["", ""])
    queries, teams = team_draft(["x", "p", "q"], ["x"], 3, "s")
    assert (queries, teams[1:]) == (["x", "p", "q"], ["", ""])


def outcome(user, ts, shown, target="t"):
    rank = shown.index(target) + 1 if target in shown else 0
    return Outcome(user, ts, None, "", target, tuple(shown), rank, new_user=False, repeated=False)


def test_interleaving_a_system_with_itself_has_no_winner():
    tests = [outcome(f"u{n % 200}", n, ["x", "t", "y", "z"]) for n in range(4000)]
    report = interleaved(tests, tests)
    assert report.wins_a + report.wins_b == report.n_lists == 4000
    assert report.share_a.low < 0.5 < report.share_a.high
    assert report.winner == ""


def test_interleaving_is_won_by_who_alone_knows_the_target_whichever_comes_first():
    good = [outcome(f"u{n}", n, ["t", "x", "y"]) for n in range(50)]
    bad = [outcome(f"u{n}", n, ["p", "q", "r"]) for n in range(50)]
    ahead, behind = interleaved(good, bad), interleaved(bad, good)
    assert (ahead.wins_a, ahead.wins_b, ahead.winner) == (50, 0, "a")
    assert (behind.wins_a, behind.wins_b, behind.winner) == (0, 50, "b")
    assert ahead.share_a == (1, 1, 1)


def test_interleaving_is_won_more_often_by_who_ranks_the_target_higher():
    """First in one list and last of four in the other: the coin decides the first place alone."""
    high = [outcome(f"u{n}", n, ["t", "x", "y", "z"]) for n in range(2000)]
    low = [outcome(f"u{n}", n, ["x", "y", "z", "t"]) for n in range(2000)]
    report = interleaved(high, low)
    assert report.wins_a == 2000
    middle = interleaved([outcome(f"u{n}", n, ["x", "t", "y", "z"]) for n in range(2000)], low)
    assert middle.winner == "a"
    assert middle.share_a.low > 0.5


def test_interleaving_of_other_tests_is_refused():
    with pytest.raises(ValueError, match="same tests"):
        interleaved([outcome("u", 1, [])], [outcome("u", 2, [])])


def test_winner_is_told_by_people_and_not_by_their_searches():
    """One person who chooses `a` a thousand times is one person."""
    choices = [Choice("busy", "a")] * 1000 + [Choice(f"u{n}", "b") for n in range(9)] + [Choice("z", "")]
    report = who_wins(choices, 2000)
    assert (report.wins_a, report.wins_b, report.uncredited) == (1000, 9, 1)
    assert (report.users_a, report.users_b, report.winner) == (1, 9, "b")
    assert report.p_value == pytest.approx(2 * (1 + 10) / 2**10)


def test_report_without_choices_knows_nothing():
    report = who_wins([], 3)
    assert (report.share_a, report.p_value, report.winner) == (None, 1.0, "")
    assert report.to_json()["n_lists"] == 3


@given(st.integers(0, 40), st.integers(0, 40))
def test_sign_test_is_the_exact_binomial_tail_on_both_sides(n_a, n_b):
    n = n_a + n_b
    expected = min(1.0, 2 * sum(comb(n, i) for i in range(min(n_a, n_b) + 1)) / 2**n)
    assert sign_test(n_a, n_b) == pytest.approx(expected)
    assert sign_test(n_a, n_b) == sign_test(n_b, n_a)
    assert 0 < sign_test(5000, 6000) < 1e-9
