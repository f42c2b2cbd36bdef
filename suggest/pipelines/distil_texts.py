"""Texts that the default encoder learns from: names, comments, words, and names of one thing in many scripts."""

from __future__ import annotations

import gzip
import json
import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from zlib import crc32

import icu
import numpy as np

from suggest.text.encoder_pieces import WORD_START

MAX_NAMES = 200_000
HELD_OUT = 5
"""One city in so many keeps its names in other scripts to itself: they measure."""

_COMBINED = {"LATIN": 70_000, "CYRILLIC": 12_000, "ARABIC": 12_000, "HANGUL": 8_000, "CJK": 20_000, "THAI": 6_000}
"""How many texts are put together of words of a script; of the last two without spaces."""

_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI")
_FREQUENCY_POWER = 0.6
_ADDRESS = re.compile(r"https?://\S+")
_MOST_CHARS = 200


def own_texts(data: Path, pieces: Mapping[str, float]) -> list[str]:
    """Distinct texts, each of which is to get the vector that the teacher gives it.

    Args:
        data: folder with `comments` and `cities`.
        pieces: log probability by piece.
    """
    draw = random.Random(7)  # noqa: S311 - reproducible, no secret
    names = sorted({line.rstrip("\n").split("\t")[1] for line in _lines(data / "comments/gazetteer.tsv.gz")})
    texts = [piece.lstrip(WORD_START) for piece in pieces]
    texts += draw.sample(names, min(MAX_NAMES, len(names)))
    texts += _windows(data, draw)
    texts += [name for city in _cities(data) for name in (city[0], *city[1][:5])]
    texts += combined(pieces)
    texts += [english for _, english in _displayed()]
    return list(dict.fromkeys(filter(None, map(_plain, texts))))


def aligned_texts(data: Path) -> list[tuple[str, str]]:
    """Texts with the one whose vector they are to get: names of places, languages, months and emoji, to English."""
    pairs = list(_displayed())
    pairs += [
        (alias, name)
        for name, aliases in _cities(data)
        if crc32(name.encode()) % HELD_OUT
        for alias in aliases
        if alias.lower() != name.lower()
    ]
    return [(_plain(text), _plain(english)) for text, english in pairs]


def combined(pieces: Mapping[str, float]) -> list[str]:
    """Two to four words of one script each, the frequent ones more often."""
    rng = np.random.default_rng(3)
    by_script: dict[str, list[str]] = defaultdict(list)
    for piece in pieces:
        script = script_of(piece.lstrip(WORD_START))
        if len(piece) > 1 and piece.startswith(WORD_START) != (script in _UNSPACED):
            by_script[script].append(piece)
    texts = []
    for script, n in _COMBINED.items():
        words = by_script[script]
        chances = np.exp(_FREQUENCY_POWER * np.array([pieces[word] for word in words]))
        drawn = rng.choice(len(words), size=(n, 4), p=chances / chances.sum())
        between = "" if script in _UNSPACED else " "
        for row, size in zip(drawn, rng.choice([2, 3, 4], size=n, p=[0.5, 0.3, 0.2]), strict=True):
            texts.append(between.join(words[at].lstrip(WORD_START) for at in row[:size]))
    return texts


def _windows(data: Path, draw: random.Random) -> Iterator[str]:
    """Parts of comments of two to ten words, and beginnings of up to thirty."""
    for file in ("raw_comments", "annotated", "annotated_fa"):
        for line in _lines(data / f"comments/{file}.jsonl.gz"):
            words = _ADDRESS.sub("", json.loads(line)["text"]).split()
            for _ in range(2):
                size = draw.randint(2, 10)
                start = draw.randrange(max(1, len(words) - size + 1))
                yield " ".join(words[start : start + size])
            yield " ".join(words[:30])


def _cities(data: Path) -> Iterator[tuple[str, list[str]]]:
    lines = _lines(data / "cities/cities.tsv.gz")
    next(lines)
    for line in lines:
        name, _, _, aliases = line.rstrip("\n").split("\t")
        yield name, [alias for alias in aliases.split("|") if alias]


def _displayed() -> Iterator[tuple[str, str]]:
    """What CLDR calls regions, languages, months and weekdays in every language; and what Unicode calls emoji."""
    english = icu.Locale("en")
    for name in icu.Locale.getAvailableLocales():
        locale = icu.Locale(name)
        if locale.getCountry() or locale.getLanguage() == "en":
            continue
        for code in icu.Locale.getISOCountries():
            region = icu.Locale("und", code)
            yield region.getDisplayCountry(locale), region.getDisplayCountry(english)
        for code in icu.Locale.getISOLanguages():
            language = icu.Locale(code)
            if len(code) == 2:  # noqa: PLR2004 - the 184 of ISO 639-1
                yield language.getDisplayLanguage(locale), language.getDisplayLanguage(english)
        theirs, ours = icu.DateFormatSymbols(locale), icu.DateFormatSymbols(english)
        yield from zip(theirs.getMonths(), ours.getMonths(), strict=False)
        yield from zip(theirs.getWeekdays(), ours.getWeekdays(), strict=False)
    for emoji in icu.UnicodeSet("[:Emoji_Presentation:]"):
        yield emoji, icu.Char.charName(emoji)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()[:_MOST_CHARS]


def script_of(text: str) -> str:
    """The first word of Unicode's name of the first character: mostly its script."""
    return unicodedata.name(text[0], "?").split()[0] if text else "?"


def _lines(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from lines
