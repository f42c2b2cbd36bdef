"""The word index against a brute-force scan."""

from __future__ import annotations

import tempfile
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.artifacts import Generation, building
from suggest.index import Budget, entries, forward, heavy, ranks
from suggest.index import words as words_module
from suggest.index.words import Admitted, WordIndex
from suggest.index.words_build import save_words
from suggest.text import normalise, unaccented, words
from suggest.text.unspaced import character_pairs

_FEW_WORDS = st.lists(st.sampled_from(["a", "ab", "abc", "b", "é", "大阪", "大", "กรุง"]), min_size=1, max_size=9)
_KEYS = _FEW_WORDS.map(" ".join)
_ANY_KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).map(normalise).filter(bool)


@pytest.fixture
def small_tables(monkeypatch):
    """Limits small enough that drawn examples reach every way of answering."""
    monkeypatch.setattr(heavy, "HEAVY_OVER", 2)
    monkeypatch.setattr(heavy, "TOP", 4)
    monkeypatch.setattr(heavy, "DEEP_OVER", 12)
    monkeypatch.setattr(heavy, "DEEP_TOP", 9)
    monkeypatch.setattr(entries, "STORED_OVER", 3)
    monkeypatch.setattr(forward, "FEW", 1)
    monkeypatch.setattr(words_module, "FIRST_BLOCK", 2)
    monkeypatch.setattr(words_module, "LARGEST_BLOCK", 4)
    monkeypatch.setattr(words_module, "SCANNED_SHARE", 4)
    monkeypatch.setattr(words_module, "SORTED_SHARE", 3)


def index_of(weights):
    """A word index over {key: weight}, and the keys by rank."""
    keys = sorted(weights)
    weight = np.array([weights[key] for key in keys], dtype=np.float64)
    rank = ranks(weight)
    with tempfile.TemporaryDirectory() as folder:
        with building(folder) as writer:
            save_words(writer, pa.array(keys, pa.string()), rank, weight)
        return WordIndex(Generation.open(folder)), [keys[row] for row in np.argsort(rank)]


def enough():
    """A budget that never ends."""
    return Budget(1_000_000)


def held(key):
    """The words of a query, and the pairs of characters that are not among them."""
    spoken = words(unaccented(key))
    return spoken + [pair for pair in character_pairs(unaccented(key)) if pair not in spoken]


def is_met(key, complete, last):
    """Whether every typed word has a word of its own in a query."""
    left = Counter(held(key))
    left.subtract(complete)
    return min(left.values(), default=0) >= 0 and (
        last is None or any(word.startswith(last) and count > 0 for word, count in left.items())
    )


def scan(by_rank, complete, last, k, allowed):
    """What the index must answer, the slow way."""
    found = [rank for rank, key in enumerate(by_rank) if allowed[rank] and is_met(key, complete, last)]
    return found[:k]


def agrees(index, by_rank, typed, k, allowed):
    """Compares one question with a scan: with and without an unfinished word, all ranks allowed and only some."""
    *complete, last = typed
    everything = np.ones(len(by_rank), np.bool_)
    numbers = [index.find(word) for word in complete]
    for given_last in (last, None):
        interval = None if given_last is None else index.interval(given_last)
        if not complete and given_last is None:
            continue
        for admitted in (None, Admitted(allowed), index.admitted(allowed)):
            right = scan(by_rank, complete, given_last, k, everything if admitted is None else allowed)
            assert index.search(numbers, interval, k, enough(), admitted) == right


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(_KEYS, st.integers(1, 9), max_size=12), st.data())
def test_a_filter_knows_the_words_of_what_passes_and_no_other(weights, data):
    index, by_rank = index_of(weights)
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=len(by_rank), max_size=len(by_rank))), np.bool_)
    admitted = index.admitted(allowed)
    assert admitted.ranks.tolist() == np.flatnonzero(allowed).tolist()
    left = {index.word(number) for number in np.flatnonzero(admitted.by_word)}
    assert left == {word for rank in admitted.ranks for word in held(by_rank[rank])}


