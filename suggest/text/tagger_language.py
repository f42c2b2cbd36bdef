"""Which of the tagger's languages is a text in, by its letters and commonest words?"""

from __future__ import annotations

import re

LANGUAGES = ("en", "fa", "hi", "zh")
"""Languages that there are weights for."""

_LETTERS = {
    "en": re.compile(r"[A-Za-z\u00c0-\u024f]+"),
    "fa": re.compile(r"[\u0620-\u064a\u066e-\u06d3]+"),
    "hi": re.compile(r"[\u0904-\u0939\u0958-\u0961]+"),
    "zh": re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+"),
}
# Letters that only other languages in the same script have.
_FOREIGN_LETTERS = {
    "en": re.compile(r"[\u00c0-\u024f]"),
    "fa": re.compile(r"[\u0629\u0649\u064a\u0643\u0679\u0688\u0691\u06ba\u06be\u06d2]"),  # Arabic, then Urdu
    "hi": re.compile(r"[\u0933]"),  # Marathi
    "zh": re.compile(r"[\u3041-\u30ff]"),  # kana
}
# Commonest words of other languages in Latin letters that are none in English, and of English that are none there.
_FOREIGN = (
    "der das und ist nicht ich ein eine mit auch auf les des une est pas pour dans qui avec que el los las una "
    "por con para como pero esta muy nao uma voce isso mais della che sono questo anche non il het een niet "
    "dat van ik voor yang dan ini itu tidak aku saya bir ve bu icin nie jest sie och att jag det "
)
_ENGLISH = (
    "the and is are was you your it of to in that this for on with have has be my so what not but they he she "
    "we at from who how just like i'm don't it's will can if all when i "
)
_FOREIGN_WORDS, _ENGLISH_WORDS = frozenset(_FOREIGN.split()), frozenset(_ENGLISH.split())
_FOREIGN_SHARE = 0.05  # of the letters: a name of another language makes no other language
_LOOKED_AT = 1000
_LETTERS_OF_HAN = 3  # a character says as much as three letters


def language_of(text: str, known: str | None = None) -> str | None:
    """The language of `LANGUAGES` that a text seems to be in; None where it is in another or has no letters.

    Args:
        text: Its first 1,000 characters are looked at.
        known: The text's language, where that is known (BCP 47): one that is not ours gives None.

    Cost: 3 µs for a comment in ASCII, 15 µs for others.
    """
    if known is not None and known.replace("_", "-").partition("-")[0].lower() not in LANGUAGES:
        return None
    head = text[:_LOOKED_AT]
    if head.isascii():
        return "en" if _LETTERS["en"].search(head) and not _is_foreign(head, 0) else None
    letters = {language: sum(map(len, runs.findall(head))) for language, runs in _LETTERS.items()}
    letters["zh"] *= _LETTERS_OF_HAN
    language = max(LANGUAGES, key=letters.__getitem__)
    foreign = len(_FOREIGN_LETTERS[language].findall(head))
    if language == "en":
        return None if not letters["en"] or _is_foreign(head, foreign) else "en"
    return None if foreign > _FOREIGN_SHARE * letters[language] else language


def _is_foreign(text: str, accents: int) -> bool:
    words = set(text.lower().split())
    return accents + len(words & _FOREIGN_WORDS) > len(words & _ENGLISH_WORDS) + 1
