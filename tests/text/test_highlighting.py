# ruff: noqa: RUF001 - letters of many scripts are what these tests are about
"""A highlight is the shortest beginning, in composed characters, whose key starts with what was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.text import display, highlight, normalise_prefix
from suggest.text.keys import NFKC_CASEFOLD

ANYTHING = st.text(alphabet=st.characters(exclude_categories=()), max_size=20)
TRICKY = st.text(alphabet=st.sampled_from("aAbBéeＥß´ﬁﷺ각하\u0301 \u3000\u200d👩"), max_size=10)
SHOWN = (ANYTHING | TRICKY).map(display)


@given(SHOWN, st.data())
def test_highlight_matches_exactly_when_the_key_starts_with_what_was_typed(shown, data):
    key = normalise_prefix(shown)
    typed = key[: data.draw(st.integers(0, len(key)))] + data.draw(st.sampled_from(["", "", "x"]))
    assert bool(highlight(shown, typed)) == (typed != "" and key.startswith(typed))


@given(SHOWN, st.data())
def test_highlight_covers_what_was_typed_and_no_character_more(shown, data):
    """The key up to the end holds all that was typed; without the last composed character it does not."""
    key = normalise_prefix(shown)
    typed = key[: data.draw(st.integers(0, len(key)))].rstrip()
    for start, end in highlight(shown, typed):
        assert normalise_prefix(shown[start:end]).startswith(typed)
        shorter = max(
            (cut for cut in range(start + 1, end) if NFKC_CASEFOLD.hasBoundaryBefore(shown[cut])), default=start
        )
        assert not normalise_prefix(shown[start:shorter]).startswith(typed)


@given(st.text(alphabet="aAbB \t", max_size=8), st.text(alphabet="ab ", max_size=4).map(normalise_prefix))
def test_highlight_in_ascii_equals_the_general_path(shown, typed):
    """A wide letter at the end sends the same text through the general path."""
    assert highlight(shown, typed) == highlight(shown + "\uff5a", typed)


@pytest.mark.parametrize(
    ("shown", "typed", "marked"),
    [
        ("New York", "new y", "New Y"),
        ("New York", "new ", "New"),
        ("ＮＥＷ　ＹＯＲＫ", "new y", "ＮＥＷ　Ｙ"),
        ("Cafe\u0301 au lait", "café", "Cafe\u0301"),
        ("Straße", "stras", "Straß"),
        ("ﬁnale", "f", "ﬁ"),
        ("می\u200cخواهم", "میخ", "می\u200cخ"),
        ("👩\u200d💻 tips", "👩", "👩\u200d"),
    ],
)
def test_highlight_marks_the_typed_part(shown, typed, marked):
    ((start, end),) = highlight(shown, typed)
    assert (start, shown[start:end]) == (0, marked)


@pytest.mark.parametrize(
    ("shown", "typed"), [("New York", "york"), ("Café", "cafe"), ("New", "new "), ("a", ""), ("", "a")]
)
def test_highlight_is_empty_without_a_match(shown, typed):
    assert highlight(shown, typed) == ()
