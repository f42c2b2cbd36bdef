"""Here is a text: which names stand in it, and what may each of them mean?

Names are the admitted queries, under their folded spelling, and what was given or is another name of a query.
An automaton over half a million names (Aho & Corasick 1975; ahocorasick-rs) takes 11 s and 73 MB to make in every
process. A filter that knows how names begin, and tries that are mapped, take 0.2 ms and no memory of its own, and about
the same time a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation
from suggest.index.sparse import position
from suggest.index.strings import StringTable
from suggest.index.table import QueryTable
from suggest.index.tries import open_trie
from suggest.text.spans_surface import Surface, joined
from suggest.text.unspaced import unspaced_runs

MAX_NAME_WORDS = 24
"""Words of the longest name that is looked for; in scripts without spaces, characters."""

SECTION = "lexicon"
NO_QUERY = (1 << 32) - 1

_FACTOR = 0x9E3779B97F4A7C15  # odd, so that no run of words loses bits of its hash
_WORDS_KEPT = 1 << 15  # whether a name begins with them: some 4 MB at most
_WORD = (1 << 64) - 1


_Hash = TypeVar("_Hash", int, npt.NDArray[np.uint64])


class Meaning(NamedTuple):
    """What a name may stand for.

    Attributes:
        query_id: the admitted query that it searches for, or -1.
        query: what it searches for where that is no admitted query; empty where it is.
        kind: as given; empty of a query.
        is_given: whether it was given, rather than searched.
        popularity: of the query, from 0 where nobody searched it to 1 for the most searched.
    """

    query_id: int
    query: str
    kind: str
    is_given: bool
    popularity: float


class Found(NamedTuple):
    """Words of a text that are a name.

    Attributes:
        first: number of the first word in the surface.
        last: number of the last one.
        query_id: the admitted query spelt so, or -1.
        name: number of the name in the lexicon's own trie, or -1.
    """

    first: int
    last: int
    query_id: int
    name: int


class Lexicon:
    """The names of a generation, memory-mapped."""

    def __init__(self, generation: Generation, queries: QueryTable) -> None:
        self._queries = queries
        self._trie = open_trie(generation, SECTION)
        self._filter = generation.array("lexicon_filter").data
        self._shift = 64 - 3 - (len(self._filter) - 1).bit_length()
        # Of the filter alone: a method kept by its owner would keep the generation mapped.
        self._begins = lru_cache(_WORDS_KEPT)(partial(_is_beginning, self._filter, self._shift))
        self._first = generation.array("lexicon_first").data
        self._query = generation.array("lexicon_query").data
        self._kind = generation.array("lexicon_kind").data
        self._text_ids = generation.array("lexicon_text_ids")
        self._texts = StringTable(generation, "lexicon_texts")
        self._kinds: list[str] = generation.json("lexicon_kinds")
        self._scale = 1 / float(np.log1p(max(len(queries), 1)))

    def __len__(self) -> int:
        """Names besides the queries that are spelt as they fold."""
        return len(self._trie)

    def found(self, words: Surface, least_words: int = 1) -> list[Found]:
        """All names that stand in a text, shorter and overlapping ones too.

        Args:
            words: of the text.
            least_words: of a name, in scripts with spaces.

        Returns:
            By first word, then by length. Cost: 1 µs a word, and 1.5 µs for each name and each beginning of one.
        """
        text, starts = joined(words.folds)
        n_least = 1 if unspaced_runs(text) else least_words
        found = []
        for first, last in self._begun(words.hashes, n_least):
            name = text[starts[first] : starts[last] + len(words.folds[last])]
            found += self._named(name, first, last)
        return found

    def lookup(self, name: str) -> Found | None:
        """A text that is one name as a whole, whatever stands around it; word numbers are 0."""
        return next(iter(self._named(name, 0, 0)), None)

    def meanings(self, found: Found) -> list[Meaning]:
        """What a name may stand for: the query spelt so first, then in the order of the lexicon. 1 µs each."""
        own = [] if found.query_id < 0 else [self._of_query(found.query_id, self._kinds[0], is_given=False)]
        if found.name < 0:
            return own
        entries = range(self._first[found.name], self._first[found.name + 1])
        return own + [self._meaning(entry, found.name) for entry in entries]

    def _begun(self, hashes: Sequence[int], n_least: int) -> Iterator[tuple[int, int]]:
        """First and last words of runs that are a name or how one begins, but for a few that the filter errs on."""
        bits, shift, n_words = self._filter, self._shift, len(hashes)
        for first in range(n_words - n_least + 1):
            run = hashes[first]
            if not self._begins(run):
                continue
            if n_least <= 1:
                yield first, first
            for last in range(first + 1, min(first + MAX_NAME_WORDS, n_words)):
                # `extended` and `second`, written out: they are asked for every run of every comment.
                run = (run * _FACTOR + hashes[last]) & _WORD
                at = run >> shift
                if not bits[at >> 3] >> (at & 7) & 1:
                    break
                at = (((run ^ (run >> 32)) * _FACTOR) & _WORD) >> shift
                if not bits[at >> 3] >> (at & 7) & 1:
                    break
                if last - first + 1 >= n_least:
                    yield first, last

    def _named(self, name: str, first: int, last: int) -> list[Found]:
        query_id, number = self._queries.find(name), self._trie.get(name, -1)
        return [] if query_id < 0 and number < 0 else [Found(first, last, query_id, number)]

    def _meaning(self, entry: int, name: int) -> Meaning:
        kind, query_id = self._kinds[self._kind[entry]], self._query[entry]
        is_given = bool(self._kind[entry])
        if query_id != NO_QUERY:
            return self._of_query(query_id, kind, is_given=is_given)
        at = position(self._text_ids, entry)
        return Meaning(-1, self._texts[at] if at >= 0 else self._trie.restore_key(name), kind, is_given, 0.0)

    def _of_query(self, query_id: int, kind: str, *, is_given: bool) -> Meaning:
        popularity = 1 - float(np.log1p(self._queries.rank[query_id])) * self._scale
        return Meaning(query_id, "", kind, is_given, popularity)


def extended(run: _Hash, word: _Hash) -> _Hash:
    """The hash of a run of words with one more, from that of the run (0 for none) and that of the word.

    Of several runs at once too, as uint64.
    """
    return (run * _FACTOR + word) & _WORD  # type: ignore[return-value]  # an array times an int is signed to mypy


def _is_beginning(bits: memoryview, shift: int, word: int) -> bool:
    return all(bits[at >> 3] >> (at & 7) & 1 for at in (word >> shift, second(word) >> shift))


def second(run: _Hash) -> _Hash:
    """The other hash of a run, for the second bit of the filter."""
    return ((run ^ (run >> 32)) * _FACTOR) & _WORD  # type: ignore[return-value]  # likewise
