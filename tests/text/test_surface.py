# ruff: noqa: RUF001 - letters of many scripts are what these tests are about
"""Laws of the display form, over all of Unicode."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from suggest.text import display, normalise
from suggest.text.keys import MAX_READ_CHARS

ANYTHING = st.text(alphabet=st.characters(exclude_categories=()))
TRICKY = st.text(
    alphabet=st.sampled_from(
        "aA1#\u20e3 \t\u3000\u0645\u06cc\u0915\u094d\u0937\u200b\u200c\u200d\u200e\u202e\u2066\ufeff\x00\ud83d"
        "\ufe0e\ufe0f\u2764👩💻🏽🏴\U000e0067\U000e007f葛\U000e0100\u180b\u1820"
    )
)
TEXTS = ANYTHING | TRICKY
BIDI_CONTROLS = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@given(TEXTS)
@example("\U0001f000\U000e0000\U0001f3fb\ufe0f")
def test_display_is_idempotent(text):
    assert display(display(text)) == display(text)


@given(TEXTS)
def test_display_has_the_key_of_its_text(text):
    assert normalise(display(text)) == normalise(text)


@given(TEXTS)
def test_display_holds_no_control_bidi_or_surrogate_and_single_spaces(text):
    shown = display(text)
    assert shown == " ".join(shown.split())
    assert not BIDI_CONTROLS & set(shown)
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in shown)
    assert not {"\u200b", "\ufeff"} & set(shown)


@given(TEXTS)
def test_display_only_removes_and_folds_white_space(text):
    """What is left stands in the text in the same order."""
    rest = iter(text)
    assert all(char in rest for char in display(text).replace(" ", ""))


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_ascii_path_equals_the_general_one(text):
    assert display(text) == display(text + "\u00e9")[:-1].rstrip()


@pytest.mark.parametrize(
    "text",
    [
        "New York",
        "ＮＥＷ Straße",
        "می\u200cخواهم",  # Persian: the non-joiner parts prefix and verb
        "क\u094d\u200dष",  # Devanagari half form
        "👩🏽\u200d💻 tips",
        "❤\ufe0f\u200d🔥",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "1\ufe0f\u20e3",
        "葛\U000e0100城市",
    ],
)
def test_display_keeps_what_changes_the_drawing(text):
    assert display(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  New \t York\n", "New York"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\u200db", "ab"),
        ("\u200d👩", "👩"),
        ("می\u200c", "می"),
        ("a\ufe0f", "a"),
        ("\ud83dx\x07", "x"),
    ],
)
def test_display_removes_what_misleads(text, shown):
    assert display(text) == shown


def test_display_reads_to_a_bound():
    assert display("A" * 1_000_000) == "A" * MAX_READ_CHARS
