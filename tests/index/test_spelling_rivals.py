"""Heavier neighbours of words, against all pairs; and variants that are only slips."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from suggest.artifacts import Generation, building
from suggest.index.spelling_rivals import Rivals, confident_variants, heaviest_rival, save_rivals

texts = st.lists(st.text("abcд", min_size=3, max_size=6), min_size=1, max_size=20, unique=True)


def inner_edit(one: str, other: str) -> bool:
    """Whether one edit that leaves the first and the last character alone makes one of the other, or an exchange."""
    return OSA.distance(one, other) == 1 and one[0] == other[0] and one[-1] == other[-1] and one[1:-1] != other[1:-1]


@given(texts)
def test_a_rival_is_at_least_as_heavy_as_every_word_one_inner_edit_away(words: list[str]) -> None:
    weight = np.arange(1, len(words) + 1, dtype=np.float32)
    rival = heaviest_rival(words, weight)
    for row, word in enumerate(words):
        near = [weight[at] for at, other in enumerate(words) if inner_edit(word, other)]
        assert weight[rival[row]] >= max([*near, weight[row]])
        # Two edits at most, of which OSA counts an exchange with something added in between as three.
        assert rival[row] == row or OSA.distance(word, words[rival[row]]) <= 3


def test_an_advantage_is_the_ratio_of_weights(tmp_path: Path) -> None:
    weight = np.array([90_000, 1, 50], np.float32)
    with building(tmp_path) as writer:
        save_rivals(writer, ["from", "frm", "zebra"], weight)
    rivals = Rivals(Generation.open(tmp_path))
    assert rivals.advantage("frm", finished=True) == pytest.approx(np.log(45_000), abs=0.2)
    assert rivals.advantage("from", finished=True) == 0.0
    assert rivals.advantage("zeb", finished=False) == 0.0


def test_without_words_there_is_no_advantage(tmp_path: Path) -> None:
    with building(tmp_path) as writer:
        save_rivals(writer, [], np.empty(0, np.float32))
    assert Rivals(Generation.open(tmp_path)).advantage("any", finished=False) == 0.0


def test_variants_are_likely_slips_of_far_heavier_words() -> None:
    weights = {
        "accommodation": 90_000.0,
        "accomodation": 20.0,  # a slip
        "house": 90_000.0,
        "houses": 30.0,  # an inflection
        "horse": 20_000.0,  # a word of its own
        "2000s": 1.0,
        "20000s": 90_000.0,
        "film": 90_000.0,
        "fim": 1.0,  # short
    }
    words = sorted(weights)
    found = confident_variants(pa.array(words), np.array([weights[word] for word in words], np.float32))
    assert found == [("accomodation", "accommodation")]
