"""Chinese as it is typed in Latin letters."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from suggest.text.folding import unaccented

HAN = re.compile("[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")

_FINALS = (
    "iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|van|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo|ve|a|e|i|o|u|v"
)
# No syllable begins with i, u or v: `yini` is yi and ni.
_PIECE = re.compile(
    f"(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])(?:{_FINALS})|ang|ai|an|ao|en|er|ou|a|e|o|[b-df-hj-np-tw-z])(?![iuv])"
)

_LONGEST_PHRASE = 8
"""Characters of a phrase that is looked up: longer ones are proverbs, and their parts are read alike."""


def pinyin(key: str) -> str:
    """Each run of Chinese characters as pinyin without tones and spaces, the rest as it is.

    Characters with several readings are read as in the longest phrases of pypinyin's dictionary, from the left;
    `ü` is the `v` of input methods. A character without a reading stays. Cost: 1 µs a character; the first
    call in a process loads the dictionary (0.5 s).
    """
    return HAN.sub(lambda run: "".join(_syllables(run[0])), key)


def pinyin_initials(key: str) -> str:
    """Each Chinese character as the first letter of its pinyin, the rest as it is."""
    return HAN.sub(lambda run: "".join([syllable[0] for syllable in _syllables(run[0])]), key)


def pieces(latin: str) -> list[str]:
    """Latin letters as syllables of pinyin and single consonants, each as long as it can be; [] when they are not.

    `beijingtq` is typed by who writes what is certain in full and abbreviates the rest. 2 µs.
    """
    found = _PIECE.findall(latin)
    return found if sum(map(len, found)) == len(latin) else []


def begins_with(key: str, typed: list[str]) -> bool:
    """Whether each of the first characters of a key is read as a piece or as something longer."""
    run = HAN.match(key)
    readings = _syllables(run[0]) if run else ()
    return len(typed) <= len(readings) and all(map(str.startswith, readings, typed))


# Both forms of a key are wanted, one right after the other.
@lru_cache(maxsize=256)
def _syllables(run: str) -> tuple[str, ...]:
    phrases = _phrases()
    found: list[str] = []
    at = 0
    while at < len(run):
        for end in range(min(len(run), at + _LONGEST_PHRASE), at + 1, -1):
            phrase = phrases.get(run[at:end])
            if phrase is not None:
                found += [_toneless(readings[0]) for readings in phrase]
                at = end
                break
        else:
            found.append(_syllable(run[at]))
            at += 1
    return tuple(found)


@cache
def _phrases() -> dict[str, list[list[str]]]:
    from pypinyin.constants import PHRASES_DICT

    return PHRASES_DICT


@lru_cache(maxsize=16_384)
def _syllable(char: str) -> str:
    from pypinyin.constants import PINYIN_DICT

    readings: str = PINYIN_DICT.get(ord(char), char)
    return _toneless(readings.partition(",")[0])


@lru_cache(maxsize=4_096)
def _toneless(syllable: str) -> str:
    return unaccented(re.sub("[üǖǘǚǜ]", "v", syllable))
