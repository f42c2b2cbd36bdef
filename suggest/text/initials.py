"""Which letters stand for a name of several words: `otp` for `one time password`."""

from __future__ import annotations

from collections.abc import Sequence

LEAST, MOST = 2, 8
"""Letters that may stand for a name."""

PASSED_OVER = frozenset(
    "a an and at by de der des di do du e el en et for in la le les of on or the to und von y".split()  # noqa: SIM905 - reads better
)
"""Words that abbreviations leave out as often as not."""


def initials(spoken: Sequence[str]) -> list[str]:
    """The first letters of words, with and without the small ones, each once.

    Empty for one word, and for more than eight. About 1 µs.
    """
    if len(spoken) < LEAST:
        return []
    whole = "".join([word[0] for word in spoken])
    short = "".join([word[0] for word in spoken if word not in PASSED_OVER])
    return [letters for letters in dict.fromkeys((whole, short)) if LEAST <= len(letters) <= MOST]
