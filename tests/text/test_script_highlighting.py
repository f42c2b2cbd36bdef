# ruff: noqa: RUF001 - letters of many scripts are what these tests are about
"""Where a suggestion shows what was typed in another script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.text import normalise, normalise_prefix
from suggest.text.script_highlighting import highlight_script

_KINDS = ["unaccented", "umlaut", "simplified", "alias", "romanised", "hangul", "initials", "layout", "sound"]


@pytest.mark.parametrize(
    ("shown", "typed", "kind", "marked"),
    [
        ("München", "munch", "unaccented", "Münch"),
        ("München", "muench", "unaccented", "Münch"),
        ("Straßenbahn", "strassenb", "unaccented", "Straßenb"),
        ("Mueller", "mül", "umlaut", "Muel"),
        ("臺灣美食", "台湾", "simplified", "臺灣"),
        ("北京天气", "beijingt", "romanised", "北京天"),
        ("北京天气", "bei jing", "romanised", "北京"),
        ("北京天气", "bjt", "initials", "北京天"),
        ("北京天气", "beijingt", "initials", "北京天"),
        ("北京天气", "北京tq", "initials", "北京天气"),
        ("Москва Сити", "moskva s", "romanised", "Москва С"),
        ("서울 대학교", "성", "hangul", "서울"),
        ("서울 대학교", "ㅅㅇㄷ", "initials", "서울 대"),
        ("とうきょう", "touk", "romanised", "とうき"),
        ("Москва", "vjcrd", "layout", "Москв"),
        ("서울", "tjdn", "layout", "서울"),
        ("London", "дщтв", "layout", "Lond"),
        ("London", "londres", "alias", ""),
        ("London", "лондон", "romanised", "London"),
        ("London", "paris", "romanised", ""),
        ("München", "", "unaccented", ""),
    ],
)
def test_highlight_script_marks_what_was_typed(shown, typed, kind, marked):
    spans = highlight_script(shown, normalise_prefix(typed), kind)
    assert "".join(shown[start:end] for start, end in spans) == marked


@given(st.text(max_size=12), st.text(max_size=8), st.sampled_from(_KINDS))
def test_highlight_script_marks_a_part_of_what_is_shown(shown, typed, kind):
    for start, end in highlight_script(shown, normalise(typed), kind):
        assert 0 <= start < end <= len(shown)
