"""Names in texts: laws that hold for any weights, and what the weights that ship find."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from suggest.text import tagger_words
from suggest.text.tagger import Tagger
from suggest.text.tagger_features import BITS
from suggest.text.tagger_language import LANGUAGES
from suggest.text.tagger_lattice import N_TAGS
from suggest.text.tagger_tokens import TokenKind, tokenise
from suggest.text.tagger_weights import FORMAT, TaggerWeights, class_table, load_weights, quantised, save_weights

TEXTS = st.text(st.sampled_from("aB1 .@#:/'天气क्षम\u200cیبت😀\ud800\u0301"), max_size=40) | st.text(max_size=40)


def random_weights(seed=0):
    rng = np.random.default_rng(seed)
    table = rng.integers(-20, 20, (1 << BITS, N_TAGS), np.int8)
    words, classes = class_table({"rome": [1, 2], "ann": [3, 0]})
    steps = rng.normal(size=(N_TAGS, N_TAGS)).astype(np.float32)
    return TaggerWeights(table, 0.02, steps, 0.25, 0.0, words, classes)


@pytest.fixture(scope="module")
def noisy():
    """A tagger that finds something nearly everywhere."""
    return Tagger(dict.fromkeys(LANGUAGES, random_weights()))


@given(text=TEXTS)
@settings(max_examples=150)
def test_tag_gives_ascending_tokens_outside_masks(noisy, text):
    tokens = tokenise(text)
    names = noisy.tag(text, tokens)
    edges = [edge for name in names for edge in (name.start, name.end)]
    assert edges == sorted(edges)
    assert {name.start for name in names} <= {token.start for token in tokens}
    assert {name.end for name in names} <= {token.end for token in tokens}
    assert all(0 <= name.probability <= 1 for name in names)
    masked = [token for token in tokens if token.kind in {TokenKind.URL, TokenKind.MENTION}]
    assert not any(name.start < token.end and token.start < name.end for name in names for token in masked)


@given(text=TEXTS)
@settings(max_examples=50)
def test_tag_does_not_depend_on_what_was_read_before(noisy, text):
    fresh = Tagger(noisy.weights)
    assert fresh.tag(text, tokenise(text)) == noisy.tag(text, tokenise(text))


def test_tag_is_the_same_when_few_words_are_kept(noisy, monkeypatch):
    monkeypatch.setattr(tagger_words, "_KEPT", 2)
    text = "Ann went to Rome and Ann stayed in Rome with Bob and Carol"
    small = Tagger(noisy.weights)
    for _ in range(3):
        assert small.tag(text, tokenise(text)) == noisy.tag(text, tokenise(text))


def test_tag_finds_nothing_without_weights_or_tokens(noisy):
    assert Tagger({}).tag("Ann", tokenise("Ann")) == []
    assert noisy.tag("", []) == []
    assert noisy.tag("это Анна", tokenise("это Анна")) == []


def test_reading_knows_how_likely_any_span_is(noisy):
    text = "Ann went to Rome"
    reading = noisy.read(text, tokenise(text))
    for name in reading.names():
        assert reading.probability(name.start, name.end) == name.probability
    assert reading.probability(0, 2) == 0  # ends within a word
    assert reading.probability(3, 8) == 0  # begins between words
    assert reading.probability(40, 50) == 0
    assert reading.probability(8, 4) == 0


def test_reading_probabilities_of_spans_at_one_word_add_up_to_one_at_most(noisy):
    text = "Ann went to Rome"
    reading = noisy.read(text, tokenise(text))
    starts, ends = [0, 4, 9, 12], [3, 8, 11, 16]
    for at in range(4):
        covering = [reading.probability(start, end) for start in starts[: at + 1] for end in ends[at:]]
        assert 0 < sum(covering) <= 1 + 1e-9


def test_more_names_are_found_where_outside_weighs_less(noisy):
    text = "Ann and Bob went to Rome , then home to the sea and on to nowhere at all"
    counts = []
    for outside in (-20.0, 0.0, 20.0):
        eager = Tagger({"en": replace(noisy.weights["en"], outside=outside)})
        counts.append(sum(name.end - name.start for name in eager.tag(text, tokenise(text))))
    assert counts[0] == 0
    assert counts == sorted(counts)


def test_names_less_likely_than_the_least_are_left_out(noisy):
    text = "Ann and Bob went to Rome , then home to the sea and on to nowhere at all"
    names = noisy.tag(text, tokenise(text))
    least = sorted(name.probability for name in names)[len(names) // 2]
    strict = Tagger({"en": replace(noisy.weights["en"], least=least)})
    assert strict.tag(text, tokenise(text)) == [name for name in names if name.probability >= least]


def test_weights_come_back_from_a_file_as_they_were(tmp_path):
    weights = random_weights()
    weights.table[::3] = 0
    save_weights(tmp_path / "a.npz", weights)
    save_weights(tmp_path / "b.npz", load_weights(tmp_path / "a.npz"))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    again = load_weights(tmp_path / "a.npz")
    assert np.array_equal(again.table, weights.table)
    assert (again.unit, again.outside, again.least) == (weights.unit, weights.outside, weights.least)
    assert again.classes_of("rome") == ["0.1", "1.2"]
    assert again.classes_of("paris") == []


def test_weights_of_another_format_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", format=np.array(99))
    with pytest.raises(ValueError, match=f"format {FORMAT}, got 99"):
        load_weights(tmp_path / "a.npz")


@given(st.lists(st.floats(-50, 50, width=32), min_size=1, max_size=20))
@example([1e-45])
@example([2e-43, 1e-45])
def test_quantised_weights_are_near_what_they_were(values):
    weights = np.array(values, np.float32)
    whole, unit = quantised(weights)
    assert np.abs(whole * unit - weights).max() <= unit * 0.5001


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("just met Taylor Swift in London with my sister", ["Taylor Swift", "London"]),
        ("no idea what you mean by that , it was fine", []),
        ("王菲在北京唱歌", ["王菲", "北京"]),
        ("من از ایران به آلمان رفتم", ["ایران", "آلمان"]),
        ("उनका जन्म मुंबई में हुआ था।", ["मुंबई"]),
    ],
)
def test_default_finds_names_in_four_languages(text, names):
    tokens = tokenise(text)
    assert [text[name.start : name.end] for name in Tagger.default().tag(text, tokens)] == names


def test_default_is_read_once():
    assert Tagger.default() is Tagger.default()
    assert tuple(sorted(Tagger.default().weights)) == LANGUAGES
