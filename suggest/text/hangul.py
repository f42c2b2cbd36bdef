"""Korean as it is typed: a syllable is up to five keystrokes, and each of them is a beginning.

A key holds composed syllables, and single jamo as the conjoining ones; here all are the compatibility jamo of
the two-set keyboard (KS X 5002), one a keystroke, so that every state of an input method while one types
`서울` (ㅅ, 서, 성, 서우, 서울) is a prefix of `ㅅㅓㅇㅜㄹ`.
"""

from __future__ import annotations

import re

_LEADS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS: tuple[str, ...] = ("ㅏ", "ㅐ", "ㅑ", "ㅒ", "ㅓ", "ㅔ", "ㅕ", "ㅖ", "ㅗ", "ㅗㅏ", "ㅗㅐ")
_VOWELS += ("ㅗㅣ", "ㅛ", "ㅜ", "ㅜㅓ", "ㅜㅔ", "ㅜㅣ", "ㅠ", "ㅡ", "ㅡㅣ", "ㅣ")
_TAILS: tuple[str, ...] = (
    "",
    "ㄱ",
    "ㄲ",
    "ㄱㅅ",
    "ㄴ",
    "ㄴㅈ",
    "ㄴㅎ",
    "ㄷ",
    "ㄹ",
    "ㄹㄱ",
    "ㄹㅁ",
    "ㄹㅂ",
    "ㄹㅅ",
    "ㄹㅌ",
)
_TAILS += ("ㄹㅍ", "ㄹㅎ", "ㅁ", "ㅂ", "ㅂㅅ", "ㅅ", "ㅆ", "ㅇ", "ㅈ", "ㅊ", "ㅋ", "ㅌ", "ㅍ", "ㅎ")
_FIRST_SYLLABLE = 0xAC00
_OF_A_LEAD = len(_VOWELS) * len(_TAILS)

# Conjoining jamo as keys hold them, in the order of Unicode.
_JAMO = {0x1100 + at: strokes for at, strokes in enumerate(_LEADS)}
_JAMO |= {0x1161 + at: strokes for at, strokes in enumerate(_VOWELS)}
_JAMO |= {0x11A7 + at: strokes for at, strokes in enumerate(_TAILS) if at}

HANGUL = re.compile("[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]")
_SYLLABLE = re.compile("[\uac00-\ud7a3]")


def strokes(key: str) -> str:
    """The keystrokes that write a key, other scripts as they are; the strokes of a prefix are a prefix. 1 µs."""
    return _SYLLABLE.sub(_strokes, key).translate(_JAMO)


def leads(key: str) -> str:
    """The first consonant of each syllable, by which Koreans abbreviate; other characters as they are. 1 µs."""
    return _SYLLABLE.sub(lambda match: _LEADS[(ord(match[0]) - _FIRST_SYLLABLE) // _OF_A_LEAD], key).translate(_JAMO)


def are_leads(strokes_typed: str) -> bool:
    """Whether keystrokes can be first consonants alone: at least two, and no vowel among them."""
    letters = strokes_typed.replace(" ", "")
    return len(letters) > 1 and all(letter in _LEADS for letter in letters)


def _strokes(match: re.Match[str]) -> str:
    lead, rest = divmod(ord(match[0]) - _FIRST_SYLLABLE, _OF_A_LEAD)
    vowel, tail = divmod(rest, len(_TAILS))
    return _LEADS[lead] + _VOWELS[vowel] + _TAILS[tail]
