"""Corrections against a scan of all words, for whole words and beginnings, over all of Unicode."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from suggest.artifacts import Generation, building
from suggest.index import Budget, spelling
from suggest.index.spelling import Spelling, allowed_edits, letters_of, save_spelling

PLENTY = 10**6


class Words:
    """Words of equal weight, or of the weights given."""

    def __init__(self, words: Iterable[str], weight: float = 1.0) -> None:
        self.texts = sorted(set(words))
        self.weight = np.full(len(self.texts), weight, np.float32)

    def words(self, numbers: Sequence[int]) -> list[str]:
        return [self.texts[number] for number in numbers]


def opened(words: Words, directory: Path) -> Spelling:
    with building(directory) as writer:
        save_spelling(writer, pa.array(words.texts, pa.string()), words.weight)
    return Spelling(Generation.open(directory), words)


def beginnings(word: str) -> set[str]:
    return {word[:end] for end in range(1, len(word) + 1)}


# Few letters make words that lie close together; the others are any that keys may hold.
letters = st.one_of(
    st.sampled_from("aber"), st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="|>\x00")
)
word = st.text(letters, min_size=1, max_size=9)
vocabulary = st.lists(word, min_size=1, max_size=30)


@settings(max_examples=60)
@given(vocabulary, word)
def test_corrections_of_a_finished_word_are_all_words_within_reach(texts: list[str], typed: str) -> None:
    words = Words(texts)
    with TemporaryDirectory() as directory:
        found = opened(words, Path(directory)).corrections(typed, finished=True, limit=99, budget=Budget(PLENTY))
    expected = {text for text in words.texts if 0 < OSA.distance(typed, text) <= allowed_edits(typed)}
    assert {correction.text for correction in found} <= expected
    if len(expected) <= spelling.COSTED:
        assert {correction.text for correction in found} == expected
    assert all(correction.edits == OSA.distance(typed, correction.text) for correction in found)


@settings(max_examples=60)
@given(vocabulary, word)
def test_corrections_of_an_unfinished_word_reach_every_word_within_reach(texts: list[str], typed: str) -> None:
    words = Words(texts)
    with TemporaryDirectory() as directory:
        found = opened(words, Path(directory)).corrections(typed, finished=False, limit=99, budget=Budget(PLENTY))
    edits = allowed_edits(typed)
    for text in words.texts:
        nearest = min(OSA.distance(typed, beginning) for beginning in beginnings(text))
        reached = any(
            text == correction.text or (not correction.finished and text.startswith(correction.text))
            for correction in found
        )
        if 0 < nearest <= edits and len(found) < spelling.COSTED:
            assert reached, (typed, text, found)
    for correction in found:
        assert 0 < correction.edits <= edits
        assert any(
            text == correction.text if correction.finished else text.startswith(correction.text) for text in words.texts
        )


@settings(max_examples=40)
@given(vocabulary, word, st.booleans())
def test_corrections_come_best_first_and_never_hold_what_was_typed(
    texts: list[str], typed: str, finished: bool
) -> None:
    with TemporaryDirectory() as directory:
        found = opened(Words(texts), Path(directory)).corrections(
            typed, finished=finished, limit=99, budget=Budget(PLENTY)
        )
    assert [correction.score for correction in found] == sorted((each.score for each in found), reverse=True)
    assert all(correction.text != typed and correction.cost > 0 for correction in found)


@settings(max_examples=40)
@given(st.lists(word, max_size=30), word, st.integers(0, 60))
def test_a_small_budget_leaves_out_corrections_and_invents_none(texts: list[str], typed: str, nodes: int) -> None:
    with TemporaryDirectory() as directory:
        search = opened(Words(texts), Path(directory))
        everything = search.corrections(typed, finished=False, limit=99, budget=Budget(PLENTY))
        budget = Budget(nodes)
        found = search.corrections(typed, finished=False, limit=99, budget=budget)
    assert budget.visited <= nodes
    if not budget.exhausted:
        assert found == everything


@settings(max_examples=40)
@given(vocabulary, word, st.lists(st.integers(0, 60), min_size=2, max_size=4))
def test_what_was_searched_before_is_answered_and_charged_alike(
    texts: list[str], typed: str, grants: list[int]
) -> None:
    words = Words(texts)
    with TemporaryDirectory() as directory:
        asked_again = opened(words, Path(directory))
        for nodes in (*grants, PLENTY):
            answers = []
            for search in (asked_again, Spelling(Generation.open(Path(directory)), words)):
                budget = Budget(nodes)
                found = search.corrections(typed, finished=False, limit=9, budget=budget)
                answers.append((found, budget.visited, budget.exhausted))
            assert answers[0] == answers[1]


def test_what_a_spelling_reads_is_let_go_with_it(tmp_path: Path) -> None:
    words = Words(["receive"])
    search, gone = opened(words, tmp_path), weakref.ref(words)
    assert search.corrections("recieve", finished=True, limit=9, budget=Budget(PLENTY))
    gc.disable()
    try:
        del search, words
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("recieve", "receive"), ("eceive", "receive"), ("xreceive", "receive"), ("rceieve", "receive"), ("teh", "the")],
)
def test_corrections_find_exchanges_and_first_letters(tmp_path: Path, typed: str, meant: str) -> None:
    search = opened(Words(["receive", "the", "tree", "relieve"]), tmp_path)
    best = search.corrections(typed, finished=True, limit=1, budget=Budget(PLENTY))
    assert [correction.text for correction in best] == [meant]


@pytest.mark.parametrize("typed", ["", "t", "te"])
def test_short_words_are_left_alone(tmp_path: Path, typed: str) -> None:
    search = opened(Words(["the", "t", "he", "a"]), tmp_path)
    assert not search.corrections(typed, finished=False, limit=9, budget=Budget(PLENTY))


def test_an_empty_vocabulary_corrects_nothing(tmp_path: Path) -> None:
    search = opened(Words([]), tmp_path)
    assert not search.corrections("receive", finished=False, limit=9, budget=Budget(PLENTY))


def test_a_heavy_word_wins_over_a_light_one_for_the_same_edit(tmp_path: Path) -> None:
    words = Words(["hosue", "mouse", "moose"])
    words.weight[:] = [1.0, 1.0, 1000.0]  # hosue, moose, mouse
    best = opened(words, tmp_path).corrections("mouze", finished=True, limit=1, budget=Budget(PLENTY))
    assert best[0].text == "mouse"


@given(word, word)
def test_letters_of_a_text_leave_or_join_it_by_edits_alone(one: str, other: str) -> None:
    first, second = letters_of(one), letters_of(other)
    most = OSA.distance(one, other)
    assert np.bitwise_count(first & ~second) <= most
    assert np.bitwise_count(second & ~first) <= most


def test_a_near_word_is_found_among_a_hundred_heavier_ones_two_edits_away(tmp_path: Path) -> None:
    heavier = [f"ba{one}{other}na" for one in "cdfghjklmp" for other in "cdfghjklmp"]
    words = Words([*heavier, "banana"], 1000.0)
    words.weight[words.texts.index("banana")] = 1.0
    found = opened(words, tmp_path).corrections("banama", finished=True, limit=99, budget=Budget(PLENTY))
    assert "banana" in {correction.text for correction in found}
