"""What single words speak for is what is counted item by item."""

import math
import random

import numpy as np
import pytest

from suggest.artifacts import Generation, building
from suggest.index.items_said import LEAST_ITEMS, MOST_QUERIES, WordQueries, save_word_queries
from suggest.index.items_words import Postings


def opened(folder, holding, queries):
    """Items by word and queries by item, written and read again."""
    postings = Postings(np.cumsum([0, *map(len, holding)]), np.array([item for own in holding for item in own], int))
    starts = np.cumsum([0, *map(len, queries)]).astype(np.uint32)
    with building(folder) as writer:
        save_word_queries(writer, postings, starts, np.array([q for own in queries for q in own], np.uint32))
    return WordQueries(Generation.open(folder))


def chance_and_lift(query, items, queries):
    paired = [own for own in queries if own]
    among = [queries[item] for item in items if queries[item]]
    count, usual = sum(query in own for own in among), sum(query in own for own in paired) / len(paired)
    return (count - 0.5) / (len(among) + 2), math.log((count + 3 * usual) / (len(among) + 3) / usual)


def test_words_speak_for_what_is_counted(tmp_path):
    draw = random.Random(3)
    queries = [sorted(draw.sample(range(9), draw.randrange(4))) for _ in range(30)]
    holding = [sorted(draw.sample(range(30), n)) for n in (0, 1, 5, 9, 20)]
    said = opened(tmp_path, holding, queries)

    words = [number for number, own in enumerate(holding) if sum(bool(queries[item]) for item in own) >= LEAST_ITEMS]
    found = said.said(range(len(holding)))

    spoken_for = {word: {query for item in holding[word] for query in queries[item]} for word in words}
    assert found.ids.tolist() == sorted(set().union(*spoken_for.values()))
    for query, chance, best, lift in zip(*(column.tolist() for column in found), strict=True):
        own = [chance_and_lift(query, holding[word], queries) for word in words if query in spoken_for[word]]
        assert chance == pytest.approx(1 - math.prod(1 - chance for chance, _ in own), rel=1e-5)
        assert best == pytest.approx(max(chance for chance, _ in own), rel=1e-5)
        assert lift == pytest.approx(sum(lift for _, lift in own), rel=1e-4, abs=1e-5)


def test_a_word_keeps_the_queries_of_most_items_ties_by_id(tmp_path):
    many = list(range(MOST_QUERIES + 10))

    said = opened(tmp_path, [[0, 1]], [many, many[-2:]])

    assert said.said([0]).ids.tolist() == [*many[: MOST_QUERIES - 2], *many[-2:]]


def test_no_word_speaks_for_nothing(tmp_path):
    said = opened(tmp_path, [[0]], [[]])

    assert [len(column) for column in said.said([0])] == [0] * 4
    assert [len(column) for column in said.said([])] == [0] * 4
