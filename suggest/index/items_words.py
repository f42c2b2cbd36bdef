"""Here is a text: which items speak of the same things? BM25 over the words of all items.

Source: Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", Foundations and Trends in
Information Retrieval 3, 2009; the form of idf that is never negative is Lucene's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.tries import open_trie, save_trie
from suggest.text import unaccented, words
from suggest.text.keys import fold

SECTION = "item_words"
"""Beginning of the names of the files."""

K1, B = 1.2, 0.75
"""Lucene's defaults; on captions any K1 from 0.9 to 1.6 finds the same."""

MAX_CHARS = 4096
"""Code points of one text that are looked at: what a description goes on about later says little of the item."""

MAX_POSTINGS = 400_000
"""Looked at for one text, those of the rarest words first: about 1 ms."""


def spoken_words(texts: Iterable[str]) -> list[str]:
    """The words of texts in order, folded so that they meet those of queries. About 5 µs a short text in ASCII."""
    return [word for text in texts if text for word in words(unaccented(fold(text[:MAX_CHARS])))]


class ItemWords:
    """Items by their words, memory-mapped: 8 bytes for each different word of an item."""

    def __init__(self, generation: Generation, n_items: int) -> None:
        self._n_items = n_items
        self._words = open_trie(generation, SECTION)
        self._starts = generation.array(f"{SECTION}_start").data
        self._items = generation.array(f"{SECTION}_items")
        self._impacts = generation.array(f"{SECTION}_impacts")
        self._query_starts = generation.array(f"{SECTION}_query_start").data
        self._query_ids = generation.array(f"{SECTION}_query_ids")

    def numbers(self, spoken: Iterable[str]) -> list[int]:
        """The numbers of different words that items hold, ascending; about 0.5 µs each."""
        return sorted({self._words.get(word, -1) for word in spoken} - {-1})

    def idf(self, numbers: Sequence[int]) -> list[float]:
        """How much each word tells one item from another."""
        sizes = [self._starts[number + 1] - self._starts[number] for number in numbers]
        told: list[float] = inverse_frequency(np.array(sizes, dtype=np.int64), self._n_items).tolist()
        return told

    def weight(self, known: Sequence[float], n_strange: int) -> float:
        """The idf of the words of a text, summed: of those that items hold, and of as many others, which weigh most."""
        return float(sum(known) + inverse_frequency(0, self._n_items) * n_strange)

    def queries(self, number: int) -> npt.NDArray[np.uint32]:
        """The ids of the queries with a word, ascending."""
        return self._query_ids[self._query_starts[number] : self._query_starts[number + 1]]

    def scores(self, numbers: Iterable[int]) -> npt.NDArray[np.float32]:
        """BM25 of every item by words, each given once, float32[n_items]. About 4 ns for each posting of a word."""
        starts = self._starts
        spans = sorted((starts[number + 1] - starts[number], starts[number]) for number in numbers)
        total = np.zeros(self._n_items, dtype=np.float32)
        read = [slice(0, 0)]
        n_left = MAX_POSTINGS
        for size, start in spans:
            n_left -= size
            if n_left < 0:
                break
            read.append(slice(start, start + size))
        items, impacts = (np.concatenate([column[run] for run in read]) for column in (self._items, self._impacts))
        # All words at once: a third of the time that one after the other takes, and the same sums.
        np.add.at(total, items, impacts)
        return total


class Postings(NamedTuple):
    """Items by word.

    Attributes:
        starts: where those of each word begin, by its number, and the end of the last, int64[n_words + 1].
        items: their numbers, ascending for each word, int64.
    """

    starts: npt.NDArray[np.int64]
    items: npt.NDArray[np.int64]


def inverse_frequency(n_holding: int | npt.NDArray[Any], n_items: int) -> Any:
    """How much a word that so many of all items hold tells one from another, above 0."""
    return np.log1p((n_items - n_holding + 0.5) / (n_holding + 0.5))


def save_item_words(
    writer: GenerationWriter, spoken: Sequence[Sequence[str]], queries: Iterable[tuple[int, set[str]]]
) -> Postings:
    """Writes what `ItemWords` reads; returns the items by word. About 15 µs an item with ten words.

    Args:
        writer: the generation being built.
        spoken: the words of each item by its number, as `spoken_words` gives them.
        queries: the id and the different words of each query.
    """
    holding: defaultdict[str, list[int]] = defaultdict(list)
    times: defaultdict[str, list[int]] = defaultdict(list)
    for number, own in enumerate(spoken):
        for word, n_times in Counter(own).items():
            holding[word].append(number)
            times[word].append(n_times)
    trie = save_trie(writer, SECTION, holding)
    in_order = [trie.restore_key(number) for number in range(len(trie))]
    sizes = np.array([len(holding[word]) for word in in_order], dtype=np.int64)
    items = _joined([holding[word] for word in in_order])
    counts = _joined([times[word] for word in in_order]).astype(np.float64)
    lengths = np.array([len(own) for own in spoken], dtype=np.float64)
    usual = lengths.mean() if lengths.any() else 1.0
    idf = np.repeat(inverse_frequency(sizes, len(spoken)), sizes)
    impacts = idf * counts * (K1 + 1) / (counts + K1 * (1 - B + B * lengths[items] / usual))
    starts = np.concatenate([[0], np.cumsum(sizes)])
    writer.save_array(f"{SECTION}_start", starts.astype(np.uint64))
    writer.save_array(f"{SECTION}_items", items.astype(np.uint32))
    writer.save_array(f"{SECTION}_impacts", impacts.astype(np.float32))
    with_word: defaultdict[str, list[int]] = defaultdict(list)
    for query_id, different in queries:
        for word in different & holding.keys():
            with_word[word].append(query_id)
    lists = [sorted(with_word.get(word, ())) for word in in_order]
    writer.save_array(f"{SECTION}_query_start", np.cumsum([0, *map(len, lists)]).astype(np.uint64))
    writer.save_array(f"{SECTION}_query_ids", _joined(lists).astype(np.uint32))
    return Postings(starts, items)


def _joined(lists: Sequence[Sequence[int]]) -> npt.NDArray[np.int64]:
    return np.array([number for own in lists for number in own], dtype=np.int64)
