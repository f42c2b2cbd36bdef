"""Here is a word of an item: which queries belong to the items that have it, and to how many of these?

A hundred neighbours forget what a common word says of all the others that have it. A word stands for itself here, so
that each query's chance is that of the items with the word, less what a few of them would show by chance.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.items_words import Postings

SECTION = "item_said"
"""Beginning of the names of the files."""

MOST_QUERIES = 50
"""Kept of one word, the most likely."""

LEAST_ITEMS = 2
"""With queries, that must have a word."""

WORDS_READ = 64
"""Of a text, the rarest: a long one says the rest by its vector."""

MOST_ITEMS = 100_000
"""Of one word that are looked at, those of the lowest numbers: what bounds the time of a build."""

_DOUBT = 0.5
_STRANGERS = 2.0
"""Items less that have a query, and items more that have the word: one in two tells little, fifty in a hundred much."""
_USUAL = 3.0
"""Items that have the query as often as any, and are counted in before two shares are compared."""


class Said(NamedTuple):
    """Queries that words speak for, ascending in id, arrays of one length.

    Attributes:
        ids: of the queries, uint32.
        any: the chance that one word at least is right, as if each were on its own, 0 to 1, float32.
        best: the chance by the word that speaks for it most, float32.
        lift: log of how much oftener it belongs to the items with each word than to any, summed, float32.
    """

    ids: npt.NDArray[np.uint32]
    any: npt.NDArray[np.float32]
    best: npt.NDArray[np.float32]
    lift: npt.NDArray[np.float32]


NOT_SAID = Said(np.empty(0, np.uint32), *(np.empty(0, np.float32) for _ in range(3)))


class WordQueries:
    """Queries by the words of their items, memory-mapped: 12 bytes for each that a word keeps."""

    def __init__(self, generation: Generation) -> None:
        self._starts = generation.array(f"{SECTION}_start").data
        self._ids = generation.array(f"{SECTION}_ids")
        self._chances = generation.array(f"{SECTION}_chances")
        self._lifts = generation.array(f"{SECTION}_lifts")

    def said(self, words: Sequence[int]) -> Said:
        """What words speak for, about 50 µs for ten.

        Source: a noisy or, Pearl, "Probabilistic Reasoning in Intelligent Systems", 1988, section 4.3.2.

        Args:
            words: numbers as `ItemWords.numbers` gives them, each once; the rarest `WORDS_READ` of them are enough.
        """
        runs = [np.arange(self._starts[number], self._starts[number + 1]) for number in words]
        rows = np.concatenate([np.empty(0, np.int64), *runs]).astype(np.int64)
        chances = self._chances[rows]
        ids, place = np.unique(self._ids[rows], return_inverse=True)
        missed = np.bincount(place, np.log1p(-chances.astype(np.float64)), len(ids))
        best = np.zeros(len(ids), np.float32)
        np.maximum.at(best, place, chances)
        lift = np.bincount(place, self._lifts[rows], len(ids))
        return Said(ids, -np.expm1(missed).astype(np.float32), best, lift.astype(np.float32))


def save_word_queries(
    writer: GenerationWriter,
    postings: Postings,
    pair_starts: npt.NDArray[np.uint32],
    pair_ids: npt.NDArray[np.uint32],
) -> None:
    """Writes what `WordQueries` reads. About 20 µs a word, and 0.1 µs for each query of each item with it.

    Args:
        writer: the generation being built.
        postings: the items of each word by its number.
        pair_starts: where the queries of each item begin, by its number, and the end of the last.
        pair_ids: the queries of all items, each once an item.
    """
    n_paired = np.count_nonzero(np.diff(pair_starts.astype(np.int64)))
    n_items = np.bincount(pair_ids)
    sizes, ids = [0], [np.empty(0, np.uint32)]
    chances: list[npt.NDArray[np.float64]] = [np.empty(0)]
    lifts: list[npt.NDArray[np.float64]] = [np.empty(0)]
    for first, last in itertools.pairwise(postings.starts.tolist()):
        runs = [pair_ids[slice(*pair_starts[item : item + 2])] for item in postings.items[first:last][:MOST_ITEMS]]
        n_holding = sum(len(run) > 0 for run in runs)
        own, counts = _counted(runs) if n_holding >= LEAST_ITEMS else (ids[0], chances[0])
        usual = n_items[own] / float(n_paired or 1)
        sizes.append(len(own))
        ids.append(own)
        chances.append((counts - _DOUBT) / (n_holding + _STRANGERS))
        lifts.append(np.log((counts + _USUAL * usual) / (n_holding + _USUAL) / usual))
    writer.save_array(f"{SECTION}_start", np.cumsum(sizes).astype(np.uint64))
    writer.save_array(f"{SECTION}_ids", np.concatenate(ids))
    writer.save_array(f"{SECTION}_chances", np.concatenate(chances).astype(np.float32))
    writer.save_array(f"{SECTION}_lifts", np.concatenate(lifts).astype(np.float32))


def _counted(runs: Sequence[npt.NDArray[np.uint32]]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float64]]:
    """Those that are in most runs, ties by id, and in how many; ascending in id."""
    ids, counts = np.unique(np.concatenate(runs), return_counts=True)
    most = np.sort(np.lexsort((ids, -counts))[:MOST_QUERIES])
    return ids[most], counts[most].astype(np.float64)
