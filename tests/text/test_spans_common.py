"""How ordinary words are, by the file that ships, and what a lexicon of ordinary words looks like."""

from __future__ import annotations

import pytest

from suggest.pipelines.common_words import WORDS_PER_LANGUAGE, commonest
from suggest.text.spans_common import ORDINARY, CommonWords


@pytest.mark.parametrize("word", ["the", "und", "que", "этот", "في", "है", "的", "7", "x", "2026"])
def test_words_that_everybody_writes_are_ordinary(word: str) -> None:
    assert CommonWords.default().zipf(word) >= ORDINARY


@pytest.mark.parametrize("word", ["nivea", "zoltan", "", "the the", "क्वांटमवाला"])
def test_what_few_write_is_not_ordinary(word: str) -> None:
    words = CommonWords.default()
    assert words.zipf(word) < ORDINARY


def test_rarest_is_that_of_the_rarest_word() -> None:
    words = CommonWords.default()
    assert words.rarest(["the", "nivea"]) == words.zipf("nivea") == 0.0
    assert words.rarest(["the", "car"]) == words.zipf("car") < words.zipf("the")
    assert words.rarest([]) == 0.0


def test_share_of_ordinary_words_is_that_of_the_worst_language() -> None:
    words = CommonWords.default()
    assert words.share_of_ordinary(lambda _: False) == 0.0
    assert words.share_of_ordinary(lambda _: True) == 1.0
    german = words.share_of_ordinary({"und", "der", "die", "das", "nicht", "ist"}.__contains__)
    assert 0.0 < german < 0.1


def test_commonest_keeps_the_largest_frequency_of_each_fold() -> None:
    rows = [("de", "Straße", 5.0), ("en", "roads", 4.9), ("en", "road", 4.5), ("fr", "strasse", 2.0), ("en", "a", 7.0)]
    assert commonest(rows) == {"strasse": (5.0, "de"), "road": (4.9, "en")}
    many = [("en", f"{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)}q", 4.0) for n in range(9000)]
    assert len(commonest(many)) == WORDS_PER_LANGUAGE
