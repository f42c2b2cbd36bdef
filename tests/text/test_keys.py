# ruff: noqa: RUF001 - letters of many scripts are what these tests are about
"""Laws of the key of a query, over all of Unicode."""

import unicodedata

import icu
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from suggest.text import MAX_QUERY_CHARS, normalise, normalise_prefix
from suggest.text.keys import INVISIBLE, MAX_READ_CHARS, NFKC_CASEFOLD, fold

ANYTHING = st.text(alphabet=st.characters(exclude_categories=()))
TRICKY = st.text(
    alphabet=st.sampled_from(
        "aAé´ßİıςΣﬁǅ가각ᄀ\u1161\u11a8\u0301\u0345\u0323 \t\u00a0\u3000\u200b\u200d\u202e\x00\ud83d"
    )
)
TEXTS = ANYTHING | TRICKY
DEFAULT_IGNORABLE = icu.UnicodeSet("[:Default_Ignorable_Code_Point:]")


@given(TEXTS)
@example("ﷺ" * MAX_READ_CHARS)
def test_normalise_is_idempotent(text):
    assert normalise(normalise(text)) == normalise(text)


@given(TEXTS)
def test_key_holds_nothing_invisible_and_single_spaces(text):
    key = normalise(text)
    assert key == " ".join(key.split())
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} or DEFAULT_IGNORABLE.contains(char) for char in key)
    key.encode()


@given(TEXTS)
def test_key_is_the_same_for_every_spelling_of_case_width_and_composition(text):
    """Upper case, full width and decomposition are spellings of one query."""
    # U+0345 changes its combining class with its case; no spelling rule of a keyboard yields it.
    assume("\u0345" not in unicodedata.normalize("NFD", text))
    assert normalise(unicodedata.normalize("NFD", text)) == normalise(text)
    assert normalise(unicodedata.normalize("NFKC", text)) == normalise(text)
    assert normalise(text.casefold()) == normalise(text)


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=3 * MAX_READ_CHARS))
def test_ascii_path_equals_the_general_one(text):
    assert normalise(text) == " ".join(fold(text[:MAX_READ_CHARS]).split())


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("  New\tYork\r\n", "new york"),
        ("ＮＥＷ　ＹＯＲＫ", "new york"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("ΟΔΟΣ", "οδοσ"),
        ("Cafe\u0301", "café"),
        ("ﾃﾞｰﾀ", "データ"),
        ("می\u200cخواهم", "میخواهم"),
        ("a\u202eb\u200bc\ufeff", "abc"),
        ("\ud83d\x00", ""),
        ("", ""),
    ],
)
def test_normalise_examples(text, key):
    assert normalise(text) == key


def test_long_text_is_read_to_a_bound():
    """A million characters cost and count no more than the first thousand."""
    assert normalise("a" * 1_000_000) == "a" * MAX_READ_CHARS
    assert len(normalise("ﷺ" * 1_000_000)) <= MAX_READ_CHARS
    assert normalise("abc" + "\u200b" * 1_000_000 + "def") == "abc"
    assert len(normalise("é " * MAX_QUERY_CHARS)) > MAX_QUERY_CHARS


def _cut_keeps_the_prefix(part: str, rest: str) -> bool:
    """Whether Unicode lets what is typed next leave the key of the part as it is."""
    seen = fold(rest)
    if not seen.strip():
        return not fold(part)[-1:].isspace()
    following = next(char for char in rest if not INVISIBLE.match(char))
    return bool(NFKC_CASEFOLD.hasBoundaryBefore(following))


@given(TEXTS, TEXTS)
@example("new ", "york")
@example("\u0391\u03a3", "\u0391")
def test_prefix_key_begins_the_key_wherever_the_cut_is(part, rest):
    """Holds at every cut but inside a composed character and before trailing white space."""
    assume(_cut_keeps_the_prefix(part, rest))
    assert normalise(part + rest).startswith(normalise_prefix(part))


@given(TEXTS)
def test_prefix_key_is_the_key_and_at_most_one_space(text):
    prefix_key = normalise_prefix(text)
    assert prefix_key in {normalise(text), normalise(text) + " "}
    assert normalise_prefix(prefix_key) == prefix_key
    assert prefix_key != " "


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("new", "new"),
        ("new ", "new "),
        ("new \t ", "new "),
        (" new", "new"),
        ("   ", ""),
        ("新\u3000", "新 "),
        ("new \u200b", "new "),
    ],
)
def test_prefix_key_keeps_the_space_that_completes_a_word(typed, key):
    assert normalise_prefix(typed) == key


@pytest.mark.parametrize(("part", "whole"), [("e", "e\u0301"), ("하", "한"), ("new ", "new ")])
def test_prefix_key_exceptions_are_real(part, whole):
    """The documented exceptions: inside a composed character, and at a trailing space."""
    assert not normalise(whole).startswith(normalise_prefix(part))


def test_the_dotted_capital_of_turkish_is_found_by_a_plain_i():
    assert normalise("İstanbul") == normalise("I\u0307STANBUL") == normalise("istanbul") == "istanbul"
    assert normalise("i\u0307\u0307\u0301") == normalise("í")
    assert normalise_prefix("İs") == "is"
