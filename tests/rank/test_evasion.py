# ruff: noqa: RUF001 - letters that look like others are what these tests are about
"""Disguised words: every way of disguising a listed word is found, and no ordinary word is taken for one."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.rank.policy import Policy
from suggest.text import normalise

ANYTHING = st.text(alphabet=st.characters(exclude_categories=()), max_size=40)
LISTED = ["badword", "ugly", "nasty", "glibs", "toad", "silly"]
WORD = st.sampled_from(LISTED)
POLICY = Policy(blocklist=tuple(LISTED), safety="off", profanity=False)
SIGNS = {"a": "4@", "b": "8", "e": "3", "g": "9", "i": "1!", "l": "1|", "o": "0", "s": "5$", "t": "7+"}
LOOKALIKES = {"a": "аα", "o": "оο", "s": "ѕ", "i": "і", "d": "ԁ", "y": "у", "g": "ɡ"}


def _is_refused(query, policy=POLICY):
    return policy.refusal(normalise(query)) == "blocklist"


def _replaced(draw, word, signs):
    """The word with at least one and at most half of its letters replaced."""
    places = [place for place, char in enumerate(word) if char in signs]
    chosen = draw(st.sets(st.sampled_from(places), min_size=1, max_size=max(1, len(word) // 2)))
    return "".join(draw(st.sampled_from(signs[char])) if i in chosen else char for i, char in enumerate(word))


@given(st.data(), WORD)
def test_signs_for_letters_are_read(data, word):
    disguised = _replaced(data.draw, word, SIGNS)
    # At the edge of a token these are punctuation.
    assert _is_refused(f"so {disguised} here") or disguised[0] in "!|+" or disguised[-1] in "@!|+"


@given(st.data(), WORD)
def test_letters_that_look_alike_are_read(data, word):
    assert _is_refused(_replaced(data.draw, word, LOOKALIKES))


@given(WORD, st.text(" .-_*/~·", min_size=1, max_size=2), st.sampled_from(["", "so ", "ok, "]))
def test_single_letters_are_joined(word, separator, before):
    assert _is_refused(before + separator.join(word))


@given(WORD, st.integers(1, 3), st.sampled_from(".-_/"))
def test_punctuation_within_a_word_is_ignored(word, place, sign):
    assert _is_refused(f"so {word[:place]}{sign}{word[place:]}, yes")


@given(WORD, st.integers(0, 3), st.integers(2, 9))
def test_repeated_letters_are_one(word, place, n_more):
    assert _is_refused(word[:place] + word[place] * n_more + word[place:])


@given(WORD, st.integers(0, 3), st.sampled_from(["\u0301", "\u0336", "\u0308\u0323"]))
def test_marks_on_letters_are_ignored(word, place, marks):
    assert _is_refused(word[: place + 1] + marks + word[place + 1 :])


@given(st.lists(st.text("abdgilostuwy", min_size=1, max_size=8), min_size=1, max_size=3))
def test_a_query_of_plain_words_is_refused_for_those_words_alone(words):
    """Without three letters in a row that are one, or single letters, nothing is a disguise."""
    joined = " ".join(words)
    is_plain = all(char * 3 not in joined for char in joined) and all(len(word) > 1 for word in words)
    assert _is_refused(joined) == bool(set(words) & set(LISTED)) or not is_plain


@pytest.mark.parametrize(
    ("entry", "query"),
    [
        ("ass", "class"),
        ("ass", "cl@ss"),
        ("ass", "galaxy a55"),
        ("ass", "b a s s guitar"),
        ("hell", "he'll be back"),
        ("whore", "who're they"),
        ("the rapist", "therapist"),
        ("shit", "women's hit"),
        ("ano", "feliz año"),
        ("god", "good"),
        ("all", "1411"),
        ("cop", "сор"),
        ("bet", "3et 7"),
        ("sas", "545"),
    ],
)
def test_ordinary_words_are_not_taken_for_disguises(entry, query):
    assert not _is_refused(query, Policy(blocklist=(entry,), safety="off", profanity=False))


@pytest.mark.parametrize(
    ("entry", "query"),
    [
        ("bad", "b4d"),
        ("bad", "b.a.d"),
        ("bad", "baaad"),
        ("ass", "a$$"),
        ("ass", "@ss"),
        ("kill", "ki11 bill"),
        ("class action", "cl4ss act1on"),
        ("class action", "c l a s s a c t i o n"),
        ("хуй", "xуй"),
        ("größe", "grosse"),
        ("法轮功", "法.轮*功"),
        ("ugly", "u**y"),
        ("ugly", "ugly2024"),
        ("ugly", "ｕｇｌｙ"),
        ("ugly", "u\u200bgly"),
        ("ugly", "𝐮𝐠𝐥𝐲"),
    ],
)
def test_disguises_are_read(entry, query):
    assert _is_refused(query, Policy(blocklist=(entry,), safety="off", profanity=False))


@given(ANYTHING | st.text("a1l!|$@ .*-", max_size=256))
def test_any_query_is_answered(text):
    assert POLICY.refusal(normalise(text)) in {None, "blocklist"}


def test_an_allowlist_entry_excuses_a_disguise_as_it_is_written():
    policy = Policy(blocklist=("asap",), allowlist=("a$ap rocky",), profanity=False)
    assert policy.refusal("a$ap rocky") is None
    assert policy.refusal("a$ap") == "blocklist"


def test_marks_are_ignored_in_alphabets_only():
    """A virama or a voicing mark makes another word."""
    policy = Policy(blocklist=("कर्म", "はは"), safety="off", profanity=False)
    assert not _is_refused("करम", policy)
    assert not _is_refused(unicodedata.normalize("NFD", "ばば"), policy)
