"""Numbers of states and banks: published examples, and how often a wrong digit or an ordinary number passes."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.rank.national_ids import NATIONAL_IDS, national_id
from suggest.rank.personal_data import find_personal_data, personal_data

EXAMPLES = {
    "iban": "GB29 NWBK 6016 1331 9268 19",
    "us_ssn": "123-45-6789",
    "uk_nino": "AB 12 34 56 C",
    "fr_nir": "2 55 08 14 168 025 38",
    "es_dni": "54362315-K",
    "it_codice_fiscale": "RCCMNL83S18D969H",
    "cn_resident": "11010519491231002X",
    "kr_resident": "971013-9019902".replace("-9", "-1"),
    "br_cnpj": "16.727.230/0001-97",
    "br_cpf": "390.533.447-05",
    "de_tax_id": "36 574 261 809",
    "tr_kimlik": "17291716060",
    "pl_pesel": "44051401359",
    "se_personnummer": "880320-0016",
    "in_aadhaar": "2341 2341 2346",
    "jp_my_number": "6214 9832 0257",
    "nl_bsn": "1112.22.333",
}
NO_CHECKSUM = {"us_ssn", "uk_nino", "kr_resident"}


def test_every_kind_has_an_example():
    assert set(EXAMPLES) == set(NATIONAL_IDS)


@pytest.mark.parametrize(("kind", "number"), EXAMPLES.items())
def test_examples_are_found_within_a_query(kind, number):
    for query in (number, f"what is {number}?", f"{number} lost"):
        assert national_id(query.lower()) == kind
    assert find_personal_data(number.lower(), "standard") is not None


@pytest.mark.parametrize("kind", sorted(set(EXAMPLES) - NO_CHECKSUM - {"br_cpf", "br_cnpj"}))
def test_one_wrong_digit_is_no_id_of_the_kind(kind):
    """All checksums but the Brazilian ones, where remainders 0 and 1 share a digit, notice a single wrong digit."""
    number = EXAMPLES[kind].lower()
    for place in [place for place, char in enumerate(number) if char.isdigit()]:
        for digit in set("0123456789") - {number[place]}:
            assert national_id(number[:place] + digit + number[place + 1 :]) != kind


@pytest.mark.parametrize(
    "query",
    [
        "GB29 NWBK 6016 1331 9268 18",
        "000-12-3456",
        "BG 12 34 56 C",
        "111.111.111-11",
        "rtx 4090 vs 3090 ti",
        "iphone 15 pro max 256gb",
        "flight ba2490 12 34 56",
        "win10 22h2 19045",
    ],
)
def test_other_numbers_are_none(query):
    assert national_id(query.lower()) is None


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_is_answered(text):
    assert national_id(text) in {None, *NATIONAL_IDS}


def test_few_model_numbers_look_like_an_id():
    """Up to eight digits with letters around, as products have them: below two in a thousand."""
    draw = random.Random(0)
    letters, digits = "abcdefghijklmnopqrstuvwxyz", "0123456789"
    models = [
        "".join(draw.choices(letters, k=draw.randint(1, 3)) + draw.choices(digits, k=draw.randint(2, 8)))
        + draw.choice(["", "", draw.choice(letters)])
        for _ in range(20_000)
    ]
    assert sum(national_id(model) is not None for model in models) < 40


def test_a_finding_names_the_pattern():
    assert personal_data("390.533.447-05", "standard") == ("national_id", "br_cpf")
    assert personal_data("password: x", "standard") == ("secret", "password")
    assert personal_data("bob@example.com", "standard") == ("mail", "address")
