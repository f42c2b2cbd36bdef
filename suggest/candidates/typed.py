"""What is being typed, as words."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from suggest.text import unaccented, words


class Typed(NamedTuple):
    """The words of a prefix, in the form in which the word index holds them.

    Attributes:
        complete: the words that are finished, in the order typed.
        last: the word being typed; empty after a space.
    """

    complete: tuple[str, ...]
    last: str


# Of one request several searches ask, and each answers with the same words.
@lru_cache(maxsize=64)
def typed_words(prefix: str) -> Typed:
    """Takes a normalised prefix apart; its trailing space says that the last word is finished."""
    found = words(unaccented(prefix))
    if not found or prefix[-1] == " ":
        return Typed(tuple(found), "")
    return Typed(tuple(found[:-1]), found[-1])