@pytest.mark.usefixtures("small_tables")
def test_search_equals_a_scan_for_any_words_of_any_query():
    @settings(max_examples=40, deadline=None)
    @given(st.data())
    def law(data):
        weights = data.draw(st.dictionaries(_KEYS, st.integers(1, 9), min_size=1, max_size=40))
        index, by_rank = index_of(weights)
        allowed = np.array(data.draw(st.lists(st.booleans(), min_size=len(weights), max_size=len(weights))))
        known = sorted({word for key in weights for word in held(key)})
        for _ in range(15):
            complete = data.draw(st.lists(st.sampled_from(known), max_size=3))
            last = data.draw(st.sampled_from(["", "a", "ab", "abcd", "大", "e", "ก"]))
            agrees(index, by_rank, [*complete, last], data.draw(st.integers(1, 12)), allowed)

    law()


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_search_equals_a_scan_over_all_of_unicode(data):
    weights = data.draw(st.dictionaries(_ANY_KEYS, st.integers(1, 9), min_size=1, max_size=30))
    index, by_rank = index_of(weights)
    for key in weights:
        typed = data.draw(st.permutations(words(unaccented(key))))
        if typed:
            cut = data.draw(st.integers(1, len(typed[-1])))
            agrees(index, by_rank, [*typed[:-1], typed[-1][:cut]], 10, np.arange(len(by_rank)) % 2 == 0)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(_ANY_KEYS | _KEYS, st.integers(1, 9), min_size=1, max_size=30))
def test_words_know_their_number_their_neighbours_and_their_weight(weights):
    index, _ = index_of(weights)
    known = sorted({word for key in weights for word in held(key)})
    assert list(index.vocabulary()) == known
    assert len(index) == len(known)
    spoken = {key: words(unaccented(key)) for key in weights}
    for number, word in enumerate(known):
        assert index.find(word) == number
        assert index.weight[number] == sum(weight for key, weight in weights.items() if word in spoken[key])
        assert index.weight_alone[number] == sum(weight for key, weight in weights.items() if spoken[key] == [word])
        for length in range(len(word) + 1):
            starting = [at for at, other in enumerate(known) if other.startswith(word[:length])]
            assert index.interval(word[:length]) == (starting[0], starting[-1] + 1)
    assert index.find("\U0010ffff") == -1
    assert index.interval("\U0010ffff") == (0, 0)


@pytest.mark.usefixtures("small_tables")
@settings(max_examples=40, deadline=None)
@given(st.dictionaries(_KEYS, st.integers(1, 9), min_size=1, max_size=40), st.integers(0, 80))
def test_search_stays_within_the_budget_and_says_when_it_ended(weights, nodes):
    index, by_rank = index_of(weights)
    for typed in (["a"], ["a", "b"], ["ab", "a"], ["a", "a", "大"]):
        *complete, last = typed
        budget = Budget(nodes)
        found = index.search([index.find(word) for word in complete], index.interval(last), 3, budget)
        right = scan(by_rank, complete, last, 3, np.ones(len(by_rank), np.bool_))
        assert budget.visited <= nodes
        assert budget.exhausted or found == right
        assert all(is_met(by_rank[rank], complete, last) for rank in found)


def test_a_query_without_words_costs_no_word_index():
    index, _ = index_of({"!": 1, "?": 2})
    assert len(index) == 0
    assert index.interval("a") == (0, 0)
    assert index.search([], (0, 0), 10, enough()) == []


def test_one_word_does_not_serve_for_two():
    index, by_rank = index_of({"new york": 3, "new new york": 2, "york yard": 1})
    new, york = index.find("new"), index.find("york")
    assert [by_rank[rank] for rank in index.search([new, new], index.interval("y"), 9, enough())] == ["new new york"]
    assert [by_rank[rank] for rank in index.search([york], index.interval("y"), 9, enough())] == ["york yard"]
