# ruff: noqa: RUF001 - letters that look alike are what is tested
"""Every way people type, through `Engine.complete`: laws against brute force, then one example for each."""

from __future__ import annotations

import tempfile
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest import Engine
from suggest.candidates import typed_words
from suggest.rank import Policy
from suggest.text import normalise_prefix, words
from suggest.text.near_duplicates import near_duplicate_key
from suggest.types import parse_where
from tests.engine.small import search, texts, write_generation

NOW = "2026-03-01T12:00:00Z"
EARLIER = "2026-02-28T12:00:00Z"

_WORDS = ("able", "acid", "bell", "bellow", "cat", "cats", "dune")
_queries = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=3).map(" ".join)
_weights = st.dictionaries(_queries, st.integers(1, 9), min_size=1, max_size=25)
_attributes = st.lists(
    st.tuples(st.just("kind"), st.sampled_from(["music", "film"])) | st.tuples(st.just("tags"), st.sampled_from("xy")),
    max_size=3,
)
_where = st.recursive(
    st.sampled_from([{"kind": "music"}, {"kind": "film"}, {"tags": "x"}, {"tags": ["x", "y"]}]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: {"all": parts})
        | st.lists(inner, max_size=3).map(lambda parts: {"any": parts})
        | inner.map(lambda part: {"not": part})
    ),
    max_leaves=4,
)


def opened(folder, weights, **more):
    """An engine over {key: weight}."""
    write_generation(folder, weights, **more)
    return Engine.open(folder)


def holds_words(key, typed):
    """Whether a query holds each word typed, the last one as the beginning of a further word."""
    left = Counter(words(key))
    left.subtract(typed.complete)
    return min(left.values()) >= 0 and (
        not typed.last or any(word.startswith(typed.last) and count > 0 for word, count in left.items())
    )


@settings(max_examples=25)
@given(weights=_weights, data=st.data())
def test_words_are_found_in_any_order_by_popularity(weights, data):
    meant = data.draw(st.sampled_from(sorted(weights)))
    shuffled = " ".join(data.draw(st.permutations(meant.split())))
    text = shuffled[: data.draw(st.integers(1, len(shuffled)))]
    with tempfile.TemporaryDirectory() as folder, opened(folder, weights) as engine:
        answer = engine.complete(text, k=100, now=NOW, collapse=False)
    typed = typed_words(normalise_prefix(text))
    begins = sorted((key for key in weights if key.startswith(text)), key=lambda key: (-weights[key], key))
    holds = sorted((key for key in weights if holds_words(key, typed)), key=lambda key: (-weights[key], key))
    assert [found.query for found in answer if found.source == "prefix"] == begins
    assert [found.query for found in answer if found.source == "words"] == [key for key in holds if key not in begins]


@settings(max_examples=25)
@given(weights=_weights, k=st.integers(1, 12), data=st.data())
def test_a_filter_leaves_what_a_scan_leaves_and_finds_k_where_k_exist(weights, k, data):
    known = {key: data.draw(_attributes) for key in sorted(weights)}
    own = data.draw(st.lists(st.sampled_from([*sorted(weights), "acorn", "able seaman"]), max_size=4, unique=True))
    where = data.draw(_where)
    text = data.draw(st.sampled_from(["", "a", "be", "cat", "cats "]))
    with tempfile.TemporaryDirectory() as folder, opened(folder, weights, attributes=known) as engine:
        engine.observe([search("u1", query, f"2026-02-{day:02}T12:00:00Z") for day, query in enumerate(own, start=1)])
        found = {
            match: texts(engine.complete(text, k=k, user="u1", now=NOW, where=where, match=match, collapse=False))
            for match in ("prefix", "any")
        }
    passing = [key for key in {*weights, *own} if parse_where(where).holds(known.get(key, []))]
    begins = [key for key in passing if key.startswith(text)]
    first = [query for query in reversed(own) if query in begins]
    rest = sorted((key for key in begins if key not in own), key=lambda key: (-weights[key], key))
    assert found["prefix"] == (first + rest)[:k]
    assert set(found["any"]) <= set(passing)
    assert len(found["any"]) >= len(found["prefix"])


