"""What words tell: the plain sums of their rows, whatever is kept and however many are worked out together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.text import tagger_words
from suggest.text.tagger_features import AFTER, BEFORE, N_HASHES, OFFSETS, folded, kinds_of, word_facts
from suggest.text.tagger_lattice import N_TAGS
from suggest.text.tagger_words import WordMemory
from tests.text.test_tagger import random_weights

FEW = random_weights()
WEIGHTS = replace(FEW, classes=np.tile(FEW.classes, (1, 8)))  # as many as English has, or more
WORDS = st.tuples(
    st.sampled_from(["Rome", "rome", "#Ann", "ROME", "天", "क्षम", "1st", "a\nb"]), st.sampled_from(["nS", "nm"])
)


def added(words):
    """Row by row, what each word tells of each token near it."""
    total = np.zeros((len(words), N_TAGS), np.int64)
    for at, (word, place) in enumerate(words):
        rows, starts = word_facts(word, place, WEIGHTS.classes_of(folded(word))).rows()
        for offset, part in zip(OFFSETS, np.split(rows, starts[1:]), strict=True):
            if 0 <= at - offset < len(words):
                total[at - offset] += WEIGHTS.table[part].sum(axis=0, dtype=np.int64)
    return total


def hashes_of(word_in_place):
    word, place = word_in_place
    facts = word_facts(word, place, ())
    return [facts.name, facts.shape, *kinds_of(word, WEIGHTS.classes_of(folded(word)), facts.shape)]


@pytest.fixture(params=[(16_384, 256), (2, 256), (2, 1), (1, 3)])
def memory(request, monkeypatch):
    kept, at_once = request.param
    monkeypatch.setattr(tagger_words, "_KEPT", kept)
    monkeypatch.setattr(tagger_words, "_AT_ONCE", at_once)
    return WordMemory(WEIGHTS)


def test_words_tell_the_sum_of_their_rows(memory):
    @given(st.lists(WORDS, min_size=1, max_size=12))
    def check(words):
        told = memory.told(words)
        assert told.emissions().tolist() == added(words).tolist()
        assert told.hashes.tolist() == [[BEFORE] * N_HASHES, *map(hashes_of, words), [AFTER] * N_HASHES]

    check()


def test_words_met_last_are_kept_and_no_more_than_twice_as_many(monkeypatch):
    monkeypatch.setattr(tagger_words, "_KEPT", 4)
    memory = WordMemory(WEIGHTS)
    for number in range(100):
        memory.told([(f"word{number}", "nm"), ("often", "nm")])
        assert len(memory._known) + len(memory._old) <= 2 * 4 + 1
    monkeypatch.delattr(tagger_words, "word_facts")  # nothing is worked out again
    memory.told([("word99", "nm"), ("often", "nm")])
