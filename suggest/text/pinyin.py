"""Chinese as it is typed in Latin letters."""

from __future__ import annotations

import re

HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")


def pinyin(key: str) -> str:
    """Each run of Chinese characters as pinyin without tones and spaces, the rest as it is.

    Readings of a character that has several come from the phrases that pypinyin knows. Cost: about 10 µs a
    character; the first call in a process loads the readings (0.3 s).
    """
    return HAN.sub(lambda run: "".join(_syllables(run[0])), key)


def pinyin_initials(key: str) -> str:
    """Each Chinese character as the first letter of its pinyin, the rest as it is."""
    return HAN.sub(lambda run: "".join([syllable[0] for syllable in _syllables(run[0])]), key)


def _syllables(run: str) -> list[str]:
    from pypinyin import lazy_pinyin

    found: list[str] = lazy_pinyin(run, v_to_u=False)
    return found
