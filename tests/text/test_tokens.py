"""Words that a query is put together from: nothing is lost."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.text import normalise, normalise_prefix
from suggest.text.tokens import join, token_lists, tokens, typed_tokens

TEXTS = st.text(st.sampled_from("ab 東京都駅のカナกรุงเทพ我想买苹果.'-"), max_size=20) | st.text(max_size=20)


@given(TEXTS)
def test_tokens_joined_are_the_key(text):
    key = normalise(text)
    assert join(tokens(key)) == key
    assert "" not in tokens(key)


@given(TEXTS)
def test_typed_tokens_joined_are_what_was_typed(text):
    prefix = normalise_prefix(text)
    complete, unfinished = typed_tokens(prefix)
    assert join([*complete, unfinished]).rstrip(" ") == prefix.rstrip(" ")
    assert bool(unfinished) == (prefix != "" and not prefix.endswith(" "))


@given(st.lists(TEXTS.map(normalise).filter(bool), max_size=5))
def test_tokens_of_many_are_those_of_each(keys):
    assert token_lists(pa.array(keys, pa.string())).to_pylist() == [tokens(key) for key in keys]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("o'reilly www.x.com", ["o'reilly", "www.x.com"]),
        ("大阪駅 tower", ["大阪", "駅", "tower"]),
        ("大阪 駅", ["大阪", " 駅"]),
        ("大阪tower", ["大阪tower"]),
        ("我想买苹果手机", ["我", "想", "买", "苹果", "手机"]),
    ],
)
def test_tokens_of_scripts_without_spaces_are_words(key, expected):
    assert tokens(key) == expected
