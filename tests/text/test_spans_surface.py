"""Folded words: those of letters of ASCII, which are folded by a shorter way, are folded as all others."""

from __future__ import annotations

from string import ascii_letters, digits

from hypothesis import given
from hypothesis import strategies as st

from suggest.text import normalise
from suggest.text.near_duplicates import near_duplicate_key
from suggest.text.spans_surface import BREAK, MAX_WORD_CHARS, joined, surface
from suggest.text.spans_words import word_tokens

ENDINGS = st.sampled_from(["", "s", "es", "ies", "ciones", "ungen", "ising", "ed"])


@given(st.text(ascii_letters + digits, min_size=1, max_size=45), ENDINGS)
def test_words_of_ascii_fold_as_their_near_duplicate_key(word, ending):
    expected = near_duplicate_key(normalise(word + ending))
    [fold] = surface(word + ending, [(0, len(word + ending))]).folds
    assert fold == (expected if len(expected) <= MAX_WORD_CHARS else BREAK)


@given(st.text(st.sampled_from("ab天气 ."), max_size=12))
def test_joined_words_begin_where_it_says(text):
    """In ASCII, which is joined at once, and with characters that have no space between them."""
    folds = surface(text, word_tokens(text)).folds
    whole, starts = joined(folds)
    assert [whole[start : start + len(fold)] for start, fold in zip(starts, folds, strict=True)] == folds
    assert whole.replace(" ", "") == "".join(folds)
    assert joined([]) == ("", [])
