"""What `Engine.complete` answers, against brute force and by example."""

from __future__ import annotations

import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest import Engine
from suggest.errors import ArgumentError, NotBuiltError
from suggest.rank import Policy
from suggest.text import normalise
from tests.engine.small import search, texts, write_generation

NOW = "2026-03-01T12:00:00Z"

_words = st.text("ab é日", min_size=1, max_size=5).map(normalise).filter(bool)
_weights = st.dictionaries(_words, st.integers(1, 9), min_size=1, max_size=30)


@pytest.fixture
def index_dir(tmp_path):
    write_generation(
        tmp_path / "index",
        {"nivea": 5, "nivea cream": 9, "nike": 7, "nike shoes": 7, "soap": 2},
        locales={"de": {"nivea": 4}, "de-de": {"nivea": 4}, "en": {"nike": 7, "nivea": 1, "soap": 2}},
        watermark="2026-02-01T00:00:00Z",
    )
    return tmp_path / "index"


@pytest.fixture
def engine(index_dir):
    with Engine.open(index_dir) as opened:
        yield opened


@settings(max_examples=60)
@given(weights=_weights, data=st.data())
def test_nobodys_answer_is_a_scan_of_the_locale_then_of_the_rest(weights, data):
    local = data.draw(st.dictionaries(st.sampled_from(sorted(weights)), st.integers(1, 9)))
    blocked = data.draw(st.sets(st.sampled_from(sorted(weights))))
    typed = data.draw(st.sampled_from(sorted({key[:n] for key in weights for n in range(len(key) + 1)})))
    with tempfile.TemporaryDirectory() as folder:
        write_generation(folder, weights, locales={"de": local} if local else None)
        with Engine.open(folder) as engine:
            if blocked:
                engine.block(sorted(blocked))
            shown = texts(engine.complete(typed, k=6, locale="de", now=NOW, match="prefix", collapse=False))
    found = [key for key in weights if key.startswith(typed) and key not in blocked]
    first = sorted((key for key in found if key in local), key=lambda key: (-local[key], key))
    rest = sorted((key for key in found if key not in local), key=lambda key: (-weights[key], key))
    assert shown == (first + rest)[:6]


@settings(max_examples=60)
@given(weights=_weights, local=_weights, k=st.integers(1, 12))
def test_the_fast_path_and_the_full_path_agree(weights, local, k):
    local = {key: weight for key, weight in local.items() if key in weights}
    with tempfile.TemporaryDirectory() as folder:
        write_generation(folder, weights, locales={"de": local} if local else None)
        with Engine.open(folder) as engine:
            for locale in (None, "de"):
                fast = engine.complete("", k=k, locale=locale, now=NOW)
                full = engine.complete("", k=k, locale=locale, now=NOW, explain=True)
                assert fast == [suggestion._replace(explanation=None) for suggestion in full]
                assert fast == sorted(fast, key=lambda suggestion: -suggestion.score)


def test_own_queries_come_first_by_decayed_use_then_popular_ones(engine):
    engine.observe(
        [
            search("u1", "Nivea Soft", "2026-02-20T12:00:00Z"),
            search("u1", "nivea", "2026-02-21T12:00:00Z"),
            search("u1", "nivea", "2026-02-22T12:00:00Z"),
        ]
    )
    answer = engine.complete("niv", user="u1", now=NOW)
    assert texts(answer) == ["nivea", "Nivea Soft", "nivea cream"]
    assert [suggestion.source for suggestion in answer] == ["history", "history", "prefix"]
    assert [suggestion.highlights for suggestion in answer] == [((0, 3),)] * 3
    assert texts(engine.complete("niv", user="u2", now=NOW)) == ["nivea cream", "nivea"]
    assert texts(engine.complete("niv", now=NOW)) == ["nivea cream", "nivea"]


def test_an_event_is_seen_by_the_very_next_call(engine):
    assert texts(engine.complete("zz", user="u1", now=NOW)) == []
    observed = engine.observe([search("u1", "zz top", "2026-03-01T11:00:00Z")])
    assert observed == (1, 0, [])
    assert texts(engine.complete("zz", user="u1", now=NOW)) == ["zz top"]


def test_nothing_later_than_now_influences_an_answer(engine):
    engine.observe([search("u1", "soap", "2026-03-01T11:00:00Z"), search("u1", "soap bar", "2026-03-01T13:00:00Z")])
    engine.observe([{"type": "delete", "user": "u1", "query": "nike", "ts": "2026-03-01T13:00:00Z"}])
    assert texts(engine.complete("so", user="u1", now=NOW)) == ["soap"]
    assert texts(engine.complete("so", user="u1", now="2026-03-01T10:00:00Z")) == ["soap"]
    assert engine.complete("so", user="u1", now="2026-03-01T10:00:00Z")[0].source == "prefix"
    assert "nike" in texts(engine.complete("ni", now=NOW))
    assert "nike" not in texts(engine.complete("ni", now="2026-03-01T13:00:00Z"))


def test_a_repeated_event_counts_once_and_a_malformed_one_is_told(engine):
    event = search("u1", "nivea", "2026-02-20T12:00:00Z")
    assert (
        engine.observe([event, event, {"type": "search"}, search("u1", "", NOW)])
        == (
            1,
            1,
            [(2, "missing_ts"), (3, "missing_query")],
        )
        or engine.observe([event]).duplicates == 1
    )
    explained = engine.complete("nivea", user="u1", now=NOW, explain=True)[0].explanation
    assert explained["features"]["own_count"] == 1.0


