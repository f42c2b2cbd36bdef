"""Chinese in Latin letters, against the library whose dictionary is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from suggest.text.pinyin import begins_with, pieces, pinyin, pinyin_initials

_COMMON = st.text(
    st.sampled_from("的一是不了在人有我他这中大来上国和地到以说时要就出会可也你对生能重庆长城行银都乐音还原"),
    max_size=12,
)


@given(_COMMON)
def test_pinyin_reads_phrases_as_pypinyin_does(text):
    assert pinyin(text) == "".join(lazy_pinyin(text))


@given(st.text())
def test_pinyin_initials_are_one_letter_a_character(text):
    assert len(pinyin_initials(text)) == len(text)


@pytest.mark.parametrize(
    ("key", "latin", "initials"),
    [
        ("重庆", "chongqing", "cq"),
        ("重要", "zhongyao", "zy"),
        ("银行", "yinhang", "yh"),
        ("旅游", "lvyou", "ly"),
        ("iphone手机 15", "iphoneshouji 15", "iphonesj 15"),
        ("", "", ""),
    ],
)
def test_pinyin_examples(key, latin, initials):
    assert pinyin(key) == latin
    assert pinyin_initials(key) == initials


@given(_COMMON)
def test_pieces_of_full_pinyin_are_pinyin_again(text):
    assert "".join(pieces(pinyin(text))) == pinyin(text)


@pytest.mark.parametrize(
    ("typed", "key", "begins"),
    [
        ("beijingtq", "北京天气", True),
        ("bjtianq", "北京天气预报", True),
        ("zhongy", "重要", True),
        ("zhongq", "重庆", False),
        ("beijingtq", "北京", False),
        ("bj", "iphone", False),
    ],
)
def test_begins_with_compares_readings_piece_by_piece(typed, key, begins):
    assert begins_with(key, pieces(typed)) is begins


def test_pieces_of_what_is_no_pinyin_are_none():
    assert pieces("москва") == pieces("bjü") == pieces("") == []
