"""Texts of the tagger's languages, and of others in the same letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.text.tagger_language import LANGUAGES, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("saw the new one with Ada in Café Noir", "en"),
        ("OMG", "en"),
        ("das ist nicht von Ada", None),
        ("J'adore cette chanson de l'été", None),
        ("今天看了 the movie", "zh"),
        ("今日は東京へ行きます", None),
        ("من از تهران میگم", "fa"),
        ("أحب هذه الأغنية كثيرًا وهي جميلة", None),
        ("मैं दिल्ली से हूँ", "hi"),
        ("12 :) 😀", None),
        ("", None),
        ("это Москва", None),
    ],
)
def test_language_of_goes_by_letters_and_common_words(text, language):
    assert language_of(text) == language


def test_language_of_believes_what_is_known():
    assert language_of("the one and only", "en-GB") == "en"
    assert language_of("the one and only", "de") is None
    assert language_of("我来了", "en") == "zh"


@given(st.text(), st.none() | st.text(max_size=8))
def test_language_of_is_one_of_ours_or_none(text, known):
    assert language_of(text, known) in {*LANGUAGES, None}