@settings(max_examples=25)
@given(weights=_weights, k=st.integers(1, 12), text=st.sampled_from(["", "a", "b", "be", "c", "cat", "cats"]))
def test_of_near_duplicates_the_usual_form_stays_and_the_list_is_filled_up(weights, k, text):
    with tempfile.TemporaryDirectory() as folder, opened(folder, weights) as engine:
        shown = texts(engine.complete(text, k=k, now=NOW, match="prefix"))
        every = texts(engine.complete(text, k=k, now=NOW, match="prefix", collapse=False))
    begins = sorted((key for key in weights if key.startswith(text)), key=lambda key: (-weights[key], key))
    usual = {}
    for key in begins:
        usual.setdefault(near_duplicate_key(key), key)
    assert every == begins[:k]
    assert shown == [key for key in begins if key == text or usual[near_duplicate_key(key)] == key][:k]


def test_a_list_of_one_query_in_hundreds_of_forms_is_filled_up(tmp_path):
    """However many forms one query has, what comes after them is still reached."""
    forms = {f"cat{'!' * (row % 30)}?{'.' * (row // 30)}": 1000 - row for row in range(200)}
    with opened(tmp_path, {**forms, "catalogue": 2, "catnip": 1}) as engine:
        assert texts(engine.complete("cat", k=3, now=NOW, match="prefix")) == ["cat?", "catalogue", "catnip"]


def test_collapsing_prefers_the_persons_own_form(tmp_path):
    with opened(tmp_path, {"running shoes": 9, "shoes running": 3, "running shoe": 2}) as engine:
        engine.observe([search("u1", "running shoe", EARLIER)])
        assert texts(engine.complete("running", now=NOW)) == ["running shoes"]
        assert texts(engine.complete("running", user="u1", now=NOW)) == ["running shoe"]
        assert texts(engine.complete("running shoe", now=NOW)) == ["running shoes", "running shoe"]
        assert sorted(texts(engine.complete("running", now=NOW, collapse=False))) == [
            "running shoe",
            "running shoes",
            "shoes running",
        ]


@settings(max_examples=15)
@given(weights=_weights, data=st.data())
def test_a_hidden_query_comes_back_through_no_search(weights, data):
    """Words in another order, with a slip and in Cyrillic letters: what is blocked or deleted stays away."""
    blocked = data.draw(st.sampled_from(sorted(weights)))
    typed = [blocked, blocked[::-1], " ".join(reversed(blocked.split())), blocked[1:], blocked.replace("a", "а")]
    with tempfile.TemporaryDirectory() as folder, opened(folder, weights, aliases={blocked: ["secret"]}) as engine:
        engine.observe([search("u1", blocked, EARLIER)])
        engine.block([blocked])
        for text in [*typed, "secret", "secr", ""]:
            for user in (None, "u1"):
                assert blocked not in texts(engine.complete(text, k=100, user=user, now=NOW, collapse=False))


