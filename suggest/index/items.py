"""Here is an item: what is it about, which queries were searched beside it, and which items were seen with it?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation
from suggest.index.items_said import WordQueries
from suggest.index.items_words import ItemWords
from suggest.index.sparse import positions
from suggest.index.strings import StringTable
from suggest.index.tries import open_trie

SECTION = "items"
"""Beginning of the names of the files."""

VECTORS = "item_vectors"
CENTRES = "item_query_vectors"
"""Sections of vectors: of items by their number, and of queries the mean over the items that they belong to."""

SEPARATOR = "\x1f"
"""Between the tags of an item, and before its text; no text that a person writes holds it."""

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


class ItemText(NamedTuple):
    """What is written on an item.

    Attributes:
        title: as its author gave it.
        text: its description; may be empty.
        tags: of its author.
    """

    title: str
    text: str = ""
    tags: Sequence[str] = ()

    def parts(self) -> list[str]:
        """All of it, for reading its words."""
        return [self.title, *self.tags, self.text]


class Pairs(NamedTuple):
    """Queries that belong to items, arrays of one length, in the order of the items asked for.

    Attributes:
        ids: of the queries, int64.
        users: people who searched the query beside the item, or clicked it there, float32.
        looks: times that it was looked at there, those at lower positions counted for less, float32.
        clicks: on it there, float32.
        at: which of the items asked for, int64.
    """

    ids: Ids
    users: Floats
    looks: Floats
    clicks: Floats
    at: Ids


class Items:
    """The items of a generation, memory-mapped: no Python object an item.

    Attributes:
        words: items by their words.
        said: queries by the words of their items.
    """

    def __init__(self, generation: Generation) -> None:
        """Maps what `save_items` wrote."""
        self._names = open_trie(generation, SECTION)
        self._titles = StringTable(generation, f"{SECTION}_title")
        self._others = StringTable(generation, f"{SECTION}_other")
        self._locale = generation.array(f"{SECTION}_locale").data
        self._locales: Sequence[str | None] = [None, *generation.parameters[f"{SECTION}_locales"]]
        self._pair_starts = generation.array(f"{SECTION}_pair_start")
        self._pairs = [generation.array(f"{SECTION}_pair_{name}") for name in ("ids", "users", "looks", "clicks")]
        self._seen_starts = generation.array(f"{SECTION}_seen_start")
        self._seen = [generation.array(f"{SECTION}_seen_{name}") for name in ("items", "strength")]
        self._mention_starts = generation.array(f"{SECTION}_mention_start")
        self._mentions = [generation.array(f"{SECTION}_mention_{name}") for name in ("ids", "comments")]
        self._comments = open_trie(generation, f"{SECTION}_comments")
        self._paired = generation.array(f"{SECTION}_paired_ids")
        self._n_paired = generation.array(f"{SECTION}_paired_items")
        self._is_paired = generation.array(f"{SECTION}_is_paired")
        self._company_starts = generation.array(f"{SECTION}_company_start")
        self._company = [generation.array(f"{SECTION}_company_{name}") for name in ("ids", "strength")]
        self._query_idf = generation.array(f"{SECTION}_query_idf")
        self._query_words = generation.array(f"{SECTION}_query_words")
        self.words = ItemWords(generation, len(self._names))
        self.said = WordQueries(generation)

    @classmethod
    def open(cls, generation: Generation) -> Items | None:
        """The items of a generation; None when it was built without any."""
        return cls(generation) if generation.holds(f"{SECTION}.marisa") else None

    def __len__(self) -> int:
        """How many there are; their numbers are dense, in no useful order."""
        return len(self._names)

    def find(self, name: str) -> int:
        """The number of an item, or -1. About 1 µs."""
        return self._names.get(name, -1)  # type: ignore[no-any-return]

    def found(self, names: Iterable[str]) -> Ids:
        """The numbers of those items that are known, ascending."""
        return np.array(sorted({self.find(name) for name in names} - {-1}), dtype=np.int64)

    def found_comments(self, names: Iterable[str]) -> Ids:
        """The numbers of those comments that mention a query, ascending."""
        return np.array(sorted({self._comments.get(name, -1) for name in names} - {-1}), dtype=np.int64)

    def text(self, number: int) -> ItemText:
        """What is written on an item. About 1 µs."""
        *tags, text = self._others[number].split(SEPARATOR)
        return ItemText(self._titles[number], text, tags)

    def locale(self, number: int) -> str | None:
        """The locale of an item as it was given; None when it was not."""
        return self._locales[self._locale[number]]

    def pairs(self, numbers: Ids) -> Pairs:
        """The queries of items. About 15 µs for a hundred items.

        Args:
            numbers: of the items, int64[n], each of this generation.
        """
        rows, at = _rows(self._pair_starts, numbers)
        ids, users, looks, clicks = (column[rows] for column in self._pairs)
        return Pairs(ids.astype(np.int64), users, looks, clicks, at)

    def seen_with(self, number: int) -> tuple[Ids, Floats]:
        """Items that the same people watched next to it, strongest first, and how strong: 0 to 1."""
        rows, _ = _rows(self._seen_starts, np.array([number]))
        items, strength = (column[rows] for column in self._seen)
        return items.astype(np.int64), strength

    def with_queries(self, scores: Floats) -> Floats:
        """Scores of all items, 0 for those that no query belongs to: they have nothing to say as neighbours."""
        return np.where(self._is_paired, scores, np.float32(0))

    def mentions(self, number: int) -> tuple[Ids, Ids]:
        """Queries that comments on an item mention, and the numbers of these comments; int64[n] both."""
        rows, _ = _rows(self._mention_starts, np.array([number]))
        ids, comments = (column[rows].astype(np.int64) for column in self._mentions)
        return ids, comments

    def n_items(self, ids: Ids) -> Floats:
        """How many items each query belongs to, float32[n]. About 4 µs for 64.

        Args:
            ids: -1 for what is no query of the index.
        """
        at = positions(self._paired, ids)
        return np.where(at < 0, np.float32(0), self._n_paired[at] if len(self._n_paired) else np.float32(0))

    def company(self, ids: Ids) -> tuple[Ids, Floats, Ids]:
        """Queries that belong to the same items as others: ids, share of the other's items, and which other it is.

        Args:
            ids: of the queries asked for, int64[n]; what belongs to no item has none.
        """
        at = positions(self._paired, ids)
        asked = np.flatnonzero(at >= 0)
        rows, place = _rows(self._company_starts, at[asked])
        others, strength = (column[rows] for column in self._company)
        return others.astype(np.int64), strength, asked[place]

    def query_idf(self, ids: Ids) -> Floats:
        """The idf of a query's words in items, summed, float32[n]; above 0, but 0 for a query without words."""
        return self._query_idf[ids]

    def query_words(self, ids: Ids) -> Floats:
        """How many different words a query has, float32[n]."""
        return self._query_words[ids].astype(np.float32)


def _rows(starts: npt.NDArray[np.uint32], numbers: Ids) -> tuple[Ids, Ids]:
    """Rows of several runs one after the other, and which run each is of."""
    first = starts[numbers].astype(np.int64)
    sizes = starts[numbers + 1].astype(np.int64) - first
    at = np.repeat(np.arange(len(numbers)), sizes)
    before = np.cumsum(sizes) - sizes
    return np.arange(len(at)) + (first - before)[at], at
