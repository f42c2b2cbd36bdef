"""What the same keys write on another keyboard, and which keys lie side by side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.text.layouts import PAIRS, neighbours, retyped

_BOTH_WAYS = [pair for one, other in PAIRS for pair in ((one, other), (other, one))]


@pytest.mark.parametrize(
    ("typed", "typed_on", "meant_on", "meant"),
    [
        ("vjcrdf", "qwerty", "russian", "москва"),
        ("зщкет", "russian", "qwerty", "portn"),
        ("ghbdsn rb]d", "qwerty", "ukrainian", "привіт київ"),
        ("ㅎㅐㅐㅎㅣㄷ", "korean", "qwerty", "google"),
        ("tjdnf", "qwerty", "korean", "ㅅㅓㅇㅜㄹ"),
        ("αυηνα", "greek", "qwerty", "ayhna"),
        ("auhna", "qwerty", "greek", "αθηνα"),
        ("akuo", "qwerty", "hebrew", "שלום"),
        ("lvpfh", "qwerty", "arabic", "مرحبا"),
        ("لا", "arabic", "qwerty", "b"),
        ("l;ylfu", "qwerty", "thai", "สวัสดี"),
        ("qmerty", "azerty", "qwerty", "a;erty"),
        ("zürich", "qwertz", "qwerty", "y[rich"),
    ],
)
def test_retyped_examples(typed, typed_on, meant_on, meant):
    assert retyped(typed, typed_on, meant_on) == meant


@pytest.mark.parametrize(("typed_on", "meant_on"), _BOTH_WAYS)
@given(text=st.text("abcdefghijklmnopqrstuvwxyz 1"))
def test_retyped_there_and_back_is_what_was_typed(typed_on, meant_on, text):
    there = retyped(text, "qwerty", meant_on if typed_on == "qwerty" else typed_on)
    back = retyped(there, meant_on if typed_on == "qwerty" else typed_on, "qwerty")
    assert retyped(back, "qwerty", meant_on if typed_on == "qwerty" else typed_on) == there


@pytest.mark.parametrize(("typed_on", "meant_on"), _BOTH_WAYS)
@given(text=st.text())
def test_retyped_of_a_prefix_is_a_prefix(typed_on, meant_on, text):
    """Except where one keystroke writes two letters, of which the text so far holds the first."""
    whole = retyped(text, typed_on, meant_on)
    part = retyped(text[:-1], typed_on, meant_on)
    assert whole is None or part is None or whole.startswith(part) or typed_on in {"arabic", "thai", "qwertz"}


def test_retyped_is_none_for_a_character_without_a_key():
    assert retyped("東", "qwerty", "russian") is None
    assert retyped("q", "russian", "qwerty") is None


def test_neighbours_touch_each_other():
    """Side by side goes both ways within a layout."""
    for letter in "abcdefghijklmnopqrstuvwxyz":
        assert all(letter in neighbours(other) for other in neighbours(letter))


@pytest.mark.parametrize(("letter", "beside"), [("g", "fhtyvb"), ("q", "aw"), ("ф", "йцыя"), ("ㅓ", "ㅏㅗㅕㅑㅜㅡ")])
def test_neighbours_are_the_keys_around(letter, beside):
    assert set(beside) <= set(neighbours(letter))


def test_neighbours_of_the_unknown_are_none():
    assert neighbours("東") == neighbours("") == ""
