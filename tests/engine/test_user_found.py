"""What somebody found who typed a few hundred things into small shops of many languages."""

from __future__ import annotations

import pytest

from suggest import Engine
from tests.engine.small import texts, write_generation

NOW = "2026-03-01T12:00:00Z"


def opened(folder, weights, **more):
    """An engine over {key: weight}."""
    write_generation(folder, weights, **more)
    return Engine.open(folder)


def test_a_guess_hides_no_form_that_begins_with_what_was_typed(tmp_path):
    """`womens` may be read as `women s`, but whoever uses that reading's form did not type it."""
    forms = {"running shoes women": 380, "womens running shoes": 60}
    with opened(tmp_path, forms) as engine:
        assert texts(engine.complete("womens", now=NOW)) == ["womens running shoes"]
        assert texts(engine.complete("running", now=NOW)) == ["running shoes women"]


def test_a_guess_from_the_own_locale_yields_to_what_begins_so_in_another(tmp_path):
    """Typing `i` in a German shop that knows no such word: a word somewhere inside is no better answer."""
    weights = {"iphone 15": 700, "iglu": 90, "handyhülle iphone 15": 100, "koffer": 30}
    german = {"handyhülle iphone 15": 100, "koffer": 30}
    with opened(tmp_path, weights, locales={"de": german}) as engine:
        assert texts(engine.complete("i", locale="de", now=NOW)) == ["iphone 15", "handyhülle iphone 15", "iglu"]
        assert texts(engine.complete("k", locale="de", now=NOW)) == ["koffer"]


def test_a_likely_guess_from_the_own_locale_still_comes_first(tmp_path):
    weights = {"sleplio": 2, "sleeplio": 700}
    with opened(tmp_path, weights, locales={"de": {"sleeplio": 40}}) as engine:
        assert texts(engine.complete("sleplio", locale="de", now=NOW)) == ["sleeplio", "sleplio"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [("beijing", ["北京烤鸭"]), ("schuhe", []), ("hanguk", []), ("gundam", ["ガンダム"]), ("kimchi", ["김치"])],
)
def test_what_hardly_sounds_alike_is_no_suggestion(tmp_path, typed, found):
    shop = {"北京烤鸭": 100, "冰箱": 190, "手机壳": 280, "周杰伦": 220, "将棋": 90, "ガンダム": 90, "김치": 120}
    with opened(tmp_path, shop) as engine:
        assert texts(engine.complete(typed, now=NOW)) == found


@pytest.mark.parametrize(
    ("typed", "found"), [("マラガ", ["málaga"]), ("メデリン", ["medellín"]), ("リオオヒギンス", [])]
)
def test_a_script_that_writes_a_syllable_as_one_may_sound_as_unlike_as_letters_do(tmp_path, typed, found):
    names = {"málaga": 100, "medellín": 90, "araçatuba": 80, "malmö": 280, "ガンダム": 90}
    with opened(tmp_path, names) as engine:
        assert texts(engine.complete(typed, now=NOW)) == found


def test_an_accent_that_was_typed_is_meant(tmp_path):
    with opened(tmp_path, {"easy ramen": 40, "étagère": 8}) as engine:
        assert texts(engine.complete("é", now=NOW)) == ["étagère", "easy ramen"]
        assert texts(engine.complete("e", now=NOW)) == ["easy ramen", "étagère"]
