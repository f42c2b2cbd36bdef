"""Further forms of queries, and names that sound alike, against brute force."""

from __future__ import annotations

import tempfile

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.artifacts import Generation, building
from suggest.index import Budget
from suggest.index.scripts import ScriptIndex, save_scripts
from suggest.index.sounds import (
    _ALPHABET,
    _CHANGED,
    _CODE,
    _KINDS,
    _LOST,
    _UNIT,
    UNFINISHED,
    WIDTH,
    beginning_costs,
    beginning_distances,
)
from suggest.text import normalise
from suggest.text.forms import ALIAS, INITIALS, SOUND, STROKES, WRITTEN, further_keys
from suggest.text.romanise import kinds, loose

_KEYS = st.text(min_size=1, max_size=8).map(normalise).filter(lambda key: key and "\0" not in key)
_NAMES = st.lists(st.text(_ALPHABET, min_size=1, max_size=WIDTH), min_size=1, max_size=20)


def index_of(keys, aliases=()):
    """A script index over keys, each as popular as the one before or less."""
    with tempfile.TemporaryDirectory() as folder:
        with building(folder) as writer:
            save_scripts(writer, pa.array(keys, pa.string()), np.arange(len(keys), dtype=np.uint32), aliases)
        return ScriptIndex(Generation.open(folder))


def test_index_of_ascii_alone_takes_no_file(tmp_path):
    with building(tmp_path) as writer:
        save_scripts(writer, pa.array(["paris", "new york"]), np.arange(2, dtype=np.uint32))
    generation = Generation.open(tmp_path)
    assert not generation.bytes_by_file() or set(generation.bytes_by_file()) <= {"manifest.json"}
    assert not ScriptIndex(generation)


@settings(max_examples=40, deadline=None)
@given(st.lists(_KEYS, min_size=1, max_size=8, unique=True), st.lists(st.tuples(st.integers(0, 7), _KEYS), max_size=5))
def test_every_form_of_every_key_and_alias_leads_to_its_query(keys, aliases):
    aliases = [(row % len(keys), alias) for row, alias in aliases]
    index = index_of(keys, aliases)
    wanted = {(form, row) for row, key in enumerate(keys) for form in further_keys(key)}
    wanted |= {(form, row) for row, alias in aliases for form in further_keys(alias, alias=True)}
    for form, row in wanted:
        assert row in index.forms.exact(form, 100, Budget(10**6))


@pytest.mark.parametrize(
    ("key", "form"),
    [
        ("münchen", WRITTEN + "munchen"),
        ("münchen", WRITTEN + "muenchen"),
        ("臺灣", WRITTEN + "台湾"),
        ("москва", SOUND + "moskva"),
        ("北京天气", SOUND + loose("beijingtianqi")),
        ("北京天气", INITIALS + "bjtq"),
        ("重庆", SOUND + loose("chongqing")),
        ("서울", STROKES + "ㅅㅓㅇㅜㄹ"),
        ("서울 대학", INITIALS + "ㅅㅇㄷㅎ"),
        ("とうきょう", SOUND + loose("toukyou")),
    ],
)
def test_further_keys_hold_what_people_type(key, form):
    assert form in further_keys(normalise(key))


def test_further_keys_of_an_alias_hold_itself():
    assert further_keys("peking", alias=True) == [ALIAS + "peking", SOUND + "peking"]
    assert further_keys("peking") == []


def cost_by_table(typed, name):
    """The distance of what was typed to the best beginning of a name, cell by cell."""
    row = [0]
    for letter in name:
        row.append(row[-1] + int(_LOST[_CODE[ord(letter)]]))
    for letter in typed:
        code = _CODE[ord(letter)]
        following = [row[0] + int(_LOST[code])]
        for at, other in enumerate(name):
            changed = row[at] + int(_CHANGED[code, _CODE[ord(other)]])
            skipped = following[-1] + int(_LOST[_CODE[ord(other)]])
            following.append(min(changed, row[at + 1] + int(_LOST[code]), skipped))
        row = following
    return min(min(row[:-1], default=10**6) * float(_UNIT) + UNFINISHED, row[-1] * float(_UNIT))


def lettered(names):
    return _CODE[np.array(names, dtype=f"S{WIDTH}").view(np.uint8).reshape(len(names), WIDTH)]


@settings(deadline=None)
@given(st.text(_ALPHABET, min_size=WIDTH - 4, max_size=WIDTH), _NAMES)
def test_costs_of_long_beginnings_equal_the_table(typed, names):
    found = beginning_costs(typed, lettered(names))
    assert found == pytest.approx([cost_by_table(typed, name) for name in names], abs=1e-3)


@settings(deadline=None)
@given(st.text(_ALPHABET, min_size=1, max_size=WIDTH), _NAMES)
def test_costs_are_never_below_the_table(typed, names):
    """Letters far behind what was typed are not looked at, so a cost may be higher, never lower."""
    found = beginning_costs(typed, lettered(names))
    assert all(cost >= cost_by_table(typed, name) - 1e-3 for cost, name in zip(found, names, strict=True))


def distance_by_table(typed, name):
    row = list(range(len(name) + 1))
    for count, kind in enumerate(typed, start=1):
        following = [count]
        for at, other in enumerate(name):
            following.append(min(row[at] + (kind != other), row[at + 1] + 1, following[-1] + 1))
        row = following
    return min(row)


@given(st.text(_KINDS, max_size=WIDTH), st.lists(st.text(_KINDS, max_size=WIDTH), min_size=1, max_size=20))
def test_distances_in_bits_equal_the_table(typed, names):
    places = np.array(
        [[sum(1 << at for at, kind in enumerate(name) if kind == wanted) for name in names] for wanted in _KINDS],
        dtype=np.uint16,
    )
    found = beginning_distances(typed, places, np.arange(len(names)))
    assert found.tolist() == [distance_by_table(typed, name) for name in names]


@given(st.text(_ALPHABET, max_size=20))
def test_kinds_are_those_that_the_index_knows(text):
    assert set(kinds(loose(text))) <= set(_KINDS)


def test_like_finds_a_name_one_consonant_off():
    index = index_of(["x"], [(0, name) for name in ("shenzhen", "moskva", "istanbul")])
    for typed in ("senzen", "shinzin", "moskwa", "muskaw", "astnbul", "stanbol"):
        assert index.sounds.like(loose(typed), Budget(10**6)).costs.min() < 10


def test_like_compares_the_most_popular_that_its_budget_pays_for():
    index = index_of([f"город {number}" for number in range(300)])
    for nodes in (0, 1, 100, 1_000):
        budget = Budget(nodes)
        ranks = index.sounds.like("gorod", budget).ranks
        assert budget.visited <= nodes
        assert ranks.tolist() == list(range(len(ranks)))
        assert budget.exhausted is (len(ranks) < 300)
