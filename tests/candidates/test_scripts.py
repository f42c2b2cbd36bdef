"""Queries met in another script or spelling than their own."""

from __future__ import annotations

import tempfile

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.artifacts import Generation, building
from suggest.candidates.scripts import scripts, sounding
from suggest.index import Budget, PrefixIndex, QueryColumns, ranks, save_prefixes, save_queries
from suggest.index.scripts import ScriptIndex, save_scripts
from suggest.text import normalise, normalise_prefix, unaccented

_WEIGHTS = {
    "münchen": 50,
    "london": 90,
    "москва": 80,
    "київ": 40,
    "北京天气": 30,
    "重庆火锅": 20,
    "臺灣": 25,
    "東京": 60,
    "ラーメン": 22,
    "서울": 70,
    "서울 대학교": 35,
    "القاهرة": 45,
    "αθήνα": 33,
    "กรุงเทพ": 44,
    "łódź": 15,
    "istanbul": 66,
    "mueller": 12,
    "youtube": 99,
    "ютуб": 9,
}
_NAMES = {"london": ["londres"], "istanbul": ["константинополь", "اسطنبول"], "москва": ["moscow"]}


def built(weights, names):
    keys = sorted(weights)
    weight = np.array([weights[key] for key in keys], dtype=np.float64)
    counts = weight.astype(np.int64)
    columns = QueryColumns(pa.array(keys), pa.array(keys), weight, counts, counts, weight, np.zeros_like(counts))
    with tempfile.TemporaryDirectory() as folder:
        with building(folder) as writer:
            save_prefixes(writer, columns, save_queries(writer, columns), {})
            aliases = [(keys.index(key), name) for key, found in names.items() for name in found]
            save_scripts(writer, columns.keys, ranks(weight).astype(np.uint32), aliases)
        generation = Generation.open(folder)
        return PrefixIndex(generation), ScriptIndex(generation)


@pytest.fixture(scope="module")
def indexes():
    return built(_WEIGHTS, _NAMES)


def found(indexes, typed, k=5, budget=None, allowed=None):
    prefixes, index = indexes
    budget = budget or Budget(100_000)
    prefix = normalise_prefix(typed)
    candidates = scripts(prefix, index, prefixes, k, budget, allowed, n_missing=k)
    candidates = candidates or sounding(prefix, index, prefixes, k, budget, allowed)
    return [(prefixes.queries.text(candidate.query_id), candidate.match.kind) for candidate in candidates]


@pytest.mark.parametrize(
    ("typed", "query", "kind"),
    [
        ("munch", "münchen", "unaccented"),
        ("muenchen", "münchen", "unaccented"),
        ("müller", "mueller", "umlaut"),
        ("lodz", "łódź", "unaccented"),
        ("moskva", "москва", "romanised"),
        ("mosc", "москва", "alias"),
        ("kyiv", "київ", "romanised"),
        ("beijingt", "北京天气", "romanised"),
        ("bjtq", "北京天气", "initials"),
        ("beijingtq", "北京天气", "initials"),
        ("bjtianq", "北京天气", "initials"),
        ("北京tq", "北京天气", "initials"),
        ("chongqhg", "重庆火锅", "initials"),
        ("bei jing tian", "北京天气", "romanised"),
        ("chongqing huo", "重庆火锅", "romanised"),
        ("台湾", "臺灣", "unaccented"),
        ("ra-men", "ラーメン", "romanised"),
        ("らーめん", "ラーメン", "romanised"),
        ("seoul", "서울", "romanised"),
        ("ㅅ", "서울", "hangul"),
        ("성", "서울", "hangul"),
        ("서우", "서울", "hangul"),
        ("ㅅㅇㄷㅎ", "서울 대학교", "initials"),
        ("القاهره", "القاهرة", "unaccented"),
        ("athina", "αθήνα", "romanised"),
        ("αθηνα", "αθήνα", "unaccented"),
        ("krungt", "กรุงเทพ", "romanised"),
        ("กรุง เทพ", "กรุงเทพ", "romanised"),
        ("лондон", "london", "romanised"),
        ("londr", "london", "alias"),
        ("астанбул", "istanbul", "sound"),
        ("стамбул", "istanbul", "sound"),
        ("дщтвщт", "london", "layout"),
        ("vjcrdf", "москва", "layout"),
        ("tjdnf", "서울", "layout"),
        ("ㅣㅐㅜㅇㅐㅜ", "london", "layout"),
    ],
)
def test_scripts_finds_what_was_meant(indexes, typed, query, kind):
    assert (query, kind) in found(indexes, typed)


def test_scripts_prefers_what_is_written_so_over_what_sounds_so(indexes):
    assert found(indexes, "moskva")[0] == ("москва", "romanised")


def test_scripts_answers_with_allowed_queries_alone(indexes):
    prefixes, _ = indexes
    allowed = np.ones(len(_WEIGHTS), dtype=np.bool_)
    allowed[prefixes.queries.rank[prefixes.queries.find("москва")]] = False
    for typed in ("moskva", "vjcrdf", "москва", "muskva"):
        assert "москва" not in [text for text, _ in found(indexes, typed, 20, allowed=allowed)]


def test_scripts_of_ascii_on_a_log_of_ascii_looks_at_next_to_nothing():
    prefixes, index = built({"paris": 2, "new york": 1}, {})
    budget = Budget(10_000)
    assert scripts("par", index, prefixes, 10, budget, n_missing=0) == []
    assert budget.visited == 0


def test_scripts_finds_ascii_for_another_script_on_a_log_of_ascii():
    indexes = built({"paris": 2, "new york": 1}, {})
    assert found(indexes, "парис") == [("paris", "romanised")]
    assert found(indexes, "зфкшы") == [("paris", "layout")]
    assert found(indexes, "párís") == [("paris", "unaccented")]


def test_scripts_of_marks_alone_finds_nothing(indexes):
    assert found(indexes, "\u0301") == found(indexes, "\u064b\u064b") == []


@settings(max_examples=60, deadline=None)
@given(typed=st.text(max_size=30) | st.sampled_from(["\u0301" * 256, "a" * 256, " " * 500, "ㅅ" * 100, "שָׁ" * 90]))
def test_scripts_stays_within_its_budget_for_anything_typed(indexes, typed):
    prefix = normalise_prefix(typed)
    for nodes in (0, 30, 1_000):
        budget = Budget(nodes)
        prefixes, index = indexes
        candidates = scripts(prefix, index, prefixes, 5, budget, n_missing=5) if prefix else []
        assert budget.visited <= nodes
        assert len(candidates) <= 5
        assert len({candidate.query_id for candidate in candidates}) == len(candidates)


_ACCENTED = sorted(key for key in map(normalise, _WEIGHTS) if unaccented(key) != key)


@settings(deadline=None)
@given(key=st.sampled_from(_ACCENTED), data=st.data())
def test_scripts_finds_a_query_by_any_beginning_without_accents(indexes, key, data):
    plain = unaccented(key)
    typed = plain[: data.draw(st.integers(1, len(plain)))]
    assert key in [text for text, _ in found(indexes, typed, len(_WEIGHTS))]
