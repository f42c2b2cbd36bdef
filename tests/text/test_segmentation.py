"""Words: laws over all of Unicode, ICU as the oracle of the ASCII path, and a boundary test per language."""

import threading
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from suggest.text import word_spans, words
from suggest.text.segmentation import _icu_spans

ANYTHING = st.text(alphabet=st.characters(exclude_categories=()))
TRICKY = st.text(
    alphabet=st.sampled_from("aé1_.:,;'\" 周杰伦演唱東京のランチ\u3099\u0301ผู้ชายราคา👩\u200d💻🇩🇪\U00020bb7\ud83d\ude00")
)
TEXTS = ANYTHING | TRICKY


@given(TEXTS)
def test_spans_are_ascending_and_inside_the_text(text):
    spans = word_spans(text)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert words(text) == [text[start:end] for start, end in spans]


@given(TEXTS)
def test_every_letter_and_digit_is_in_a_word(text):
    covered = {position for start, end in word_spans(text) for position in range(start, end)}
    outside = [char for position, char in enumerate(text) if position not in covered]
    assert not any(char.isascii() and char.isalnum() for char in outside)
    assert not any(char in "周杰伦演唱東京のランチราคา" for char in outside)


@given(st.text(alphabet=st.characters(max_codepoint=127)) | st.text(alphabet="aB1_.:,;'\"- "))
@example("rock'n'roll 3.14 1,000 example.com a_b x1.2 it's:so 3:4")
def test_ascii_path_equals_icu(text):
    assert word_spans(text) == _icu_spans(text)


@given(st.text(alphabet="ab周杰伦 演唱会👩\U00020bb7", max_size=12))
def test_characters_beyond_the_basic_plane_do_not_shift_spans(text):
    """Offsets are code points, although ICU counts UTF-16 units."""
    assert [(start + 2, end + 2) for start, end in word_spans(text)] == word_spans(f"👩 {text}")


def test_words_of_phrases():
    assert words("New York-style pizza!") == ["New", "York", "style", "pizza"]
    assert words("привет, как дела?") == ["привет", "как", "дела"]
    assert words("周杰伦演唱会门票") == ["周杰伦", "演唱会", "门票"]
    assert words("東京駅のランチ") == ["東京", "駅", "の", "ランチ"]
    assert words("ราคาทองวันนี้")[:2] == ["ราคา", "ทอง"]
    assert words(" 😍 !? ") == words("") == []


def test_words_can_be_asked_for_in_several_threads_at_once():
    text = "周杰伦演唱会门票 и ещё ราคาทอง"
    expected, found = words(text), []
    threads = [threading.Thread(target=lambda: found.extend(words(text) for _ in range(200))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 800


def _inner_boundaries(parts: list[str]) -> set[int]:
    return set(accumulate(map(len, parts[:-1])))


@pytest.mark.parametrize("language", ["zh", "ja", "th"])
def test_boundary_f1_of_scripts_without_spaces_is_at_least_0_9(language):
    """The phrases and the rules by which they were cut are of our own making: see docs/text.md."""
    phrases = (Path(__file__).parent / "boundaries" / f"{language}.txt").read_text("utf-8").splitlines()
    assert len(phrases) >= 40
    n_right = n_found = n_true = 0
    for phrase in phrases:
        gold = phrase.split("|")
        true, found = _inner_boundaries(gold), _inner_boundaries(words("".join(gold)))
        n_right, n_found, n_true = n_right + len(true & found), n_found + len(found), n_true + len(true)
    f1 = 2 * n_right / (n_found + n_true)
    assert f1 >= 0.9, f"{language}: F1 {f1:.3f}, precision {n_right / n_found:.3f}, recall {n_right / n_true:.3f}"
