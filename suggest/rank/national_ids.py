"""Numbers that a state or bank gave to one person, told from others by their checksums.

Source: the numbers' official definitions, as the Wikipedia articles on each cite them; ISO 7064 for the
pure systems, ISO 13616 for IBAN and its lengths, Verhoeff (1969) for Aadhaar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date

_Check = Callable[[str], bool]

_DNI_LETTERS = "trwagmyfpdxbnjzsqvhlcke"
_NINO_UNUSED = frozenset({"bg", "gb", "kn", "nk", "nt", "tn", "zz"})
# Values of the characters at odd places of a codice fiscale, of 0 to 9 and of a to z.
_CF_ODD_DIGITS = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)
_CF_ODD_LETTERS = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
_IBAN_LENGTHS = {
    country[:2]: int(country[2:])
    for country in (  # noqa: SIM905 - seventy quoted words would hide the table
        "ad24 ae23 al28 at20 az28 ba20 be16 bg22 bh22 br29 by28 ch21 cr22 cy28 cz24 de22 dk18 do28 ee20 eg29 es24 "
        "fi18 fo18 fr27 gb22 ge22 gi23 gl18 gr27 gt28 hr21 hu28 ie22 il23 iq23 is26 it27 jo30 kw30 kz20 lb28 lc32 "
        "li21 lt20 lu20 lv21 mc27 md24 me22 mk19 mr27 mt31 mu30 nl18 no15 pk24 pl28 ps29 pt25 qa29 ro24 rs22 sa24 "
        "sc31 se24 si19 sk24 sm27 st25 sv28 tn24 tr26 ua29 va22 vg24 xk20"
    ).split()
}
# Multiplication in the dihedral group of ten elements: 0 to 4 turn, 5 to 9 mirror.
_VERHOEFF_SHIFT = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def national_id(text: str) -> str | None:
    """The kind of the first national id or IBAN in a key, e.g. `br_cpf`, or None.

    Args:
        text: a key whose digits are ASCII.

    Returns:
        A name of `NATIONAL_IDS`. Cost: 6 µs.
    """
    for name, (pattern, is_valid) in _KINDS.items():
        for match in pattern.finditer(text):
            if is_valid(re.sub(r"[\W_]", "", match[0])):
                return name
    return None


def _weighted(digits: str, weights: Iterable[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _is_short_date(digits: str) -> bool:
    """Six digits, year first; in one of the two centuries: a leap day counts."""
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    return _is_date(2000 + year, month, day) or _is_date(1900 + year, month, day)


def luhn(digits: str) -> bool:
    """Whether the last digit is right. Source: ISO/IEC 7812-1, annex B."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (doubled + sum(map(int, digits[-1::-2]))) % 10 == 0


def _verhoeff(digits: str) -> bool:
    total = 0
    for place, char in enumerate(reversed(digits)):
        digit = int(char)
        for _ in range(place % 8):
            digit = _VERHOEFF_SHIFT[digit]
        total = _dihedral(total, digit)
    return total == 0


def _dihedral(left: int, right: int) -> int:
    turned = (left - right if left >= 5 else left + right) % 5  # noqa: PLR2004 - the mirrored half
    return turned + 5 * ((left >= 5) != (right >= 5))  # noqa: PLR2004


def _de_tax_id(digits: str) -> bool:
    """ISO 7064 mod 11, 10; of the first ten digits one occurs two or three times."""
    repeated = [n for n in map(digits[:10].count, set(digits[:10])) if n > 1]
    if repeated not in ([2], [3]):
        return False
    product = 10
    for digit in digits[:10]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(digits[10])


def _fr_nir(text: str) -> bool:
    number = text[:13].replace("2a", "19").replace("2b", "18")
    return 97 - int(number) % 97 == int(text[13:])


def _es_dni(text: str) -> bool:
    number = text[:-1].translate(str.maketrans("xyz", "012"))
    return _DNI_LETTERS[int(number) % 23] == text[-1]


def _it_codice_fiscale(text: str) -> bool:
    odd = sum(_CF_ODD_DIGITS[int(char)] if char.isdigit() else _CF_ODD_LETTERS[ord(char) - 97] for char in text[:15:2])
    even = sum(int(char) if char.isdigit() else ord(char) - 97 for char in text[1:15:2])
    return (odd + even) % 26 == ord(text[15]) - 97


def _nl_bsn(digits: str) -> bool:
    return _weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0 and int(digits) > 0


def _mod_11_digit(digits: str, weights: Iterable[int]) -> int:
    return -_weighted(digits, weights) % 11 % 10


def _br_cpf(digits: str) -> bool:
    checks = _mod_11_digit(digits, range(10, 1, -1)), _mod_11_digit(digits, range(11, 1, -1))
    return len(set(digits)) > 1 and digits[9:] == f"{checks[0]}{checks[1]}"


def _br_cnpj(digits: str) -> bool:
    weights = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
    checks = _mod_11_digit(digits, weights[1:]), _mod_11_digit(digits, weights)
    return len(set(digits)) > 1 and digits[12:] == f"{checks[0]}{checks[1]}"


