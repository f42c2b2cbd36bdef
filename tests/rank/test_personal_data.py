# ruff: noqa: RUF001 - letters and digits of many scripts are what these tests are about
"""What counts as personal data: known cases both ways, and laws over generated ones."""

import hashlib
import re

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.rank import personal_data
from suggest.rank.personal_data import PERSONAL_DATA_PREFILTER, REASONS, find_personal_data, mask
from suggest.text import normalise

ANYTHING = st.text(alphabet=st.characters(exclude_categories=()))
SUSPICIOUS = st.text(alphabet=st.sampled_from("0123456789٤५ .-/()+@:=?&_abcxyzeyjsk"), max_size=40)
LEVELS = st.sampled_from(["standard", "strict"])


def _luhn_digit(digits: str) -> str:
    """The last digit of a card, found by trying all ten against the sum of the algorithm's other form."""
    table = "0246813579"
    for check in "0123456789":
        number = digits + check
        total = sum(int(table[int(d)]) if i % 2 else int(d) for i, d in enumerate(reversed(number)))
        if total % 10 == 0:
            return check
    raise AssertionError(digits)


CARDS = (
    st.text("0123456789", min_size=12, max_size=18)
    .filter(lambda digits: set(digits) != {"0"})
    .map(lambda digits: digits + _luhn_digit(digits))
)


@pytest.mark.parametrize(
    "query",
    [
        "iphone 15 pro max",
        "2024 world cup",
        "area 51",
        "1-800 contacts",
        "windows 10 22h2 19045.3930",
        "chrome 120.0.6099.109",
        "moon landing 1969-07-20",
        "12/25/2024 weather",
        "seasons 2019 2020 2021 2022",
        "978-0-306-40615-7",  # a valid ISBN
        "3.1415926535",
        "1920x1080 144hz",
        "rtx 4090 vs 3090 ti",
        "boeing 737 800 747 400",
        "1 2 3 4 5 6 7 8 9 10",
        "192.168.1.1",
        "meeting @ 5",
        "@nasa",
        "john 3:16",
        "c++ std::vector",
        "sk-ii facial treatment essence",
        "supercalifragilisticexpialidocious",
        "how-to-make-2-cakes-in-10-minutes",
        "watch?v=dqw4w9wgxcq",
        "forgot my password",
    ],
)
def test_standard_lets_ordinary_queries_with_numbers_pass(query):
    assert find_personal_data(query, "standard") is None


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("john.smith@example.com", "mail"),
        ("mail to jane @ example.org please", "mail"),
        ("josé@exämple.de", "mail"),
        ("+1 (555) 123-4567", "phone"),
        ("555-123-4567", "phone"),
        ("call 0171/1234567", "phone"),
        ("01 23 45 67 89", "phone"),
        ("+49 151 23456789", "phone"),
        ("13812345678", "phone"),
        ("4111 1111 1111 1111", "card"),
        ("visa 4111-1111-1111-1111 12/27 123", "card"),
        ("3782 822463 10005", "card"),
        ("123-45-6789", "national_id"),
        ("1234567890", "digits"),
        ("aadhaar 2345 6789 0123", "digits"),
        ("password: x", "secret"),
        ("wifi passwort=hunter2", "secret"),
        ("密码：abc123", "secret"),
        ("AKIAIOSFODNN7EXAMPLE", "secret"),
        ("ghp_" + hashlib.sha1(b"a", usedforsecurity=False).hexdigest()[:36], "secret"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-def", "secret"),
        ("-----BEGIN RSA PRIVATE KEY-----", "secret"),
        ("https://bob:hunter@example.com/", "secret"),
        ("123e4567-e89b-12d3-a456-426614174000", "secret"),
    ],
)
def test_standard_finds(query, reason):
    assert find_personal_data(normalise(query), "standard", query) == reason
    assert find_personal_data(normalise(query), "strict", query) is not None
    assert find_personal_data(normalise(query), "off", query) is None


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("order 123456", "digits"),
        ("867-5309", "digits"),
        ("192.168.1.1", "digits"),
        ("978-0-306-40615-7", "digits"),
        ("bob@home", "mail"),
        ("example.com/watch?v=abc", "secret"),
    ],
)
def test_strict_finds_what_standard_lets_pass(query, reason):
    assert find_personal_data(query, "standard") is None
    assert find_personal_data(query, "strict") == reason