def test_queries_of_the_running_session_are_marked(engine):
    engine.observe(
        [
            search("u1", "nike", "2026-03-01T09:00:00Z"),
            search("u1", "nike air", "2026-03-01T11:40:00Z"),
            search("u1", "nivea", "2026-03-01T11:50:00Z", session="s1"),
        ]
    )
    by_query = {suggestion.query: suggestion.source for suggestion in engine.complete("ni", user="u1", now=NOW)}
    assert by_query["nivea"] == by_query["nike air"] == "session"
    assert by_query["nike"] == "history"
    named = {s.query: s.source for s in engine.complete("ni", user="u1", session="s1", now=NOW)}
    assert (named["nivea"], named["nike air"]) == ("session", "history")
    plain = {s.query: s.source for s in engine.complete("ni", user="u1", match="prefix", now=NOW)}
    assert plain["nivea"] == "history"


def test_half_typed_queries_do_not_enter_the_history(engine):
    engine.observe(
        [
            search("u1", "zeb", "2026-03-01T11:00:00Z"),
            search("u1", "zebra", "2026-03-01T11:00:02Z"),
            search("u1", "zebra mask", "2026-03-01T11:05:00Z"),
        ]
    )
    assert texts(engine.complete("ze", user="u1", now=NOW)) == ["zebra mask", "zebra"]
    assert texts(engine.complete("ze", user="u1", now="2026-03-01T11:00:01Z")) == ["zeb"]


def test_personal_data_and_blocked_words_are_not_shown_even_to_their_author(tmp_path):
    write_generation(tmp_path, {"nivea": 3}, policy=Policy(blocklist=("bad word",)))
    with Engine.open(tmp_path) as engine:
        engine.observe(
            [
                search("u1", "ann@example.org", "2026-02-20T12:00:00Z"),
                search("u1", "a bad word", "2026-02-20T12:01:00Z"),
                search("u1", "a good word", "2026-02-20T12:02:00Z"),
            ]
        )
        assert texts(engine.complete("a", user="u1", now=NOW)) == ["a good word"]


def test_a_blocked_query_is_gone_at_once_and_makes_room_for_the_next(engine):
    engine.observe([search("u1", "Nivea", "2026-02-20T12:00:00Z")])
    engine.block(["NIVEA"])
    assert texts(engine.complete("niv", user="u1", now=NOW)) == ["nivea cream"]
    assert texts(engine.complete("ni", k=1, now="2020-01-01T00:00:00Z")) == ["nivea cream"]
    assert texts(engine.complete("n", k=2, locale="de", now=NOW)) == ["nivea cream", "nike"]


def test_a_blocked_text_without_content_is_refused(engine):
    with pytest.raises(ArgumentError, match="queries"):
        engine.block([" \u200b"])


def test_trailing_space_means_the_word_is_complete(engine):
    assert texts(engine.complete("nike ", now=NOW, match="prefix")) == ["nike shoes"]
    assert texts(engine.complete("  NIKE", now=NOW, match="prefix")) == ["nike", "nike shoes"]


def test_an_unknown_locale_is_served_by_all_counts(engine):
    assert texts(engine.complete("n", k=2, locale="xx", now=NOW)) == ["nivea cream", "nike"]
    assert texts(engine.complete("n", k=2, locale="de-AT", now=NOW)) == ["nivea", "nivea cream"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"k": 0}, "k"),
        ({"k": 101}, "k"),
        ({"k": "ten"}, "k"),
        ({"k": True}, "k"),
        ({"match": "fuzzy"}, "match"),
        ({"now": "yesterday"}, "now"),
        ({"now": float("nan")}, "now"),
        ({"user": ""}, "user"),
        ({"user": "u\0"}, "user"),
        ({"user": "\ud800"}, "user"),
        ({"user": "u" * 300}, "user"),
        ({"session": ""}, "session"),
        ({"locale": ""}, "locale"),
        ({"where": {"genre": "music"}}, "where"),
    ],
)
def test_a_bad_argument_is_named(engine, arguments, named):
    with pytest.raises(ArgumentError) as caught:
        engine.complete("ni", **arguments)
    assert caught.value.argument == named
    assert str(caught.value).startswith(f"{named}: ")


@pytest.mark.parametrize("text", ["n" * 1_000_000, "\ud800", "\0", "n" + "\u0301" * 256, " " * 10_000, "\u202e", "😀"])
def test_strange_text_is_answered(engine, text):
    assert isinstance(engine.complete(text, user="u1", now=NOW), list)


def test_what_was_not_built_says_what_to_build(engine):
    for call in (
        lambda: engine.related("nivea"),
        lambda: engine.item_queries("video-1"),
        lambda: engine.comment_entities("that Nivea cream"),
    ):
        with pytest.raises(NotBuiltError, match="generation holds no"):
            call()


@settings(max_examples=150)
@given(st.text(st.characters(exclude_categories=()), max_size=20), st.integers(1, 100))
def test_any_text_is_answered_with_what_starts_with_it(text, k):
    with Engine.open(_shared_index(), verify=False) as engine:
        for suggestion in engine.complete(text, k=k, now=NOW):
            assert suggestion.source != "prefix" or normalise(suggestion.query).startswith(normalise(text))
            assert all(0 <= start < end <= len(suggestion.query) for start, end in suggestion.highlights)


def _shared_index():
    if not _SHARED:
        _SHARED.append(tempfile.TemporaryDirectory())
        write_generation(_SHARED[0].name, {key: len(key) for key in ("a", "ab", "é", "日本", "日", "0", "ss", "😀")})
    return _SHARED[0].name


_SHARED: list[tempfile.TemporaryDirectory] = []
