"""Queries that stand in a text: as whole words, by brute force over all of them."""

import random

import pytest

from suggest.candidates.item_names import LONGEST, named_queries
from suggest.text import words


class Queries:
    """As many of a query table's methods as are asked."""

    def __init__(self, keys):
        self.keys = list(keys)

    def find(self, key):
        return self.keys.index(key) if key in self.keys else -1


def named(texts, keys):
    found = named_queries(texts, Queries(keys))
    return {keys[query_id]: int(n) for query_id, n in zip(found.ids, found.n_words, strict=True)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Learn JAZZ piano tonight", {"jazz": 1, "jazz piano": 2, "jazzpiano": 2}),
        ("#JazzPiano", {"jazzpiano": 1}),
        ("naruto run in my world", {"my world": 2, "myworld": 2}),
        ("我爱北京烤鸭", {"北京": 1}),
        ("jazzy pianos", {}),
        ("", {}),
    ],
)
def test_queries_of_a_text_are_found(text, expected):
    keys = ["jazz", "jazz piano", "jazzpiano", "my world", "myworld", "北京"]

    assert named([text], keys) == expected


def test_what_is_found_is_what_brute_force_finds():
    draw = random.Random(2)
    keys = sorted({" ".join(draw.choices("abc", k=draw.randrange(1, 4))) for _ in range(20)})
    for _ in range(50):
        text = " ".join(draw.choices("abcd", k=draw.randrange(10)))
        spoken = words(text)
        runs = {
            " ".join(spoken[start:end])
            for start in range(len(spoken))
            for end in range(start + 1, min(start + LONGEST, len(spoken)) + 1)
        }
        assert set(named([text], keys)) == runs & set(keys)


def test_of_several_texts_each_query_is_named_once():
    assert named(["jazz", "jazz piano jazz"], ["jazz", "jazz piano"]) == {"jazz": 1, "jazz piano": 2}
