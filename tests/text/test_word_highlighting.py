"""What is highlighted of words typed in any order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.text import display, normalise, unaccented, words
from suggest.text.unspaced import unspaced_runs
from suggest.text.word_highlighting import highlight_words

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.text("aAéß ﬁ大阪กุ'-", max_size=12)


def marked(shown, parts):
    """The marked pieces of a text."""
    return [shown[start:end] for start, end in highlight_words(shown, parts)]


@pytest.mark.parametrize(
    ("shown", "parts", "pieces"),
    [
        ("New York Hotels", ["hot", "new"], ["New", "Hot"]),
        ("Hotel München günstig", ["gunstig", "munch"], ["Münch", "günstig"]),
        ("Große Straße", ["grosse", "stras"], ["Große", "Straß"]),
        ("car cars car", ["car", "cars"], ["car", "cars"]),
        ("cars car", ["car"], ["car"]),
        ("duran duran", ["duran", "dur"], ["duran", "dur"]),
        ("duran duran", ["duran"], ["duran"]),
        ("東京タワー", ["京タ"], ["京タ"]),
        ("東京タワー", ["タワー", "東京"], ["東京タワー"]),
        ("大阪の大学", ["大学", "大"], ["大", "大学"]),
        ("ﬁnland hotel", ["fi"], ["ﬁ"]),
        ("Nivea Sonnencreme", ["creme"], []),
        ("", ["a"], []),
        ("hotel", [""], []),
    ],
)
def test_each_part_marks_the_beginning_of_one_word(shown, parts, pieces):
    assert marked(shown, parts) == pieces


@given(_TEXTS, st.lists(st.text(max_size=4), max_size=4))
def test_spans_ascend_within_the_text_and_do_not_touch(text, parts):
    shown = display(text)
    ends = [0]
    for start, end in highlight_words(shown, [unaccented(normalise(part)) for part in parts]):
        assert ends[-1] < start or ends == [0]
        assert 0 <= start < end <= len(shown)
        ends.append(end)


@given(_TEXTS, st.data())
def test_a_word_of_the_query_is_marked_by_its_beginning(text, data):
    shown = display(text)
    for word in words(unaccented(normalise(text))):
        part = word[: data.draw(st.integers(1, len(word)))]
        pieces = marked(shown, [part])
        assert len(pieces) == 1
        assert unaccented(normalise(pieces[0])).startswith(part) or unspaced_runs(part)
