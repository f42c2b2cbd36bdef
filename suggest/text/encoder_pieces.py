"""Here is a text: which rows of a table of vectors is it made of?"""

from __future__ import annotations

import re
from binascii import crc32
from itertools import chain

import icu
import marisa_trie

from suggest.text.folding import unaccented
from suggest.text.keys import fold
from suggest.text.romanise import loose, romanised

MAX_CHARS = 512
"""Code points of a text that are looked at."""

WORD_START = "\u2581"
"""Stands before a piece that begins a word, as in SentencePiece."""

_GRAM_CHARS = 3
_MOST_WORDS = 100_000

_PUNCTUATION = re.compile(f"[{''.join(re.escape(char) for char in icu.UnicodeSet('[[:P:][:Sk:][:Z:][:Cc:]]'))}]+")


class Pieces:
    """Words, parts of words and short runs of letters, by number.

    A word that is a piece is that piece. Any other is the longest pieces it starts with, one after the other, and all
    runs of three of its letters as it is romanised, hashed: so do misspellings meet, and names in different scripts.

    Args:
        trie: the pieces; one that begins a word starts with `WORD_START`. Its numbers are theirs.
        n_hashed: how many numbers after those of the pieces are for hashed runs.
    """

    def __init__(self, trie: marisa_trie.Trie, n_hashed: int) -> None:
        self.trie = trie
        self.n_hashed = n_hashed
        self._known: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self.trie) + self.n_hashed

    def numbers(self, text: str) -> list[int]:
        """What a text is made of; empty where no letter, digit or symbol is in it.

        Cost: 1 µs a word that was met before, otherwise 3 to 30 µs.
        """
        return list(chain.from_iterable(map(self._of_word, words(text))))

    def _of_word(self, word: str) -> tuple[int, ...]:
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _MOST_WORDS:
                self._known.clear()
            known = self._known[word] = self._parted(word)
        return known

    def _parted(self, word: str) -> tuple[int, ...]:
        marked = WORD_START + word
        whole = self.trie.get(marked)
        if whole is not None:
            return (whole,)
        # Symbols have no sound.
        return (*self._longest(marked), *self._runs(f"<{loose(romanised(word)) or word}>"))

    def _longest(self, marked: str) -> list[int]:
        numbers = []
        at = 0
        while at < len(marked):
            longest = max(self.trie.iter_prefixes_with_ids(marked[at : at + 16]), default=None, key=_length)
            if longest is not None:
                numbers.append(longest[1])
            at += _length(longest) if longest else 1
        return numbers

    def _runs(self, bounded: str) -> list[int]:
        # Not `hash`: it differs between processes.
        return [
            len(self.trie) + crc32(bounded[at : at + _GRAM_CHARS].encode()) % self.n_hashed
            for at in range(len(bounded) - _GRAM_CHARS + 1)
        ]


def words(text: str) -> list[str]:
    """What stands between spaces and punctuation, without case and accents. About 2 µs a text."""
    return _PUNCTUATION.sub(" ", unaccented(fold(text[:MAX_CHARS]))).split()


def _length(piece: tuple[str, int]) -> int:
    return len(piece[0])
