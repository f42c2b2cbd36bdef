# ruff: noqa: RUF001 - letters of many scripts are what these tests are about
"""Laws of what people leave out when they type, over all of Unicode."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.text import normalise, unaccented

_ANYTHING = st.text(alphabet=st.characters(exclude_categories=()))
_MARKED = st.text(st.sampled_from("aéüßøđ\u0301\u0306йёї\u0e31\u0e49กकिफ़がバ가ة\u064bשׁ’– ٣"))
_TEXTS = _ANYTHING | _MARKED


@given(_TEXTS)
def test_unaccented_is_idempotent(text):
    assert unaccented(unaccented(text)) == unaccented(text)


@given(_TEXTS, _TEXTS)
def test_unaccented_of_a_prefix_is_a_prefix(start, rest):
    """What has been typed so far folds to the beginning of what it will fold to."""
    assert unaccented(start + rest) == unaccented(start) + unaccented(rest)


@given(st.text(st.characters(max_codepoint=127)))
def test_unaccented_leaves_ascii_alone(text):
    assert unaccented(text) == text


@given(_TEXTS)
def test_unaccented_of_a_key_holds_no_capitals(text):
    folded = unaccented(normalise(text))
    assert normalise(folded).casefold() == normalise(folded)


@pytest.mark.parametrize(
    ("key", "folded"),
    [
        ("münchen", "munchen"),
        ("đà nẵng", "da nang"),
        ("łódź", "lodz"),
        ("þórshöfn", "thorshofn"),
        ("ağrı", "agri"),
        ("gəncə", "gence"),
        ("смолёвичи", "смолевичи"),
        ("άργος", "αργοσ"),
        ("مُوسَى", "موسي"),
        ("کرج", "كرج"),
        ("القاهرة", "القاهره"),
        ("שָׁלוֹם", "שלום"),
        ("फ़िल्म", "फिल्म"),
        ("o’fallon", "o'fallon"),
        ("۱۲", "12"),
    ],
)
def test_unaccented_leaves_out_what_people_leave_out(key, folded):
    assert unaccented(normalise(key)) == folded


@pytest.mark.parametrize("key", ["йод", "київ", "がぎ", "バス", "กรุงเทพ", "दिल्ली", "서울", "東京", "தமிழ்", "երևան"])
def test_unaccented_keeps_what_makes_another_word(key):
    assert unaccented(normalise(key)) == normalise(key)
