"""Facts about words: bounded work, and weights that stay where training put them."""

from __future__ import annotations

from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.text.tagger_features import (
    AFTER,
    BEFORE,
    BITS,
    N_HASHES,
    OFFSETS,
    context_rows,
    folded,
    kinds_of,
    places,
    surfaces,
    word_facts,
    word_rows,
)
from suggest.text.tagger_tokens import tokenise

WORDS = st.text(min_size=1).filter(lambda text: not text.isspace())


@given(WORDS, st.sampled_from(["nS", "lm"]), st.lists(st.text(max_size=4), max_size=3))
def test_word_facts_are_rows_in_as_many_parts_as_offsets(word, place, classes):
    facts = word_facts(word, place, classes)
    rows, starts = facts.rows()
    assert len(starts) == len(OFFSETS)
    assert 0 <= rows.min() <= rows.max() < 1 << BITS
    sizes = np.diff([*starts, len(rows)]).tolist()
    assert sizes == [facts.n_far, facts.n_near, len(facts.facts), facts.n_near, facts.n_far]
    assert 0 < facts.n_far < facts.n_near < len(facts.facts)


@given(WORDS, st.sampled_from(["nS", "lm"]))
def test_word_facts_are_hashes_of_text(word, place):
    """Those of what is hashed together and of what is hashed alone, as a word with a line break is."""
    facts = word_facts(word, place, ())
    assert facts.name == crc32(f"w={folded(word)}".encode("utf-8", "surrogatepass"))
    assert facts.facts[facts.n_far + 1] == crc32(f"p3={_bare(word)[:3]}".encode("utf-8", "surrogatepass"))


def _bare(word):
    return folded(word).lstrip("#") or folded(word)


@given(st.lists(st.tuples(WORDS, st.sampled_from(["nS", "lm"])), min_size=1, max_size=5))
def test_rows_of_several_words_are_those_of_each(words):
    facts = [word_facts(word, place, ()) for word, place in words]
    rows, starts = word_rows(facts)
    alone = [part for each in facts for part in np.split(each.rows()[0], each.rows()[1][1:])]
    together = np.split(rows, starts[1:])
    assert [part.tolist() for part in together] == [part.tolist() for part in alone]


def test_word_facts_of_a_long_word_are_few():
    assert len(word_facts("a" * 1_000_000, "nm", ()).facts) < 100


def test_rows_are_those_that_the_weights_that_ship_were_learned_with():
    """Another hash makes the files in models/ worthless: change it only together with them."""
    rows, _ = word_facts("Rome", "nm", ("1.2",)).rows()
    assert (len(rows), rows[:3].tolist(), int(rows.sum())) == (57, [252045, 914218, 85177], 35850562)
    tokens = tokenise("去 Rome")
    names = [BEFORE, *[word_facts(word, "nm", ()).name for word in surfaces("去 Rome", tokens)], AFTER]
    hashes = np.array([names] * N_HASHES, np.uint32).T
    rows = context_rows("去 Rome", tokens, hashes, "zh", lambda word: ["0.7", "1.8", "2.9"] if word == "去" else [])
    assert rows.sum(axis=1).tolist() == [10550310, 10069659]
    rows = context_rows("去 Rome", tokens, hashes, "en", lambda _: [])
    assert rows.sum(axis=1).tolist() == [6847579, 7154856]


@given(st.text("去罗马王小明 a1@。\n", max_size=20).map("去".__add__), st.integers(0, 4))
def test_rows_of_chinese_are_as_many_for_each_token_whatever_classes_words_have(text, n_classes):
    tokens = tokenise(text)
    hashes = np.zeros((len(tokens) + 2, N_HASHES), np.uint32)

    def classes_of(word):
        return [f"{part}.{len(word)}" for part in range(n_classes if "a" in word or "罗" in word else 0)]

    rows = context_rows(text, tokens, hashes, "zh", classes_of)
    without = context_rows(text, tokens, hashes, "zh", lambda _: [])
    assert rows.shape == without.shape
    assert len(rows) == len(tokens)


def test_classes_of_a_chinese_word_are_told_to_it_and_to_those_beside_it():
    text = "我们去罗马看看他们"
    tokens = tokenise(text)
    hashes = np.zeros((len(tokens) + 2, N_HASHES), np.uint32)
    rows, others = (
        context_rows(text, tokens, hashes, "zh", lambda word, each=each: [each] if word == "罗马" else [])
        for each in ("0.1", "0.2")
    )
    assert [text[at] for at in np.flatnonzero((rows != others).any(axis=1))] == list("去罗马看看")


def test_kinds_are_those_of_classes_and_case_or_the_shape_of_words_without():
    classes = [f"{part}.1" for part in range(17)]
    assert kinds_of("Rome", classes, 7) == kinds_of("Oslo", classes, 8) != kinds_of("rome", classes, 7)
    assert kinds_of("Rome", [], 7) == kinds_of("Rome", ["0.1", "1.1"], 7) == [7, 7, 7]


@given(st.lists(st.integers(0, 3), min_size=3, max_size=8), st.data())
def test_rows_of_kinds_tell_of_a_token_and_of_those_beside_it(kinds, data):
    """Of a text in English: what another word's kind is changes rows of its own token and of both next to it alone."""
    tokens = tokenise("a " * len(kinds))
    at = data.draw(st.integers(0, len(kinds) - 1))

    def rows(numbers):
        hashes = np.zeros((len(kinds) + 2, N_HASHES), np.uint32)
        hashes[1:-1, 2:] = np.array(numbers, np.uint32)[:, None] + 10
        return context_rows("", tokens, hashes, "en", lambda _: [])

    changed = [*kinds[:at], 99, *kinds[at + 1 :]]
    moved = np.flatnonzero((rows(kinds) != rows(changed)).any(axis=1)).tolist()
    assert moved == [near for near in (at - 1, at, at + 1) if 0 <= near < len(kinds)]


def test_folded_words_differ_in_neither_case_nor_digits():
    assert folded("R2D2") == folded("r3d4") == "r0d0"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("so good . Ann left", ["nS", "nm", "nm", "nS", "nm"]),
        ("all is small", ["lS", "lm", "lm"]),
        ("OMG SO GOOD", ["US", "Um", "Um"]),
        ("The Best Of Rome", ["TS", "Tm", "Tm", "Tm"]),
        ("Hi Bob", ["nS", "nm"]),
        ("12 ! 去", ["lS", "lm", "lS"]),
    ],
)
def test_places_tell_the_case_of_the_text_and_where_sentences_start(text, expected):
    assert places(surfaces(text, tokenise(text))) == expected
