"""The words of a hashtag: `#BlackFriday2024` is `Black Friday 2024`."""

from __future__ import annotations

import re

SIGNS = "#\uff03"

# Letters of one case or without case, a capital before small ones, or digits; marks stay with their letter.
_SMALL = "a-z\u00df-\u00f6\u00f8-\u00ff\u0430-\u044f\u0450-\u045f\u03ac-\u03ce"
_CAPITAL = "A-Z\u00c0-\u00d6\u00d8-\u00de\u0410-\u042f\u0400-\u040f\u0391-\u03a9"
_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0dff\u0e31-\u0e4e\u200c\u200d"
_PART = re.compile(
    f"[{_CAPITAL}]+(?![{_SMALL}])|[{_CAPITAL}]?[{_SMALL}\u0300-\u036f]+|\\d+"
    f"|(?:[^\\W\\d_{_CAPITAL}{_SMALL}]|[{_MARKS}])+|[^\\W_]+"
)


def parts(tag: str) -> list[str]:
    """The words of a hashtag, cut where case changes, at digits and underscores; its sign is left out.

    An acronym keeps its letters (`#BBCNews`: `BBC`, `News`). One word where nothing tells: `#blackfriday`.
    """
    return _PART.findall(tag.lstrip(SIGNS))


def spellings(tag: str) -> list[str]:
    """What a hashtag may mean, likeliest first: as one word, its words apart, and cut in two anywhere.

    Returns:
        Distinct texts; at most as many as the tag has characters, 40 of them at most.
    """
    word = tag.lstrip(SIGNS)
    apart = " ".join(parts(word))
    cuts = (f"{word[:at]} {word[at:]}" for at in range(2, min(len(word), 36) - 1)) if word == apart else ()
    return list(dict.fromkeys([word, apart, *cuts]))
