"""Vocabularies, grammar and keyboard: queries a person could have typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.simulation import Parameters
from suggest.simulation.draws import Draws, zipf
from suggest.simulation.intents import BARE, Grammar, wider
from suggest.simulation.keystrokes import Habits, plain_accents, slip, typed
from suggest.simulation.language import TOPICS, load_language, load_names
from suggest.simulation.rhythm import _UTC_OFFSET_H

CODES = [code for code, _ in Parameters().language_shares]
PLAIN = Habits(typo_rate=0, plain_accents=False, title_case=False, abbreviates=False, patience=2)


@pytest.fixture(params=CODES)
def grammar(request) -> Grammar:
    return Grammar(load_language(request.param), load_names(), Parameters())


def test_language_patterns_have_a_place_for_the_thing(grammar):
    language = grammar.language
    patterns = [*language.patterns, *language.product_patterns, *language.person_patterns, *language.trend_patterns]
    patterns += [*language.titles]
    for topic in TOPICS:
        patterns += language.topics[topic].intents
    assert all(pattern.count("{e}") == 1 for pattern in patterns)
    assert all("{n}" in pattern for pattern in language.trend_patterns)
    assert all("{e}" in pattern or "{n}" in pattern for pattern in language.comments)


def test_language_words_are_distinct_and_filled(grammar):
    language = grammar.language
    assert all(locale in _UTC_OFFSET_H for locale in language.locales)
    for topic in TOPICS:
        vocabulary = language.topics[topic]
        for words in (vocabulary.entities, vocabulary.intents, vocabulary.varieties):
            assert len(set(words)) == len(words) >= 4
            assert all(word.strip() == word != "" for word in words)


def test_names_are_distinct_over_all_topics():
    names = [name for named in load_names().values() for name in named.names]
    assert len(set(names)) == len(names)
    assert load_names().keys() == set(TOPICS)


def test_grammar_fills_every_slot_and_leaves_no_double_space(grammar):
    draws = Draws(1)
    for topic in TOPICS:
        for _ in range(100):
            text = grammar.text(grammar.want(topic, draws))
            assert "{" not in text
            assert " ".join(text.split()) == text


def test_grammar_mostly_asks_different_things(grammar):
    """A long tail: of 2,000 wishes about a topic, hundreds are worded only once."""
    draws = Draws(2)
    texts = [grammar.text(grammar.want("food", draws)) for _ in range(2000)]
    assert sum(texts.count(text) == 1 for text in set(texts)) > 500


def test_narrower_then_wider_ends_at_the_bare_thing(grammar):
    draws = Draws(3)
    intent = grammar.about("music", grammar.language.topics["music"].entities[0], draws)
    longer = grammar.narrower(grammar.narrower(intent, draws), draws)
    assert longer.variety
    assert longer.tail
    assert wider(wider(wider(longer))) == intent._replace(pattern=BARE, variety="", tail="")


@given(st.text(), st.integers(0, 1000))
def test_slip_changes_at_most_two_characters_and_white_space(text, seed):
    slipped = slip(text, Draws(seed))
    if slipped != text:
        assert len(text) >= 4
        assert abs(len("".join(slipped.split())) - len("".join(text.split()))) <= 1


@given(st.text())
def test_plain_accents_keeps_other_scripts(text):
    plain = plain_accents(text)
    assert len(plain) == len(text)
    assert all(new == old or new.isascii() for new, old in zip(plain, text, strict=True))


def test_plain_accents_drops_those_of_latin_letters():
    assert plain_accents("cómo cuidar uñas, très été, ёжик, हिंदी") == "como cuidar unas, tres ete, ёжик, हिंदी"


def test_typed_abbreviates_and_capitalises_by_habit():
    habits = Habits(typo_rate=0, plain_accents=False, title_case=True, abbreviates=True, patience=2)
    assert typed("cake without oven", habits, (("without", "w/o"),)) == "Cake w/o oven"
    assert typed("Cake without oven", PLAIN, (("without", "w/o"),)) == "cake without oven"


def test_draws_are_the_bits_of_pcg64():
    """The first numbers of a seed are pinned: a change would change every world."""
    draws = Draws(1)
    assert [draws.below(1000) for _ in range(6)] == [511, 950, 144, 948, 311, 423]


def test_zipf_picks_by_rank():
    draws, values = Draws(4), ["a", "b", "c"]
    picks = [zipf(values, 1.0).pick(draws) for _ in range(3000)]
    shares = [picks.count(value) / 3000 for value in values]
    assert shares == pytest.approx([6 / 11, 3 / 11, 2 / 11], abs=0.03)


@given(st.lists(st.integers(), max_size=50), st.integers(0, 100))
def test_shuffle_keeps_the_values(values, seed):
    mixed = list(values)
    Draws(seed).shuffle(mixed)
    assert sorted(mixed) == sorted(values)
