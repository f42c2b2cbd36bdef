"""Does a query hold what belongs to one person? docs/policy.md lists what each level finds and lets pass."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise
from typing import Literal, NamedTuple

import icu

from suggest.rank.national_ids import luhn, national_id

Safety = Literal["strict", "standard", "off"]
SAFETY_LEVELS: tuple[Safety, ...] = ("strict", "standard", "off")
REASONS = frozenset({"mail", "phone", "card", "national_id", "digits", "secret"})
"""What `find_personal_data` answers with; each is counted under its name."""


class Finding(NamedTuple):
    """What was found: the reason, and the name of the pattern within it."""

    reason: str
    pattern: str


# Unicode gives the ten digits of a script ten code points in a row.
_ZEROS = [ord(zero) for zero in icu.UnicodeSet("[[:Nd:]&[:Numeric_Value=0:]]")]
_TO_ASCII_DIGITS = {zero + value: str(value) for zero in _ZEROS for value in range(10)}
_ANY_DIGIT = "".join(f"{chr(zero)}-{chr(zero + 9)}" for zero in _ZEROS)


def _prefilter(digit: str) -> str:
    return (
        "[@:=]"  # mail, `password: x`, addresses with parameters
        f"|[{digit}](?:[^{digit}]{{0,3}}[{digit}]){{5}}"  # six digits close together
        f"|[{digit}]{{1,3}}(?:[.][{digit}]{{1,3}}){{3}}"  # network addresses
        "|[A-Za-z0-9_/+.-]{16}"  # long tokens
        "|-----"
    )


PERSONAL_DATA_PREFILTER = _prefilter(_ANY_DIGIT)
"""Matches every key in which `find_personal_data` could find something, and few others.

