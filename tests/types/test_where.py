"""Filters: what a boolean expression means, and what is none."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.errors import ArgumentError
from suggest.types.where import (
    ATTRIBUTE_FIELDS,
    EVERYTHING,
    MAX_DEPTH,
    MAX_LEAVES,
    NOTHING,
    attribute_value,
    parse_where,
    with_ancestors,
)

_PAIRS = [("kind", "music"), ("kind", "person"), ("tags", "live"), ("region", "us"), ("locale", "en"), ("locale", "de")]
_LEAVES = st.sampled_from(_PAIRS).map(lambda pair: {pair[0]: pair[1]})
_FILTERS = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: {"all": parts})
        | st.lists(inner, max_size=3).map(lambda parts: {"any": parts})
        | inner.map(lambda part: {"not": part})
    ),
    max_leaves=12,
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["all", "any", "not", "kind", "locale", "", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def meaning(stated, known):
    """What a filter says, read off the JSON."""
    ((name, value),) = stated.items()
    if name == "all":
        return all(meaning(part, known) for part in value)
    if name == "any":
        return any(meaning(part, known) for part in value)
    if name == "not":
        return not meaning(value, known)
    return (name, value) in known


def subsets():
    return [set(chosen) for size in range(len(_PAIRS) + 1) for chosen in itertools.combinations(_PAIRS, size)]


@settings(max_examples=150)
@given(stated=_FILTERS)
def test_a_filter_means_what_it_says_whatever_its_canonical_form(stated):
    where = parse_where(stated)
    for known in subsets():
        assert where.holds(known) == meaning(stated, known)


@given(stated=st.lists(_FILTERS, max_size=4), order=st.randoms())
def test_order_repeats_and_nesting_do_not_change_the_canonical_form(stated, order):
    where = parse_where({"all": stated})
    shuffled = [*stated, *stated[:1]]
    order.shuffle(shuffled)
    assert parse_where({"all": [{"all": shuffled}, {"not": {"any": []}}]}) == where
    assert parse_where({"not": {"not": {"all": stated}}}) == where
    assert hash(parse_where({"all": shuffled})) == hash(where)


def test_several_members_of_an_object_must_all_hold():
    expected = parse_where({"all": [{"kind": "music"}, {"locale": "en"}, {"any": [{"tags": "a"}, {"tags": "b"}]}]})
    assert parse_where({"kind": "music", "locale": "en", "tags": ["a", "b"]}) == expected


def test_nothing_to_meet_is_true_and_nothing_to_choose_from_is_false():
    assert parse_where({"all": []}) == EVERYTHING == parse_where({"any": [{"kind": "x"}, {"all": []}]})
    assert parse_where({"any": []}) == NOTHING == parse_where({"all": [{"kind": "x"}, {"any": []}]})
    assert EVERYTHING.holds(()) is True
    assert NOTHING.holds({("kind", "x")}) is False


def test_what_nothing_is_known_of_passes_only_a_not():
    assert not parse_where({"kind": "music"}).holds(())
    assert parse_where({"not": {"kind": "music"}}).holds(())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"kind": "Music"}, {"kind": " music "}),
        ({"locale": "en_US"}, {"locale": "en-us"}),
        ({"tags": "CAFE\u0301"}, {"tags": "café"}),
        ({"tags": "STRASSE"}, {"tags": "straße"}),
        ({"region": 49}, {"region": "49"}),
        ({"tags": ("a", "b")}, {"tags": ["b", "a", "a"]}),
    ],
)
def test_spellings_of_one_value_are_one_filter(one, other):
    assert parse_where(one) == parse_where(other)


def test_a_locale_implies_the_beginnings_of_its_tag():
    known = {("locale", value) for value in with_ancestors("locale", attribute_value("locale", "zh_Hant_TW"))}
    passed = {"zh": True, "zh-Hant": True, "zh-Hant-TW": True, "zh-TW": False, "z": None, "en": False}
    for locale, expected in passed.items():
        if expected is None:
            with pytest.raises(ArgumentError, match="BCP 47"):
                parse_where({"locale": locale})
        else:
            assert parse_where({"locale": locale}).holds(known) is expected
    assert with_ancestors("tags", "a-b") == ("a-b",)


@given(field=st.sampled_from(ATTRIBUTE_FIELDS), text=st.text())
def test_a_value_has_one_spelling_for_all_of_unicode(field, text):
    value = attribute_value(field, text)
    assert attribute_value(field, value) == value
    assert "\0" not in value
    assert value == value.strip()


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        (None, "expected an object"),
        ("kind", "expected an object"),
        ([{"kind": "a"}], "expected an object"),
        ({}, "expected an object"),
        ({"all": {}}, "expected a list"),
        ({"any": [{}]}, "expected an object"),
        ({"not": []}, "expected an object"),
        ({"not": {}}, "expected an object"),
        ({"color": "red"}, "unknown field 'color'"),
        ({"kind": ""}, "not blank"),
        ({"kind": " \u3000"}, "not blank"),
        ({"kind": None}, "expected text"),
        ({"kind": True}, "expected text"),
        ({"kind": 1.5}, "expected text"),
        ({"kind": {"any": ["a"]}}, "expected text"),
        ({"tags": []}, "empty list"),
        ({"tags": [["a"]]}, "expected text"),
        ({"locale": "english language"}, "BCP 47"),
        ({"kind": "\ud800"}, "JSON object"),
        ({"kind": 10**30}, "JSON object"),
        ({1: "a"}, "JSON object"),
        ({"kind": {"a"}}, "JSON object"),
        ({"tags": ["a"] * (MAX_LEAVES + 1)}, "at most 256 values"),
        ({"any": [{"tags": "a"}] * (MAX_LEAVES + 1)}, "at most 256 values"),
        ({"tags": "a" * 70_000}, "bytes"),
    ],
)
def test_what_is_no_filter_is_refused_by_name_and_reason(stated, reason):
    with pytest.raises(ArgumentError, match=reason) as raised:
        parse_where(stated)
    assert raised.value.argument == "where"


@given(stated=_JSON)
def test_any_json_is_a_filter_or_an_argument_error(stated):
    try:
        where = parse_where(stated)
    except ArgumentError as error:
        assert error.argument == "where"  # noqa: PT017
    else:
        assert where.holds(()) in (True, False)


def nested(depth):
    stated = {"kind": "a"}
    for _ in range(depth - 1):
        stated = {"not": stated}
    return stated


def test_depth_has_a_limit():
    assert parse_where(nested(MAX_DEPTH - 1)) == parse_where({"kind": "a"})
    assert parse_where(nested(MAX_DEPTH)) == parse_where({"not": {"kind": "a"}})
    for depth in (MAX_DEPTH + 1, 300, 100_000):
        with pytest.raises(ArgumentError, match=r"deeper|Recursion"):
            parse_where(nested(depth))
