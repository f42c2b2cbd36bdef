"""The word model against an enumeration of all queries that can be generated."""

from __future__ import annotations

import tempfile
from collections import Counter
from itertools import pairwise
from math import exp, isfinite, log

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.artifacts import Generation, building
from suggest.index import Budget
from suggest.index.word_model import MAX_ADDED, PER_NAT, WordModel
from suggest.index.word_model_build import DISCOUNT, WordStatistics, save_word_model
from suggest.text.tokens import join, tokens

WORDS = ["a", "ab", "abc", "b", "é", "大阪", "駅", " 駅"]
QUERIES = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(tuple), max_size=14).map(Counter)


def enough():
    """A budget that never ends."""
    return Budget(1_000_000)


def statistics_of(queries, words, pairs):
    """What a log of {query: weight} says of these words and pairs."""
    number = {word: at for at, word in enumerate(words)}
    weight, pair_weight = Counter(), Counter()
    for query, count in queries.items():
        named = [number.get(word, -1) for word in query]
        weight.update({word: count * query.count(word) for word in set(query)})
        for pair in pairwise([-2, *named, -2]):
            pair_weight[pair] += count
    met = sorted((number[first], number[second]) for first, second in pairs)

    def summed(at, other=None, *, types=False):
        sums = np.zeros(len(words))
        for pair, count in pair_weight.items():
            if pair[at] >= 0 and other in (None, pair[1 - at]):
                sums[pair[at]] += 1 if types else count
        return sums

    return WordStatistics(
        words=pa.array(words, pa.string()),
        users=np.arange(len(words)) + 2,
        weight=np.array([weight[word] for word in words], dtype=np.float64),
        unknown_weight=sum(count for word, count in weight.items() if word not in number),
        first=np.array([first for first, _ in met], dtype=np.int64),
        second=np.array([second for _, second in met], dtype=np.int64),
        pair_users=np.array([10 + 10 * first + second for first, second in met], dtype=np.int64),
        pair_weight=np.array([pair_weight[pair] for pair in met], dtype=np.float64),
        at_start=summed(1, -2),
        at_end=summed(0, -2),
        followed=summed(0),
        started=sum(queries.values()),
        n_before=summed(1, types=True),
        n_last=sum(second == -2 for _, second in pair_weight),
    )


def model_of(queries, n_dropped=0, keys=()):
    """A model of the words and pairs of {query: weight}, but for some of them, and the pairs it admits."""
    spoken = {word for query in queries for word in query}
    words = sorted(spoken)[n_dropped:]
    pairs = sorted({pair for query in queries for pair in pairwise(query) if set(pair) <= set(words)})[n_dropped:]
    found = statistics_of(queries, words, pairs)
    with tempfile.TemporaryDirectory() as folder:
        with building(folder) as writer:
            save_word_model(writer, found, pa.array(keys, pa.string()), np.arange(len(keys), dtype=np.uint32))
        return WordModel(Generation.open(folder)), words, set(pairs), found


def generated(words, pairs, context, partial):
    """Everything that may be generated, the slow way."""
    level = [(word,) for word in words if word.startswith(partial)]
    level = [found for found in level if not context or (context[-1], found[0]) in pairs]
    while level and len(level[0]) <= MAX_ADDED:
        yield from level
        level = [(*found, word) for found in level for word in words if (found[-1], word) in pairs]


@settings(max_examples=40, deadline=None)
@given(QUERIES, st.integers(0, 2), st.sampled_from(["", "a", "ab", " ", "大"]), st.booleans(), st.data())
def test_endings_are_the_best_of_all_that_can_be_generated(queries, n_dropped, partial, has_context, data):
    model, words, pairs, found = model_of(queries, n_dropped)
    context = [data.draw(st.sampled_from(words))] if has_context and words else []
    expected = []
    for ending in generated(words, pairs, context, partial):
        # The end of the context alone is taken off again, so that only what follows it counts.
        whole = model.log_probability([*context, *ending])
        start = whole_without_end(model, found, context)
        expected.append((-round((whole - start) * PER_NAT), ending))
    k = data.draw(st.integers(1, 12))
    answer = model.endings(context, partial, k, enough())
    assert [(-round(ending.log_p * PER_NAT), ending.words) for ending in answer] == sorted(expected)[:k]
    assert all(ending.n_context == len(context) for ending in answer)