One expression in the syntax that RE2 (DuckDB's `regexp_matches`) and Python's `re` share, so that a
build asks Python about a small part of its rows.
"""
# The same once all digits are ASCII: a class of seventy scripts takes Python ten times as long.
_PREFILTER = re.compile(_prefilter("0-9"))
# All that is found holds one of these or five dashes: a token without a digit is not taken for random.
# Most queries end here.
_ANY_SIGN = re.compile(r"[\d@:=_]")

_MAIL = re.compile(r"[^\s@]\s?@\s?[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}")
_MAIL_LIKE = re.compile(r"[^\s@]@\w|@\w+\.\w")

_KEYWORDS = (
    "password|passwd|passcode|passphrase|pwd|api[ _-]?key|(?:access|auth|bearer|secret|refresh)[ _-]?token"
    "|(?:client|app|aws|shared)[ _-]secret|secret[ _-]?(?:access[ _-])?key|private[ _-]?key"
    "|passwort|kennwort|mot de passe|contraseña|senha|hasło|wachtwoord|пароль"
    "|密码|密碼|パスワード|비밀번호|รหัสผ่าน|پاسورد|كلمة المرور"
)
_SECRET = re.compile(
    f"(?P<password>(?:{_KEYWORDS})\\s?[:=]\\s?\\S)"
    r"|(?P<private_key>-----begin|\bage-secret-key-1\w{20})"
    r"|(?P<web_token>\beyj[\w-]{6,}\.[\w-]{6,})"  # JSON web tokens: `{"` in base64
    r"|(?P<authorization>\b(?:bearer|basic)\s[\w+/.-]*\d[\w+/.=-]{18,})"
    r"|(?P<service_key>"
    r"\b(?:akia|asia)[0-9a-z]{16}\b"
    r"|\b(?:github_pat_|glpat-|gldt-|xox[abeoprs]-|xapp-|ya29\.|gocspx-|whsec_|hvs\.|ntn_|dp\.pt\.)[\w-]{16,}"
    r"|\b(?:gh[opsur]_|npm_|hf_|pypi-|[rs]k_(?:live|test)_|sk-(?:proj-|ant-)?|do[opr]_v1_|shp(?:at|ca|pa|ss)_)[a-z0-9]{16,}"
    r"|\b(?:lin_api_|figd_|glsa_|nrak-|pmak-|sbp_|gsk_|xai-|pscale_tkn_|sq0(?:atp|csp)-|key-|dapi|sk|ac)[0-9a-f]{32}"
    r"|\baiza[\w-]{30,}"
    r"|\bsg\.[\w-]{16,}\.[\w-]{16,}"
    r"|\bhooks\.slack\.com/services/t\w+/b\w+/\w+|/api/webhooks/\d+/[\w-]{16}"
    r"|\b\d{8,10}:aa[\w-]{30,}"  # a Telegram bot
    r"|\b[0-9a-f]{32}-us\d\d?\b"
    r"|\b(?:accountkey|sharedaccesskey|sig)=[\w+/%-]{16,})"
    r"|(?P<address_with_password>://[^\s/@:]+:[^\s/@]+@)"
    r"|(?P<uuid>\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)",
    re.IGNORECASE | re.ASCII,
)
_TOKEN = re.compile(r"[A-Za-z0-9_/+-]{16,}")
_MIN_TOKEN_CHARS = {"standard": 20, "strict": 16}
# In a random token, letter and digit change places at 0.4 of its characters (lower case), and small
# letter, capital and digit at 0.6; in words with numbers at 0.2.
# Neighbours of punctuation are not counted. Repetitions carry less than 3 bits a character.
_MIN_CHANGES = 0.25
_MIN_CASED_CHANGES = 0.5
_MIN_BITS = 3.0

_YEAR = r"(?:19|20)\d\d"
_DATES = re.compile(
    rf"(?<![\d.])(?:{_YEAR}([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])"
    rf"|(?:0?[1-9]|[12]\d|3[01])([-/.])(?:0?[1-9]|[12]\d|3[01])\2{_YEAR})(?!\d)"
    rf"|(?<!\d)(?<!\d[ ./-]){_YEAR}(?:[ /-]{_YEAR})+(?![ ./-]?\d)"
)
_ISBN = re.compile(r"(?<!\d)97[89](?:[ -]?\d){10}(?!\d)")
_PHONE = re.compile(
    r"\+\s?\d(?:[ ()./-]{0,2}\d){6,14}(?!\d)"  # international
    r"|(?<![\d.])\(?0\d(?:[ ()./-]{0,2}\d){7,11}(?!\d)"  # national, with a trunk zero or two zeros for +
    r"|(?<!\d)(?:1[ .-])?\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}(?!\d)"  # North America
    r"|(?<!\d)1[3-9]\d([ -]?)\d{4}\1\d{4}(?!\d)"  # China, mobile
    r"|(?<!\d)\(?\d{2}\)? \d{4,5}-\d{4}(?!\d)"  # Brazil
)
_CARD_DIGITS = range(13, 20)
_NUMBER = re.compile(r"\d+(?:[ ()./-]{1,3}\d+)*")
_LONG_RUN = re.compile(
    r"(?<!\d)(?<!\d\.)\d{9,}"  # no decimals: pi is public
    r"|(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)"  # the shape of a social security number
    r"|(?<!\d)\d{4}[ -]\d{4}[ -]\d{4}(?!\d)"  # of a national id
)
_STRICT_RUN = re.compile(r"\d{6,}|\d(?:[ ()./-]{0,2}\d){6,}|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
_PARAMETERS = re.compile(r"\S\.\w{2,}\S*[?&]\w+=\S|^\S*[?&]\w+=\S+$")


def find_personal_data(key: str, level: Safety, surface: str | None = None) -> str | None:
    """The reason of `personal_data`, or None."""
    finding = personal_data(key, level, surface)
    return finding and finding.reason


def personal_data(key: str, level: Safety, surface: str | None = None) -> Finding | None:
    """Why a query must not be shown to others, or None.

    Digits of every script count. A pure function of its arguments.

    Args:
        key: the key of the query.
        level: `strict`, `standard`, or `off`, which finds nothing.
        surface: the query as typed, where it is known: a random token shows in its capitals too.

    Returns:
        The first that holds of `secret`, `mail`, `card`, `national_id`, `phone`, `digits`. Cost: 0.5 µs for
        most queries, 15 µs for those that `PERSONAL_DATA_PREFILTER` matches.
    """
    if level == "off" or not (_ANY_SIGN.search(key) or "-----" in key):
        return None
    if not key.isascii():
        key = key.translate(_TO_ASCII_DIGITS)
    if not _PREFILTER.search(key):
        return None
    return _secret(key, level, surface) or _mail(key, level) or _number(key, level)


def mask(text: str, reason: str) -> str:
    """A refused query fit for an audit: its shape without its content, e.g. `j***@***` or `+** *** ****`.

    Words keep their first character, words with digits their length and punctuation. A text refused for
    another reason than personal data is returned as it is.
    """
    if reason not in REASONS:
        return text
    return re.sub(r"\S+", _masked_word, text)


def _masked_word(match: re.Match[str]) -> str:
    word = match[0]
    if "@" in word:
        return re.sub(r"^[\d@]", "", word[:1]) + "***@***"
    return re.sub(r"\w", "*", word) if re.search(r"\d", word) else f"{word[0]}***"


def _secret(key: str, level: Safety, surface: str | None) -> Finding | None:
    if secret := _SECRET.search(key):
        return Finding("secret", secret.lastgroup or "")
    if _has_random_token(key, level) or (surface and _has_random_token(surface, level)):
        return Finding("secret", "random_token")
    if level == "strict" and _PARAMETERS.search(key):
        return Finding("secret", "parameters")
    return None


def _mail(key: str, level: Safety) -> Finding | None:
    is_found = _MAIL.search(key) or (level == "strict" and _MAIL_LIKE.search(key))
    return Finding("mail", "address") if is_found else None


def _number(text: str, level: Safety) -> Finding | None:
    text = _DATES.sub("x", text)
    if level == "standard":
        text = _ISBN.sub(_without_isbn, text)
    numbers = _NUMBER.findall(text)
    if any(_has_card(number) for number in numbers):
        return Finding("card", "luhn")
    if kind := national_id(text):
        return Finding("national_id", kind)
    if _PHONE.search(text):
        return Finding("phone", "number")
    if any(map(_LONG_RUN.search, numbers)):
        return Finding("digits", "long")
    if level == "strict" and _STRICT_RUN.search(text):
        return Finding("digits", "short")
    return None


def _has_card(number: str) -> bool:
    """Whether groups of digits that stand together make a card number: 13 to 19 digits with a Luhn checksum."""
    groups = re.split(r"\D+", number)
    for first in range(len(groups)):
        digits = ""
        for group in groups[first:]:
            digits += group
            if len(digits) > _CARD_DIGITS[-1]:
                break
            if len(digits) in _CARD_DIGITS and set(digits) != {"0"} and luhn(digits):
                return True
    return False


def _without_isbn(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match[0])
    checksum = sum(int(digit) * (3 if position % 2 else 1) for position, digit in enumerate(digits))
    return "x" if checksum % 10 == 0 else match[0]


def _has_random_token(text: str, level: Safety) -> bool:
    return any(len(token) >= _MIN_TOKEN_CHARS[level] and _looks_random(token) for token in _TOKEN.findall(text))


def _looks_random(token: str) -> bool:
    pairs = [pair for pair in pairwise(map(_kind, token)) if "mark" not in pair]
    n_cased = sum(left != right for left, right in pairs)
    n_changes = sum((left == "digit") != (right == "digit") for left, right in pairs)
    if n_changes < _MIN_CHANGES * len(token) and n_cased < _MIN_CASED_CHANGES * len(token):
        return False
    shares = [count / len(token) for count in Counter(token).values()]
    return -sum(share * math.log2(share) for share in shares) >= _MIN_BITS


def _kind(char: str) -> str:
    if char.isalpha():
        return "upper" if char.isupper() else "lower"
    return "digit" if char.isdigit() else "mark"
