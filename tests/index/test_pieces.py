"""What is found in pieces of queries is what is found in the queries, and what is made of rows at once is as of one."""

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from suggest.artifacts import Generation, building
from suggest.index.entries import EntryIndex
from suggest.index.groups import joined_words, near_keys
from suggest.index.lexicon import MAX_NAME_WORDS
from suggest.index.lexicon_build import _folded_rows, _kept_words, folded
from suggest.index.pieces import Found, Pieces, numbering, row_texts
from suggest.index.related import save_initials
from suggest.text import normalise, unaccented, words
from suggest.text.initials import initials
from suggest.text.near_duplicates import near_duplicate_key, plain_words

ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)
WORDS = st.lists(
    st.sampled_from("wi fi wifi wi-fi shoe shoes to 1 2 22 1.5 a_b it's & c++ #tag colour St. d. ! - v2".split()),  # noqa: SIM905
    max_size=6,
).map(" ".join)
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
KEYS = st.lists(WORDS | ASCII | ANY, max_size=12).map(lambda texts: sorted({normalise(text) for text in texts} - {""}))


def _spoken(key: str) -> list[str]:
    return words(unaccented(key))


def _folds(key: str) -> list[str]:
    return _kept_words(key)[0]


def _found(keys: Sequence[str], function: Callable[[str], list[str]]) -> list[list[str]]:
    """What a function finds in each key, asked of the pieces alone."""
    pieces, seen, found = Pieces.of(pa.array(keys, pa.string())), numbering(), Found.nothing()
    for piece in pieces.texts.to_pylist():
        found.add([seen[text] for text in function(piece)])
    at, texts = pieces.spread(found), list(seen)
    assert (np.diff(at.row) >= 0).all()
    return [[texts[number] for number in at.number[at.row == row]] for row in range(len(keys))]


@pytest.mark.parametrize("function", [_spoken, plain_words, _folds])
@given(keys=KEYS)
@example(keys=["d. b", "é", "st. louis a_b c:d", "語 wi-fi 2.5"])
def test_pieces_hold_what_queries_hold(function, keys):
    assert _found(keys, function) == [function(key) for key in keys]


@given(KEYS)
def test_texts_of_rows_are_joined_in_order(keys):
    pieces, seen, found = Pieces.of(pa.array(keys, pa.string())), numbering(), Found.nothing()
    for piece in pieces.texts.to_pylist():
        found.add([seen[piece]])
    texts = row_texts(pa.array(list(seen), pa.string()), pieces.spread(found), len(keys), " ")
    assert texts.to_pylist() == keys


@given(KEYS, st.dictionaries(st.sampled_from(["shoes", "wi fi", "fi to", "1"]), st.sampled_from(["wifi", "é", "to"])))
def test_near_keys_are_those_of_each_query(keys, variants):
    column = pa.array(keys, pa.string())
    usual = {**joined_words(column), **variants}
    assert near_keys(column, usual).to_pylist() == [near_duplicate_key(key, usual) for key in keys]


@given(st.lists(WORDS | ASCII))
@example([" ".join(["a"] * MAX_NAME_WORDS), " ".join(["a"] * (MAX_NAME_WORDS + 1)), "x" * 50, ""])
def test_folds_of_rows_are_those_of_each_name(texts):
    names, _ = _folded_rows(pa.array(texts, pa.large_string()))
    assert names.to_pylist() == [(folded(text) or ("",))[0] for text in texts]


def test_initials_of_queries_are_found(tmp_path):
    keys = ["a b c d e f g h i", "bank of america", "of the", "one time password", "ürgen öl", "word", "語 語"]
    with building(tmp_path) as writer:
        save_initials(writer, pa.array(keys, pa.string()), np.arange(len(keys)))
    index = EntryIndex(Generation.open(tmp_path), "related_initials")
    pairs = {(letters, row) for row, key in enumerate(keys) for letters in initials(_spoken(key))}
    assert len(index.ranks) == len(pairs)
    assert all(index.find(letters) >= 0 for letters, _ in pairs)
