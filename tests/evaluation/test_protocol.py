"""The prefix protocol: fixed cuts, bounds, and what is a test."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.evaluation.protocol import comparison_text, cut_length, is_test, typed_prefix


@pytest.mark.parametrize(
    ("user", "ts", "query", "prefix"),
    [
        # The first eight hexadecimal digits of `printf USERTSQUERY | sha256sum`, taken by hand:
        ("u1", "2006-03-01T00:02:25Z", "nivea cream", "nivea cream"[: 1 + 0x686C6E79 % 10]),
        ("ü", "5", "海の生き物", "海の生き物"[: 1 + 0x3D645898 % 4]),
        # The hash takes the record's own text, the length and the prefix the comparison text.
        ("u1", "2006-03-01T00:02:25Z", "NIVEA  Cream", "nivea cream"[: 1 + 0x1793480E % 10]),
    ],
)
def test_typed_prefix_follows_the_published_hash(user, ts, query, prefix):
    assert typed_prefix({"type": "search", "user": user, "ts": ts, "query": query}) == prefix


@given(st.text(), st.text(), st.text(min_size=2))
def test_typed_prefix_is_a_proper_beginning_of_the_comparison_text(user, ts, query):
    text = comparison_text(query)
    if len(text) < 2:
        with pytest.raises(ValueError, match="2 characters"):
            cut_length(user, ts, query)
        return
    prefix = typed_prefix({"user": user, "ts": ts, "query": query})
    assert 1 <= len(prefix) < len(text)
    assert text.startswith(prefix)


def test_typed_prefix_reads_numbers_as_python_prints_them():
    """Epoch seconds and ids are often numbers in JSON and text in TSV; both give one cut."""
    assert typed_prefix({"user": 7, "ts": 1141171345, "query": "nivea cream"}) == typed_prefix(
        {"user": "7", "ts": "1141171345", "query": "nivea cream"}
    )


@given(st.text())
def test_comparison_text_of_a_comparison_text_is_itself(text):
    folded = comparison_text(text)
    assert comparison_text(folded) == folded


@pytest.mark.parametrize(
    ("query", "previous", "expected"),
    [("a", None, False), ("ab", None, True), ("ab", "ab", False), ("ab", "abc", True), ("", None, False)],
)
def test_is_test_leaves_out_short_queries_and_repeats(query, previous, expected):
    assert is_test(query, previous) is expected