def _pl_pesel(digits: str) -> bool:
    century, month = divmod(int(digits[2:4]), 20)
    year = (1900, 2000, 2100, 2200, 1800)[century] + int(digits[:2])
    weights = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
    return _is_date(year, month, int(digits[4:6])) and _weighted(digits, weights) % 10 == 0


def _se_personnummer(digits: str) -> bool:
    return _is_short_date(digits[-10:]) and luhn(digits[-10:])


def _cn_resident(text: str) -> bool:
    weights = [2**place % 11 for place in range(17, 0, -1)]
    check = "10x98765432"[_weighted(text[:17], weights) % 11]
    return _is_date(int(text[6:10]), int(text[10:12]), int(text[12:14])) and text[17] == check


def _kr_resident(digits: str) -> bool:
    """Since October 2020 the last digit is drawn: shape and date must do, and the shape is rare."""
    return _is_short_date(digits)


def _jp_my_number(digits: str) -> bool:
    remainder = _weighted(digits[:11], (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return int(digits[11]) == (0 if remainder <= 1 else 11 - remainder) and len(set(digits)) > 1


def _tr_kimlik(digits: str) -> bool:
    odd, even = sum(map(int, digits[0:9:2])), sum(map(int, digits[1:8:2]))
    return (7 * odd - even) % 10 == int(digits[9]) and sum(map(int, digits[:10])) % 10 == int(digits[10])


def _iban(text: str) -> bool:
    """The text may run on into what follows: a country's length says where it ends. ISO 7064 mod 97, 10."""
    number = text[: _IBAN_LENGTHS.get(text[:2], 0)]
    if len(number) < _IBAN_LENGTHS.get(text[:2], len(text) + 1):
        return False
    return int("".join(str(int(char, 36)) for char in number[4:] + number[:4])) % 97 == 1


def _us_ssn(digits: str) -> bool:
    return digits[:3] not in ("000", "666") and digits[0] != "9" and digits[3:5] != "00" and digits[5:] != "0000"


_DIGITS_ONLY = r"(?<![\w.,-])(?:{})(?![\w-]|[.,]\d)"
_KINDS: dict[str, tuple[re.Pattern[str], _Check]] = {
    name: (re.compile(_DIGITS_ONLY.format(shape), re.ASCII), is_valid)
    for name, shape, is_valid in (
        ("iban", r"[a-z]{2}\d{2}(?:[ -]?[a-z0-9]){11,40}", _iban),
        ("us_ssn", r"\d{3}([ -])\d\d\1\d{4}", _us_ssn),
        (
            "uk_nino",
            r"[a-ceghj-prstw-z][a-ceghj-nprstw-z] ?\d\d ?\d\d ?\d\d ?[a-d]",
            lambda text: text[:2] not in _NINO_UNUSED,
        ),
        ("fr_nir", r"[12478] ?\d\d ?\d\d ?(?:\d\d|2[ab]) ?\d{3} ?\d{3} ?\d\d", _fr_nir),
        ("es_dni", r"(?:\d{8}|\d\d\.\d{3}\.\d{3}|[xyz][ -]?\d{7})[ -]?[a-hj-np-tv-z]", _es_dni),
        (
            "it_codice_fiscale",
            r"[a-z]{3} ?[a-z]{3} ?[\dl-np-v]{2}[a-ehlmprst][\dl-np-v]{2} ?[a-z][\dl-np-v]{3}[a-z]",
            _it_codice_fiscale,
        ),
        ("cn_resident", r"[1-8]\d{5} ?(?:19|20)\d{2}[01]\d[0-3]\d ?\d{3}[\dx]", _cn_resident),
        ("kr_resident", r"\d{6}-[1-8]\d{6}", _kr_resident),
        ("br_cnpj", r"\d{2}\.?\d{3}\.?\d{3}/?\d{4}-?\d\d", _br_cnpj),
        ("br_cpf", r"\d{3}([. ]?)\d{3}\1\d{3}[-/ ]?\d\d", _br_cpf),
        ("de_tax_id", r"[1-9]\d([ ]?)\d{3}\1\d{3}\1\d{3}", _de_tax_id),
        ("tr_kimlik", r"[1-9]\d{10}", _tr_kimlik),
        ("pl_pesel", r"\d{11}", _pl_pesel),
        ("se_personnummer", r"(?:19|20)?\d{6}[-+]?\d{4}", _se_personnummer),
        ("in_aadhaar", r"[2-9]\d{3}([ -]?)\d{4}\1\d{4}", _verhoeff),
        ("jp_my_number", r"\d{4}([ -]?)\d{4}\1\d{4}", _jp_my_number),
        ("nl_bsn", r"\d{9}|\d{4}\.\d\d\.\d{3}", _nl_bsn),
    )
}
NATIONAL_IDS = tuple(_KINDS)
"""What `national_id` answers with."""
