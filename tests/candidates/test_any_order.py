"""Words in any order, against a scan over the keys."""

from __future__ import annotations

import tempfile
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.artifacts import Generation, building
from suggest.candidates import Typed, typed_words
from suggest.candidates.any_order import BEGINNING_COST, WORDS_COST, any_order
from suggest.index import Budget, QueryColumns, QueryTable, ranks, save_queries
from suggest.index.words import WordIndex
from suggest.index.words_build import save_words
from suggest.text import normalise, normalise_prefix, unaccented, words
from suggest.text.unspaced import unspaced_runs

_FEW_CHARACTERS = st.text("ab é大阪城กรุง東", min_size=1, max_size=10).map(normalise).filter(bool)
_SPACED = st.lists(st.sampled_from(["a", "ab", "abc", "b", "é"]), min_size=1, max_size=9).map(" ".join)
_ANY_CHARACTERS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=10).map(normalise).filter(bool)


def index_of(weights):
    """The query table and the word index over {key: weight}."""
    keys = pa.array(sorted(weights), pa.string())
    weight = np.array([weights[key] for key in sorted(weights)], dtype=np.float64)
    zero = np.zeros(len(keys), np.int64)
    columns = QueryColumns(keys, keys, weight, zero, zero, weight, zero)
    with tempfile.TemporaryDirectory() as folder:
        with building(folder) as writer:
            save_queries(writer, columns)
            save_words(writer, keys, ranks(weight), weight)
        generation = Generation.open(folder)
        return QueryTable(generation), WordIndex(generation)


def found(tables, typed, k=10, allowed=None):
    """The keys of what is found."""
    queries, index = tables
    admitted = None if allowed is None else index.admitted(allowed)
    candidates = any_order(typed, index, queries, k, Budget(1_000_000), admitted)
    return [queries.key(candidate.query_id) for candidate in candidates]


def is_met(key, typed):
    """Whether a query holds every typed word, as the source documents it."""
    plain = unaccented(key)
    runs = [word for word in (*typed.complete, typed.last) if unspaced_runs(word)]
    spaced = [word for word in typed.complete if not unspaced_runs(word)]
    left = Counter(words(plain))
    left.subtract(spaced)
    last = typed.last if typed.last not in runs else ""
    return (
        all(run in plain for run in runs)
        and all(left[word] >= 0 for word in spaced)
        and (not last or any(word.startswith(last) and count > 0 for word, count in left.items()))
    )


def scan(weights, typed, k, allowed=None):
    """What must be found, the slow way."""
    by_rank = sorted(weights, key=lambda key: (-weights[key], key))
    if not typed.complete and not typed.last:
        return []
    return [key for rank, key in enumerate(by_rank) if (allowed is None or allowed[rank]) and is_met(key, typed)][:k]


@pytest.mark.parametrize("keys", [_FEW_CHARACTERS, _ANY_CHARACTERS])
def test_any_order_equals_a_scan_for_what_is_typed_of_any_query(keys):
    @settings(max_examples=25, deadline=None)
    @given(st.data())
    def law(data):
        weights = data.draw(st.dictionaries(keys, st.integers(1, 9), min_size=1, max_size=25))
        tables = index_of(weights)
        for key in data.draw(st.lists(st.sampled_from(sorted(weights)), max_size=8)):
            start = data.draw(st.integers(0, len(key) - 1))
            end = data.draw(st.integers(start + 1, len(key)))
            typed = typed_words(normalise_prefix(key[start:end]) or "a")
            shuffled = Typed(tuple(data.draw(st.permutations(typed.complete))), typed.last)
            allowed = np.array(data.draw(st.lists(st.booleans(), min_size=len(weights), max_size=len(weights))))
            assert found(tables, shuffled, 5) == scan(weights, shuffled, 5)
            assert found(tables, shuffled, 5, allowed) == scan(weights, shuffled, 5, allowed)

    law()


@given(st.dictionaries(_FEW_CHARACTERS, st.integers(1, 9), min_size=1, max_size=10))
@settings(max_examples=25, deadline=None)
def test_a_run_of_a_script_without_spaces_is_found_wherever_it_stands(weights):
    tables = index_of(weights)
    for key in weights:
        for typed in _pieces(unaccented(key)):
            assert key in found(tables, typed_words(typed), 100)


def _pieces(plain):
    """Four characters from anywhere in a run; a vowel sign alone is no word."""
    pieces = [run[start : start + 4] for run in unspaced_runs(plain) for start in range(len(run))]
    return [piece for piece in pieces if words(piece)]


def test_a_candidate_says_how_it_matches():
    queries, index = index_of({"münchen hotel günstig": 2, "hotel": 9})
    (candidate,) = any_order(typed_words("günstig hot"), index, queries, 10, Budget(1000))
    assert candidate.source == "words"
    assert candidate.match.kind == "words"
    assert candidate.match.parts == ("gunstig", "hot")
    assert candidate.match.edits == 0
    assert candidate.match.cost > 0


def test_a_query_that_begins_with_the_very_words_costs_little_however_it_is_written():
    queries, index = index_of({"t-shirt": 9, "shirt for t": 8, "t shirts men": 7})
    candidates = any_order(typed_words("t shirt"), index, queries, 10, Budget(1000))
    cost = {queries.key(candidate.query_id): candidate.match.cost for candidate in candidates}
    assert cost["t-shirt"] == cost["t shirts men"] < 0.5 < cost["shirt for t"]


@given(st.dictionaries(_SPACED | _FEW_CHARACTERS, st.integers(1, 9), min_size=1, max_size=25), st.data())
@settings(max_examples=40, deadline=None)
def test_a_candidate_costs_little_just_where_its_words_begin_as_typed(weights, data):
    queries, index = index_of(weights)
    for key in weights:
        text = key[: data.draw(st.integers(1, len(key)))] + data.draw(st.sampled_from(["", " "]))
        typed = typed_words(normalise_prefix(text))
        parts = [*typed.complete, typed.last] if typed.last else typed.complete
        for candidate in any_order(typed, index, queries, 10, Budget(1_000_000)):
            begins = " ".join(words(unaccented(queries.key(candidate.query_id)))).startswith(" ".join(parts))
            assert (candidate.match.cost == BEGINNING_COST) == (begins and len(parts) > 1)


def test_a_finished_word_that_goes_on_in_a_query_is_its_beginning_too():
    queries, index = index_of({"york yard new": 2, "new yorkers new york": 1})
    candidates = any_order(typed_words("new york "), index, queries, 10, Budget(1000))
    assert [candidate.match.cost for candidate in candidates] == [WORDS_COST, BEGINNING_COST]


def test_nothing_typed_and_an_unknown_word_find_nothing():
    tables = index_of({"hotel": 9})
    assert found(tables, typed_words("")) == []
    assert found(tables, typed_words("!")) == []
    assert found(tables, typed_words("motel hot")) == []
    assert found(tables, typed_words("hotel x")) == []


def test_a_long_typed_run_looks_up_few_pairs_and_is_checked_whole():
    run = "".join(chr(0x4E00 + number) for number in range(200))
    tables = index_of({run: 1, run[:150]: 2})
    assert found(tables, typed_words(run)) == [run]
    assert found(tables, typed_words(run[3:140])) == [run[:150], run]
