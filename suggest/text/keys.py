"""The key of a query: two spellings of one query have the same key, at build and at serving.

A key is NFKC_Casefold of Unicode (compatibility forms unified, case folded, default-ignorable characters
out) with control characters and lone surrogates out and white space folded. ICU does the folding rather
than Python's `unicodedata`, whose Unicode version changes with the interpreter: the keys of a generation
must not.
"""

from __future__ import annotations

import re

import icu

MAX_QUERY_CHARS = 256
"""A query whose key is longer than this many code points is refused by its reader."""

MAX_READ_CHARS = 4 * MAX_QUERY_CHARS
"""Code points of a text that are looked at; what follows costs nothing and counts for nothing."""

NFKC_CASEFOLD = icu.Normalizer2.getNFKCCasefoldInstance()

# What NFKC_Casefold leaves and nobody can see: controls that are not white space, lone surrogates
# (no UTF-8 exists for them) and interlinear annotation marks.
INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufff9-\ufffb]")


# The Turkish capital with a dot folds to an i and a second dot, which nobody types.
_DOTTED_I = "i\u0307"
_DOTS_OF_I = re.compile("i\u0307+")


def normalise(text: str) -> str:
    """The key of a query.

    Idempotent. Reads at most `MAX_READ_CHARS` code points, so a longer result than `MAX_QUERY_CHARS`
    means "too long, refuse" whatever the length of the text. Empty when nothing visible is there.
    Cost: about 0.3 µs in ASCII, 1 µs otherwise.
    """
    if len(text) > MAX_READ_CHARS:
        text = text[:MAX_READ_CHARS]
    if text.isascii() and text.isprintable():
        key = text.lower()
        return " ".join(key.split()) if "  " in key else key.strip()
    return _folded_spaces(fold(text))


def normalise_prefix(text: str) -> str:
    """The key of what has been typed so far: `normalise`, but a completed word keeps one space after it.

    For a text cut anywhere, the key of the whole starts with the prefix key of the part, except where the
    cut parts what Unicode composes (a letter and its accent, the jamo of a Hangul syllable), where nothing
    visible follows a space, and beyond `MAX_READ_CHARS`. Cost: as `normalise`.
    """
    if len(text) > MAX_READ_CHARS:
        text = text[:MAX_READ_CHARS]
    if text.isascii() and text.isprintable():
        key = normalise(text)
        return f"{key} " if key and text[-1] == " " else key
    folded = fold(text)
    key = _folded_spaces(folded)
    return f"{key} " if key and folded[-1].isspace() else key


def fold(text: str) -> str:
    """NFKC_Casefold without invisible characters; white space as it is."""
    folded: str = NFKC_CASEFOLD.normalize(INVISIBLE.sub("", text))
    while _DOTTED_I in folded:
        folded = NFKC_CASEFOLD.normalize(_DOTS_OF_I.sub("i", folded))
    return folded


def _folded_spaces(folded: str) -> str:
    # A ligature can fold to eighteen letters; cut again so that the key of a key is itself.
    return " ".join(folded.split())[:MAX_READ_CHARS].rstrip()
