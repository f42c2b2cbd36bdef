"""What makes a name, and what makes it worth tapping: each part of the sums by itself."""

from __future__ import annotations

from typing import Any

import pytest

from suggest.rank.spans import CLEAN, NOISY, Evidence, name_parts, share, tap_parts, trust


def is_name(evidence: Evidence) -> float:
    return sum(name_parts(evidence).values())


def is_tapped(evidence: Evidence) -> float:
    return sum(tap_parts(evidence, is_name(evidence)).values())


def test_trust_falls_with_the_share_of_ordinary_words() -> None:
    shares = [0.0, CLEAN, 0.07, 0.1, NOISY, 1.0]
    trusts = [trust(noise) for noise in shares]
    assert trusts == sorted(trusts, reverse=True)
    assert (trusts[0], trusts[1], trusts[-2], trusts[-1]) == (1.0, 1.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (Evidence(tagged=0.9, is_read=True), True),
        (Evidence(tagged=0.45, is_read=True), True),
        (Evidence(tagged=0.3, is_read=True), False),
        (Evidence(tagged=0.3, is_read=True, is_named=True, is_searched=True, popularity=0.8), True),
        (Evidence(is_read=True), False),
        (Evidence(tagged=0.01, is_read=True, is_named=True, is_given=True, is_capital=True, n_words=3), False),
        (Evidence(tagged=0.01, is_read=True, trust=1.0, is_named=True, is_given=True), True),
        (Evidence(trust=1.0, is_named=True, is_searched=True, zipf=5.6), False),
        (Evidence(trust=1.0, is_named=True, is_given=True, zipf=5.6), True),
        (Evidence(trust=1.0, is_named=True, is_given=True, zipf=6.5), False),
        (Evidence(is_named=True, is_given=True), False),
        (Evidence(is_named=True, is_given=True, is_capital=True, n_words=2), True),
    ],
)
def test_a_name_is_what_tagger_or_lexicon_is_sure_of(evidence: Evidence, expected: bool) -> None:
    assert (is_name(evidence) > 0) == expected


@pytest.mark.parametrize(
    "more",
    [
        {"popularity": 0.5},
        {"tap_rate": 1.0},
        {"likeness": 0.5},
        {"is_own": True},
        {"is_quoted": True},
        {"is_tag": True},
        {"tagged": 0.9},
        {"zipf": 0.0},
    ],
)
def test_each_part_makes_a_name_more_worth_tapping(more: dict[str, Any]) -> None:
    plain = Evidence(tagged=0.6, is_read=True, is_named=True, is_searched=True, zipf=4.0)
    assert is_tapped(plain._replace(**more)) > is_tapped(plain)


def test_what_is_seldom_tapped_falls() -> None:
    plain = Evidence(tagged=0.6, is_read=True)
    assert is_tapped(plain._replace(tap_rate=-1.0)) == pytest.approx(is_tapped(plain) - 1.0)


def test_share_is_the_logistic_function_far_out_too() -> None:
    assert share(0.0) == 0.5
    assert share(2.0) == pytest.approx(1 - share(-2.0))
    assert (share(-1000.0), share(1000.0)) == (0.0, 1.0)
