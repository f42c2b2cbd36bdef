"""Queries found in spite of slips, in a small world where the right answer is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.artifacts import Generation, building
from suggest.candidates import typed_words
from suggest.candidates.typos import TypoSearch
from suggest.index import Budget, QueryColumns, QueryTable, ranks, save_queries
from suggest.index.spelling import Spelling, save_spelling
from suggest.index.spelling_learned import Learned, LearnedCorrections, save_learned
from suggest.index.words import Admitted, WordIndex
from suggest.index.words_build import save_words
from suggest.text import normalise_prefix, unaccented, words
from suggest.text.edits import edit_costs

WORLD = {
    "receive": 4000,
    "recieve": 10,
    "receive payment": 90,
    "how to receive mail": 80,
    "received": 900,
    "dancing queen": 500,
    "dancing": 900,
    "queen": 800,
    "new york": 5000,
    "new york times": 3000,
    "the": 90000,
    "tehran": 20,
    "münchen": 700,
    "привет": 600,
    "form": 300,
    "from": 80000,
}


@contextmanager
def opened(weights: dict[str, float], learned: Sequence[Learned] = ()) -> Iterator[tuple[TypoSearch, QueryTable]]:
    keys = sorted(weights)
    weight = np.array([weights[key] for key in keys], np.float64)
    arrow, zeros = pa.array(keys, pa.string()), np.zeros(len(keys), np.int64)
    with TemporaryDirectory() as directory:
        with building(directory) as writer:
            save_queries(writer, QueryColumns(arrow, arrow, weight, zeros, zeros, weight, zeros))
            save_words(writer, arrow, ranks(weight), weight)
            save_learned(writer, learned)
        before = WordIndex(Generation.open(directory))
        vocabulary = pa.array([before.word(number) for number in range(len(before))], pa.string())
        with building(directory) as writer:
            save_queries(writer, QueryColumns(arrow, arrow, weight, zeros, zeros, weight, zeros))
            save_words(writer, arrow, ranks(weight), weight)
            save_spelling(writer, vocabulary, np.asarray(before.weight))
            save_learned(writer, learned)
        generation = Generation.open(directory)
        vocabulary, queries = WordIndex(generation), QueryTable(generation)
        yield (
            TypoSearch(Spelling(generation, vocabulary), vocabulary, queries, LearnedCorrections(generation)),
            queries,
        )


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[TypoSearch, QueryTable]]:
    with opened(WORLD) as search:
        yield search


def answer(world: tuple[TypoSearch, QueryTable], text: str, k: int = 10) -> list[str]:
    search, queries = world
    found = search.typos(typed_words(normalise_prefix(text)), k, Budget(20_000))
    return [queries.key(candidate.query_id) for candidate in found]


@pytest.mark.parametrize(
    ("typed", "meant", "kind"),
    [
        ("recieve", "receive", "typo"),
        ("eceive", "receive", "typo"),
        ("rceiev", "receive", "typo"),
        ("recieve paym", "receive payment", "typo"),
        ("paymnet recieve", "receive payment", "typo"),
        ("dancingqueen", "dancing queen", "split"),
        ("dancingqu", "dancing queen", "split"),
        ("dan cing", "dancing", "join"),
        ("dancing quene", "dancing queen", "typo"),
        ("nwe yrok tim", "new york times", "typo"),
        ("teh ", "the", "typo"),
        ("munhcen", "münchen", "typo"),
        ("првиет", "привет", "typo"),
    ],
)
def test_typos_find_what_was_meant_first(
    world: tuple[TypoSearch, QueryTable], typed: str, meant: str, kind: str
) -> None:
    search, queries = world
    found = search.typos(typed_words(normalise_prefix(typed)), 5, Budget(20_000))
    assert queries.key(found[0].query_id) == meant
    assert found[0].source == "typo"
    assert found[0].match.kind == kind
    assert found[0].match.edits > 0 < found[0].match.cost
    held = words(unaccented(meant))
    assert all(any(word.startswith(part) for word in held) for part in found[0].match.parts)


def test_a_real_word_is_corrected_when_the_evidence_is_strong(world: tuple[TypoSearch, QueryTable]) -> None:
    search, _ = world
    assert answer(world, "form")[0] == "from"
    assert search.may_help(typed_words("form"), 1, [300.0])
    assert not search.may_help(typed_words("from"), 1, [80_000.0])


def test_a_text_without_a_likely_slip_is_not_searched_when_the_answer_is_full(
    world: tuple[TypoSearch, QueryTable],
) -> None:
    search, _ = world
    assert not search.may_help(typed_words("new yo"), 2, [5000.0, 3000.0])
    assert search.may_help(typed_words("new yo"), 3, [5000.0, 3000.0])
    assert not search.may_help(typed_words("n"), 3, [5000.0])


def test_whole_words_come_before_their_completions(world: tuple[TypoSearch, QueryTable]) -> None:
    found = answer(world, "recieve")
    assert found.index("receive") < found.index("receive payment") < found.index("received")


def test_only_allowed_queries_are_found(world: tuple[TypoSearch, QueryTable]) -> None:
    search, queries = world
    allowed = np.ones(len(WORLD), np.bool_)
    allowed[queries.rank[queries.find("receive")]] = False
    found = search.typos(typed_words("recieve"), 9, Budget(20_000), Admitted(allowed))
    assert "receive" not in [queries.key(candidate.query_id) for candidate in found]
    assert "receive payment" in [queries.key(candidate.query_id) for candidate in found]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["recieve", "recieve paymnt", "danc queem", "dancingqueen", "new yrok ", "teh", "form", "munchn"]),
    st.lists(st.booleans(), min_size=len(WORLD), max_size=len(WORLD)),
)
def test_knowing_the_words_of_a_filter_loses_nothing(
    world: tuple[TypoSearch, QueryTable], typed: str, allowed: list[bool]
) -> None:
    search, _ = world
    by_rank = np.array(allowed)
    read = typed_words(normalise_prefix(typed))
    plain = search.typos(read, 50, Budget(20_000), Admitted(by_rank))
    narrow = search.typos(read, 50, Budget(20_000), search._words.admitted(by_rank))
    assert {(each.query_id, each.match) for each in plain} <= {(each.query_id, each.match) for each in narrow}


def test_under_a_filter_the_corrections_that_it_leaves_are_looked_for() -> None:
    heavy = {f"{first}{second}llpark": 1e6 for first in "bcdfgh" for second in "aeiou"}
    with opened({**heavy, "ballbark": 1.0}) as (search, queries):
        wanted = int(queries.rank[queries.find("ballbark")])
        typed, by_rank = typed_words("ballpbrk"), np.arange(len(heavy) + 1) == wanted
        assert search.typos(typed, 9, Budget(20_000), Admitted(by_rank)) == []
        (found,) = search.typos(typed, 9, Budget(20_000), search._words.admitted(by_rank))
        assert queries.key(found.query_id) == "ballbark"


def test_learned_corrections_are_found_at_their_cost() -> None:
    learned = [Learned("abba queen", 0, 1.5), Learned("abbb", 1, 0.5)]
    with opened({"dancing queen": 50.0, "the bee gees": 10.0}, learned) as (search, queries):
        (found,) = search.typos(typed_words("abba qu"), 5, Budget(20_000))
        assert queries.key(found.query_id) == "dancing queen"
        assert found.match.cost == pytest.approx(1.5)
        assert search.typos(typed_words("abb "), 5, Budget(20_000)) == []


letters = st.one_of(st.sampled_from("aber é"), st.characters(exclude_categories=("Cs",)))
texts = st.text(letters, min_size=1, max_size=14).map(normalise_prefix)


@settings(max_examples=60)
@given(
    st.dictionaries(texts.map(str.strip).filter(bool), st.integers(1, 10**6), min_size=1, max_size=12),
    texts,
    st.integers(1, 5),
    st.integers(0, 500),
)
def test_typos_obey_k_budget_and_order_whatever_is_typed(
    weights: dict[str, float], typed: str, k: int, nodes: int
) -> None:
    with opened(weights) as (search, queries):
        read = typed_words(typed)
        budget = Budget(nodes)
        found = search.typos(read, k, budget)
        assert budget.visited <= nodes
        assert len(found) <= k
        assert len({candidate.query_id for candidate in found}) == len(found)
        scores = [np.log1p(queries.weight[each.query_id]) - each.match.cost for each in found]
        assert scores == sorted(scores, reverse=True)
        assert search.may_help(read, k, [1.0] * k) in (True, False)


@settings(max_examples=60)
@given(
    st.dictionaries(texts.map(str.strip).filter(bool), st.integers(1, 10**6), min_size=1, max_size=12),
    texts,
    st.floats(-20.0, 15.0),
)
def test_what_scores_too_little_is_left_out_and_nothing_else(
    weights: dict[str, float], typed: str, least: float
) -> None:
    with opened(weights) as (search, queries):

        def scores(least: float) -> dict[int, float]:
            found = search.typos(typed_words(typed), 50, Budget(20_000), least=least)
            return {each.query_id: np.log1p(queries.weight[each.query_id]) - each.match.cost for each in found}

        found, everything = scores(least), scores(-np.inf)
        # A whole word costs less than the beginning it was found by.
        sure = {query_id for query_id, score in everything.items() if score > least + edit_costs().unfinished}
        assert sure <= found.keys() <= everything.keys()


@pytest.mark.parametrize("typed", ["a" * 256, "ab " * 85, " " * 256, "e\u0301" * 128, "ж" * 200])
def test_hostile_texts_stay_within_a_small_count(world: tuple[TypoSearch, QueryTable], typed: str) -> None:
    search, _ = world
    budget = Budget(20_000)
    search.typos(typed_words(normalise_prefix(typed)), 10, budget)
    assert budget.visited < 2_000
