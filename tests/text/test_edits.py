"""Costs of misspellings: what any cost must obey, and what the ones that ship say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.text.edit_kinds import kind_of, opportunities, opportunity_of
from suggest.text.edits import IMPOSSIBLE, edit_costs

# Words hold no signs, so that some of these can mark their ends.
letters = st.one_of(
    st.sampled_from("aeirst"), st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="|>^$?")
)
word = st.text(letters, min_size=1, max_size=8)


def typed_by(rules: tuple[tuple[str, str, str, str], ...], typed: str, meant: str) -> bool:
    """Whether the rules, applied in order from left to right, can make one word of the other."""
    reached = {("", 0)}
    for part, result, before, after in rules:
        marked = f"^{meant}$"
        reached = {
            (made + meant[at:start] + result, start + len(part))
            for made, at in reached
            for start in range(at, len(meant) - len(part) + 1)
            if meant[start : start + len(part)] == part
            and marked[start] == before
            and marked[start + len(part) + 1] == after
        }
    return any(made + meant[at:] == typed for made, at in reached)


@given(word)
def test_a_word_costs_nothing_for_itself(text: str) -> None:
    assert edit_costs().cost(text, text) == 0.0


@given(word, word)
def test_an_alignment_makes_the_typed_word_of_the_meant_one(typed: str, meant: str) -> None:
    cost, rules = edit_costs().align(typed, meant, 4)
    if cost < IMPOSSIBLE:
        assert typed_by(rules, typed, meant)
        assert cost == pytest.approx(sum(edit_costs().rule(*rule) for rule in rules))


@given(word, word)
def test_an_error_costs_at_least_its_prior(typed: str, meant: str) -> None:
    if typed != meant:
        assert edit_costs().cost(typed, meant) >= edit_costs().error > 0


@given(word, word)
def test_more_rules_never_cost_more(typed: str, meant: str) -> None:
    costs = [edit_costs().align(typed, meant, n_rules)[0] for n_rules in (1, 2, 3)]
    assert costs == sorted(costs, reverse=True)


@given(word, st.integers(0, 8), letters)
def test_one_edit_of_any_script_is_possible(meant: str, at: int, char: str) -> None:
    typed = meant[:at] + char + meant[at:]
    assert edit_costs().cost(typed, meant) < IMPOSSIBLE
    assert edit_costs().cost(meant, typed) < IMPOSSIBLE


@given(word)
def test_every_kind_of_edit_has_an_opportunity_where_it_happens(meant: str) -> None:
    marked = f"^{meant}$"
    places = set(opportunities(meant))
    for at, char in enumerate(meant):
        before, after = marked[at], marked[at + 2]
        assert opportunity_of(kind_of(char, "", before, after).name) in places
        assert opportunity_of(kind_of(char, chr(ord(char) ^ 1), before, after).name) in places
        assert opportunity_of(kind_of("", "x", before, char).name) in places


@pytest.mark.parametrize(
    ("typed", "likelier", "less_likely"),
    [
        ("recieve", "receive", "relieve"),
        ("definately", "definitely", "defiantly"),
        ("acommodate", "accommodate", "acclimate"),
        ("seperate", "separate", "desperate"),
        ("hoise", "house", "horse"),  # the key beside
        ("münhcen", "münchen", "münzen"),
        ("првиет", "привет", "привит"),
    ],
)
def test_common_slips_cost_less_than_others(typed: str, likelier: str, less_likely: str) -> None:
    assert edit_costs().cost(typed, likelier) < edit_costs().cost(typed, less_likely)


def test_a_likely_pair_of_edits_costs_less_than_an_unlikely_single_one() -> None:
    assert edit_costs().cost("recieved", "received") < edit_costs().cost("qreceived", "received")
    assert edit_costs().cost("acomodate", "accommodate") < edit_costs().cost("xccommodate", "accommodate")


def test_beginnings_leave_open_what_follows() -> None:
    costs = edit_costs()
    assert costs.cost("recie", "recei", finished=False) != costs.cost("recie", "recei")
