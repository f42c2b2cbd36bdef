"""Korean as it is typed: every state of an input method is a beginning."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.text import normalise
from suggest.text.hangul import are_leads, leads, strokes

_KOREAN = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3) | st.sampled_from("a 1"), max_size=6)


@pytest.mark.parametrize("state", ["ㅅ", "서", "성", "서우", "서울"])
def test_strokes_of_every_state_of_typing_begin_those_of_the_word(state):
    assert strokes(normalise("서울")).startswith(strokes(normalise(state)))


@given(_KOREAN, _KOREAN)
def test_strokes_of_a_prefix_are_a_prefix(start, rest):
    assert strokes(start + rest) == strokes(start) + strokes(rest)


@given(_KOREAN)
def test_strokes_are_the_same_of_syllables_and_of_their_jamo(text):
    assert strokes(unicodedata.normalize("NFD", text)) == strokes(text)


@given(st.text())
def test_strokes_hold_no_syllable(text):
    assert not any("\uac00" <= char <= "\ud7a3" for char in strokes(text))


@given(_KOREAN)
def test_leads_are_one_letter_a_syllable(text):
    assert len(leads(text)) == len(text)


@pytest.mark.parametrize(
    ("typed", "is_so"), [("ㅅㅇ", True), ("ㅅ", False), ("서울", False), ("ㅅ ㅇ", True), ("", False), ("ㄱㅅ", True)]
)
def test_are_leads_when_two_or_more_consonants_stand_alone(typed, is_so):
    assert are_leads(strokes(normalise(typed))) is is_so
