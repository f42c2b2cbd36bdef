"""What of a text names nothing, and what hashtags are made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.text.hashtags import parts, spellings
from suggest.text.masks import MASKED, masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://example.org/a?b=1#c now", ["https://example.org/a?b=1#c"]),
        ("http : //t.co/abc", ["http : //t.co/abc"]),
        ("www.example.org is it", ["www.example.org"]),
        ("see HTTPS://EXAMPLE.ORG/Rome, Www.Example.org", ["HTTPS://EXAMPLE.ORG/Rome,", "Www.Example.org"]),
        ("at EXAMPLE.COM/Rome. In Rome.In Paris", ["EXAMPLE.COM/Rome."]),
        ("youtu.be/xyz and example.com.", ["youtu.be/xyz", "example.com"]),
        ("write to anna.b@example.co.uk!", ["anna.b@example.co.uk"]),
        ("thanks @anna_b, @bob.c and @andré!", ["@anna_b", "@bob.c", "@andré"]),
        ("//@朱萧木:再推一次", ["@朱萧木"]),
        ("love @nivea的面霜", ["@nivea"]),
        ("谢谢 @海南航空", ["@海南航空"]),
        ("感谢@胥瑞琦翻译。", []),
        ("ممنون @علی_م عزیز", ["@علی_م"]),
        ("3.5 stars, e.g. this. Go on", []),
        ("a @ b, mail me", []),
        ("", []),
    ],
)
def test_masks_are_addresses_and_mentions(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in masked(text)] == expected


@given(st.text(st.characters(exclude_categories=[])))
def test_masks_are_disjoint_and_ascending(text: str) -> None:
    edges = [edge for span in masked(text) for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(text) for edge in edges)


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("#BlackFriday", ["Black", "Friday"]),
        ("#BlackFriday2026", ["Black", "Friday", "2026"]),
        ("#BBCNews", ["BBC", "News"]),
        ("#road_trip", ["road", "trip"]),
        ("#blackfriday", ["blackfriday"]),
        ("#ÉtéÀParis", ["Été", "À", "Paris"]),
        ("#МоскваРека", ["Москва", "Река"]),
        ("\uff03今日", ["今日"]),
        ("#سلام_دنیا", ["سلام", "دنیا"]),
        ("#नमस्ते", ["नमस्ते"]),
        ("#", []),
    ],
)
def test_hashtag_falls_into_its_words(tag: str, words: list[str]) -> None:
    assert parts(tag) == words


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).map("#{}".format))
def test_spellings_of_a_hashtag_are_bounded_and_begin_with_itself(tag: str) -> None:
    found = spellings(tag)
    assert found[0] == tag.lstrip("#\uff03")
    assert len(found) <= 40
    assert len(set(found)) == len(found)
    if len(found) > 2:
        assert {each.replace(" ", "") for each in found} == {found[0].replace(" ", "")}


@given(st.text(st.sampled_from("wWhtpsS.:/@ a1\n天\u0131\u017f"), max_size=20) | st.text(max_size=30))
def test_masks_are_all_that_their_expression_matches(text: str) -> None:
    """Also of a text that the quick look takes for one without any."""
    assert masked(text) == [match.span() for match in MASKED.finditer(text)]