@settings(max_examples=25)
@given(weights=_weights, k=st.integers(1, 12), text=st.text("abel dcnu é", max_size=8))
def test_match_prefix_is_the_plain_index_and_any_only_adds_to_it(weights, k, text):
    with tempfile.TemporaryDirectory() as folder, opened(folder, weights) as engine:
        plain = engine.complete(text, k=k, now=NOW, match="prefix", collapse=False)
        more = engine.complete(text, k=k, now=NOW, collapse=False)
        assert more == engine.complete(text, k=k, now=NOW, collapse=False)
    typed = normalise_prefix(text)
    begins = sorted((key for key in weights if key.startswith(typed)), key=lambda key: (-weights[key], key))
    assert texts(plain) == begins[:k]
    assert len(set(texts(more))) == len(more) >= len(plain)
    assert [found for found in more if found.source == "prefix"] == plain[: sum(f.source == "prefix" for f in more)]


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """A few queries in many scripts."""
    weights = {
        "münchen hotel": 9, "łódź": 4, "ısparta": 4, "ёлка": 3, "москва": 8, "привет": 7, "αθήνα": 5, "القاهرة": 5,
        "北京天气": 7, "すし": 4, "さくら": 6, "서울": 9, "สมุทรปราการ": 3, "new york": 6, "dancing queen": 9,
        "guitar lessons": 50, "beautiful garden": 40, "weather today": 9, "nivea cream": 30,
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("scripts")
    with opened(folder, weights, aliases={"new york": ["big apple"]}, displays={"łódź": "Łódź"}) as engine:
        yield engine


@pytest.mark.parametrize(
    ("typed", "meant", "kind"),
    [
        ("munchen", "münchen hotel", "unaccented"),
        ("muenchen", "münchen hotel", "unaccented"),
        ("münchen", "münchen hotel", "prefix"),
        ("lodz", "Łódź", "unaccented"),
        ("ISPARTA", "ısparta", "unaccented"),
        ("елка", "ёлка", "unaccented"),
        ("αθηνα", "αθήνα", "unaccented"),
        ("القاهره", "القاهرة", "unaccented"),
        ("mosk", "москва", "romanised"),
        ("athina", "αθήνα", "romanised"),
        ("निव", "nivea cream", "romanised"),
        ("北京", "北京天气", "prefix"),
        ("天气", "北京天气", "words"),
        ("beijingtian", "北京天气", "romanised"),
        ("bjtq", "北京天气", "initials"),
        ("北京tq", "北京天气", "initials"),
        ("sakura", "さくら", "romanised"),
        ("サクラ", "さくら", "romanised"),
        ("ㅅ", "서울", "hangul"),
        ("서우", "서울", "hangul"),
        ("ㅅㅇ", "서울", "initials"),
        ("seoul", "서울", "romanised"),
        ("ปราการ", "สมุทรปราการ", "words"),
        ("ghbdtn", "привет", "layout"),
        ("tjdnf", "서울", "layout"),
        ("big ap", "new york", "alias"),
        ("queen dan", "dancing queen", "words"),
        ("hotel münchen", "münchen hotel", "words"),
        ("dancingqueen", "dancing queen", "split"),
        ("guitra", "guitar lessons", "typo"),
        ("uitar", "guitar lessons", "typo"),
        ("nive acream", "nivea cream", "typo"),
    ],
)
def test_a_query_is_found_as_people_type_it(engine, typed, meant, kind):
    first = engine.complete(typed, k=3, now=NOW, explain=True)[0]
    assert (first.query, first.explanation["match"]) == (meant, kind)


@pytest.mark.parametrize(("typed", "edits"), [("guitra", 1), ("guitar", 0), ("gutar lesons", 2), ("beautifull gar", 1)])
def test_a_slip_is_explained_by_its_edits_and_source(engine, typed, edits):
    first = engine.complete(typed, k=1, now=NOW, explain=True)[0]
    assert first.source == ("typo" if edits else "prefix")
    assert first.explanation["edits"] == edits
    assert sum(first.explanation["score_parts"].values()) == pytest.approx(first.score)
    assert (first.explanation["score_parts"]["match"] < 0) == (edits > 0)


def test_short_words_are_left_alone(engine):
    assert texts(engine.complete("nw", now=NOW)) == []


@pytest.mark.parametrize("typed", ["guitra", "queen dan", "munchen", "bjtq", "ghbdtn", "big ap"])
def test_match_prefix_knows_nothing_but_beginnings(engine, typed):
    assert engine.complete(typed, now=NOW, match="prefix") == []
    assert engine.complete(typed, now=NOW) != []


def test_every_suggestion_highlights_within_its_text(engine):
    for typed in ("hotel mun", "queen dan", "гуитар", "lodz", "bjtq", "ㅅㅇ", "guitra les"):
        for found in engine.complete(typed, now=NOW):
            assert all(0 <= start < end <= len(found.query) for start, end in found.highlights)


def test_profane_searches_are_shown_to_their_author_alone(tmp_path):
    with opened(tmp_path, {"nivea": 3}, policy=Policy(blocklist=("forbidden",))) as engine:
        engine.observe([search("u1", "fuck this", EARLIER), search("u1", "forbidden fruit", EARLIER)])
        assert texts(engine.complete("f", user="u1", now=NOW)) == ["fuck this"]
        assert texts(engine.complete("f", user="u2", now=NOW)) == []
        assert texts(engine.complete("this f", now=NOW)) == []
