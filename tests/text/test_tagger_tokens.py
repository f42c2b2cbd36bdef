"""Tokens of social texts: all but white space belongs to one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.text.tagger_tokens import TokenKind, tokenise

TEXTS = st.text(st.sampled_from("aB1 .@#_-:/'天क्षम\u200cی😀\ud800\u0301")) | st.text()


@given(TEXTS)
def test_tokenise_leaves_only_white_space_out(text):
    tokens = tokenise(text)
    edges = [0, *[edge for token in tokens for edge in (token.start, token.end)], len(text)]
    assert edges == sorted(edges)
    assert all(token.start < token.end for token in tokens)
    assert not "".join(text[end:start] for end, start in zip(edges[::2], edges[1::2], strict=True)).strip()


@given(st.text(st.characters(max_codepoint=127)) | st.text(st.sampled_from("aB1 .@#_-:/w\x1f\t")))
def test_tokenise_cuts_plain_text_as_any_other(text):
    """Plain texts have a pattern of their own; a letter beyond ASCII at the end keeps them from it."""
    assert tokenise(text) == tokenise(f"{text} é")[:-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("it's U.S.A", ["it", "'", "s", "U", ".", "S", ".", "A"]),
        ("@ann_b: see #Rome2026!", ["@ann_b", ":", "see", "#Rome2026", "!"]),
        ("http://a.b/c?d=1,2 www.x.y", ["http://a.b/c?d=1,2", "www.x.y"]),
        ("Www.A.B HTTP://C.D", ["Www.A.B", "HTTP://C.D"]),
        ("mail a.b@c.de.", ["mail", "a.b@c.de", "."]),
        ("去北京", ["去", "北", "京"]),
        ("नमस्ते می\u200cروم e\u0301t", ["नमस्ते", "می\u200cروم", "e\u0301t"]),
        ("👍🏽", ["👍", "🏽"]),
        (" \n", []),
    ],
)
def test_tokenise_cuts_as_expected(text, expected):
    assert [text[start:end] for start, end, _ in tokenise(text)] == expected


def test_tokenise_tells_kinds():
    kinds = [token.kind for token in tokenise("a.b@c.de @me #x 天 word !")]
    assert kinds == list(TokenKind)


@pytest.mark.parametrize("part", ["a.", "a-", "a@b.", "x@y-", "@", "#a", "www.", "a\u0301"])
def test_tokenise_reads_long_runs_in_a_time_that_grows_with_them(part):
    """A pattern that reads the rest of a text from each place in it would not come back from this one."""
    tokens = tokenise(part * 20_000)
    assert tokens[-1].end == len(part) * 20_000