@given(ANYTHING | SUSPICIOUS)
def test_strict_finds_all_that_standard_finds(text):
    key = normalise(text)
    assert find_personal_data(key, "standard") is None or find_personal_data(key, "strict") is not None


@given(CARDS, st.sampled_from(["", " ", "-", "."]), st.sampled_from([4, 5, 6]), LEVELS)
def test_every_number_with_a_luhn_checksum_is_refused(card, separator, width, level):
    """Also as a card with separators; where it happens to be an ISBN or a row of years, at least when strict."""
    shown = separator.join(card[i : i + width] for i in range(0, len(card), width))
    public = re.fullmatch(r"97[89].*", shown) or re.fullmatch(r"(?:(?:19|20)\d\d\D?)+\d{0,3}", shown)
    assert find_personal_data(shown, level) == "card" or public


@given(st.text("0123456789", min_size=12, max_size=18).filter(lambda digits: digits[0] in "3456"))
def test_a_number_without_a_luhn_checksum_is_no_card(digits):
    card = digits + _luhn_digit(digits)
    wrong = card[:-1] + str((int(card[-1]) + 1) % 10)
    assert find_personal_data(wrong, "standard") in {"digits", "phone", "national_id"}


@pytest.mark.parametrize("zero", ["٠", "۰", "०", "০", "๐", "０", "\U0001e950"])
def test_digits_of_every_script_count(zero):
    card = "4111 1111 1111 1111"
    spelled = "".join(chr(ord(zero) + int(char)) if char.isdigit() else char for char in card)
    assert find_personal_data(normalise(spelled), "standard") == "card"
    assert re.search(PERSONAL_DATA_PREFILTER, normalise(spelled))


def test_random_tokens_are_found_folded_and_more_often_as_typed():
    """Nine in ten random hexadecimal tokens of 32; a base 62 one shows in its capitals."""
    hexadecimal = [hashlib.md5(bytes([i]), usedforsecurity=False).hexdigest() for i in range(200)]
    assert sum(find_personal_data(token, "standard") == "secret" for token in hexadecimal) >= 180
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    typed = ["".join(alphabet[byte % 62] for byte in hashlib.sha256(bytes([i])).digest()) for i in range(200)]
    folded = sum(find_personal_data(normalise(token), "standard") == "secret" for token in typed)
    seen = sum(find_personal_data(normalise(token), "standard", token) == "secret" for token in typed)
    assert folded >= 100
    assert seen >= 180


@given(ANYTHING | SUSPICIOUS, LEVELS)
@settings(max_examples=400)
def test_prefilter_matches_everything_that_would_be_found_without_it(text, level):
    """The short cuts are switched off: what remains of the search finds nothing the prefilter misses."""
    key = normalise(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(personal_data, "_PREFILTER", re.compile(""))
        patch.setattr(personal_data, "_ANY_SIGN", re.compile(""))
        found = find_personal_data(key, level)
    sure = personal_data._ANY_SIGN.search(key) or "-----" in key
    assert found is None or re.search(PERSONAL_DATA_PREFILTER, key)
    assert find_personal_data(key, level) == (found if sure else None)


@given(st.lists((ANYTHING | SUSPICIOUS).map(normalise), min_size=1, max_size=20))
def test_prefilter_means_the_same_to_duckdb(keys):
    rows = duckdb.execute(
        "select regexp_matches(k, $1) from (select unnest($2) as k)", [PERSONAL_DATA_PREFILTER, keys]
    ).fetchall()
    assert [matched for (matched,) in rows] == [bool(re.search(PERSONAL_DATA_PREFILTER, key)) for key in keys]


def test_prefilter_lets_ordinary_queries_pass():
    for query in ("cheap flights to paris", "iphone 15 pro max", "wi-fi router 2024", "周杰伦演唱会门票"):
        assert not re.search(PERSONAL_DATA_PREFILTER, query)


@given(ANYTHING | SUSPICIOUS, st.sampled_from(sorted(REASONS)))
def test_mask_leaves_one_character_of_a_word_and_no_digit(text, reason):
    for before, after in zip(text.split(), mask(text, reason).split(), strict=True):
        assert not any(char.isdecimal() for char in after)
        left = [char for char in after if char.isalpha()]
        assert left in ([], [before[0]])


def test_mask_keeps_the_shape():
    assert mask("john.smith@example.com", "mail") == "j***@***"
    assert mask("call +49 151-234", "phone") == "c*** +** ***-***"
    assert mask("left as it is", "blocklist") == "left as it is"