def whole_without_end(model, found, context):
    """Log probability that a query begins with one context word."""
    if not context:
        return 0.0
    number = found.words.to_pylist().index(context[0])
    return model.log_probability(context) + model._end[number] / PER_NAT


@settings(max_examples=30, deadline=None)
@given(QUERIES.filter(bool), st.integers(0, 2))
def test_what_follows_a_word_adds_up_to_one(queries, n_dropped):
    model, words, _, _ = model_of(queries, n_dropped)
    for before in [None, *range(len(words))] if words else []:
        costs = [model._cost_after(before, number) for number in range(len(words) + 1)]
        ends = [] if before is None else [model._end[before]]
        assert sum(exp(-cost / PER_NAT) for cost in costs + ends) == pytest.approx(1, rel=0.01)


@settings(max_examples=30, deadline=None)
@given(QUERIES, st.integers(0, 2))
def test_stored_probabilities_are_those_of_one_query(queries, n_dropped):
    keys = sorted({join(query) for query in queries} | {"never seen", "大阪駅", "a"})
    model, _, _, _ = model_of(queries, n_dropped, keys)
    expected = [model.log_probability(tokens(key)) for key in keys]
    assert all(isfinite(log_p) for log_p in expected)
    assert model.log_p(range(len(keys))) == pytest.approx(expected, rel=1e-3)


def test_a_pair_has_the_probability_of_the_formula():
    queries = Counter({("new", "york"): 8, ("new", "car"): 4, ("york",): 3, ("old", "car"): 1})
    model, words, _, _ = model_of(queries)
    # `york` follows `new` and the start, of 2 + 2 + 2 words before words and 2 words before the end;
    # one more word than the 28 that were seen is unknown.
    alone = 28 / 29 * 2 / 8
    left = 1 - (8 - DISCOUNT + 4 - DISCOUNT) / 12
    expected = log((8 - DISCOUNT) / 12 + left * alone)
    assert -model._cost_after(words.index("new"), words.index("york")) / PER_NAT == pytest.approx(expected, abs=1e-3)


def test_admitted_are_only_the_words_and_pairs_given():
    model, _, _, _ = model_of(Counter({("new", "york"): 2, ("york", "times"): 2}))
    assert [model.admits_word(word) for word in ("new", "york", "ne", "")] == [True, True, False, False]
    assert [model.admits_pair(*pair) for pair in (("new", "york"), ("york", "new"), ("new", "moon"))] == [
        True,
        False,
        False,
    ]


def test_people_of_a_word_and_of_a_pair_are_those_given():
    queries = Counter({("new", "york"): 2, ("york", "times"): 2, ("new", "car"): 9})
    model, words, pairs, _ = model_of(queries)
    assert [model.n_users([word]) for word in words] == [2, 3, 4, 5]
    for first, second in pairs:
        assert model.n_users((first, second)) == 10 + 10 * words.index(first) + words.index(second)
    assert [model.n_users(part) for part in (["moon"], ("york", "new"), ("new", "moon"))] == [0, 0, 0]


def test_many_words_are_answered_from_stored_lists_in_the_same_order():
    words = [f"w{at:03}" for at in range(600)]
    queries = Counter({(word,): 1 + at * 7919 % 601 for at, word in enumerate(words)})
    model, _, _, _ = model_of(queries)
    best = sorted(queries, key=lambda query: (-round(model.log_probability(query) * PER_NAT), query))
    assert [ending.words for ending in model.endings([], "w", 20, enough())] == best[:20]


def test_a_budget_cuts_the_search_short_and_says_so():
    model, _, _, _ = model_of(Counter({("new", "york"): 2, ("new", "car"): 2, ("new",): 1}))
    unbounded, bounded = enough(), Budget(3)
    everything = model.endings([], "n", 9, unbounded)
    part = model.endings([], "n", 9, bounded)
    assert part == everything[: len(part)]
    assert len(part) < len(everything)
    assert (bounded.exhausted, unbounded.exhausted) == (True, False)


def test_a_generation_without_words_generates_nothing():
    model, _, _, _ = model_of(Counter())
    assert model.endings([], "a", 9, enough()) == []
    assert (len(model), model.admits_word("a"), model.admits_pair("a", "b")) == (0, False, False)
    assert (model.log_probability(["a"]), model.log_p(range(2))) == (0.0, [0.0, 0.0])
