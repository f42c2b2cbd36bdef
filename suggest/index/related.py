"""Here is a query: what did people search later in its sessions, or for the same item? Which queries abbreviate it?

Beside these tables stand the lists made in advance, best first, of the queries asked for most.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.entries import EntryIndex, save_entries
from suggest.index.pieces import Found, Occurrences, Pieces, numbering, row_texts
from suggest.index.sparse import position
from suggest.index.strings import each_text
from suggest.text import unaccented, words
from suggest.text.initials import LEAST, MOST, PASSED_OVER

SECTION = "related"
"""Beginning of the names of the files."""

MOST_OTHERS = 32
"""Queries kept beside one query, the strongest."""

LATER, ITEMS, LISTS, GATED = (f"{SECTION}_{name}" for name in ("later", "items", "lists", "gated"))
"""Sections: searched later in a session, searched for the same items, whole answers, and these as a service gates them.
"""

_NONE = np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.float32)


class PairRows(NamedTuple):
    """Pairs of queries, arrays of one length in any order.

    Attributes:
        row: of the query asked for, int64.
        other_row: of the other one, int64.
        strength: float64, higher is better.
    """

    row: npt.NDArray[np.int64]
    other_row: npt.NDArray[np.int64]
    strength: npt.NDArray[np.float64]


class PairTable:
    """Other queries of a query, best first, memory-mapped: 8 bytes for a query that has some, 8 for each of them."""

    def __init__(self, generation: Generation, section: str) -> None:
        """Maps what `save_pairs` wrote; a section without pairs has no files."""
        self._is_known = generation.holds(f"{section}_from.npy")
        if self._is_known:
            self._from = generation.array(f"{section}_from")
            self._starts = generation.array(f"{section}_start").data
            self._others = generation.array(f"{section}_other")
            self._strength = generation.array(f"{section}_strength")

    def of(self, query_id: int) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float32]]:
        """Ids of the other queries, best first, and the strength of each; both empty without any. About 2 µs."""
        at = position(self._from, query_id) if self._is_known else -1
        if at < 0:
            return _NONE
        start, end = self._starts[at], self._starts[at + 1]
        return self._others[start:end], self._strength[start:end]


class RelatedIndex(NamedTuple):
    """What related queries are looked up in, besides the indexes that every surface shares; memory-mapped.

    Attributes:
        later: by the query before them, what people searched later in the session.
        items: by one of them, queries for the same items.
        lists: answers made in advance, strengths being their scores.
        gated: the same with what a service leaves out left out.
        initials: queries of several words by the first letters of these, ranks.
        sequel: float32[d, d], takes the vector of a query to where those lie that people ask next; None where no
            such map is known for the encoder.
        crowd: see `suggest.index.related_crowd.Surroundings`; None without vectors.
        middle: likewise.
    """

    later: PairTable
    items: PairTable
    lists: PairTable
    gated: PairTable
    initials: EntryIndex
    sequel: npt.NDArray[np.float32] | None
    crowd: npt.NDArray[np.float16] | None
    middle: npt.NDArray[np.float32] | None

    @classmethod
    def open(cls, generation: Generation) -> RelatedIndex:
        """Maps what the build wrote; one that holds no `SECTION` was built by a version without related queries."""
        sequel, crowd, middle = (
            generation.array(name) if generation.holds(f"{name}.npy") else None
            for name in (f"{SECTION}_sequel", f"{SECTION}_crowd", f"{SECTION}_middle")
        )
        later, items, lists, gated = (PairTable(generation, section) for section in (LATER, ITEMS, LISTS, GATED))
        letters = EntryIndex(generation, f"{SECTION}_initials")
        return cls(later, items, lists, gated, letters, sequel, crowd, middle)


def save_pairs(writer: GenerationWriter, section: str, ids: npt.NDArray[np.uint32], pairs: PairRows) -> None:
    """Writes what `PairTable` reads, the `MOST_OTHERS` strongest of each query, ties by row; nothing without pairs.

    Args:
        writer: the generation being built.
        section: beginning of the names of the files.
        ids: of the rows of the queries.
        pairs: as of `PairRows`.
    """
    if not len(pairs.row):
        return
    left = ids[pairs.row]
    order = np.lexsort((pairs.other_row, -pairs.strength, left))
    known, starts, counts = np.unique(left[order], return_index=True, return_counts=True)
    place = np.arange(len(order)) - np.repeat(starts, counts)
    order = order[place < MOST_OTHERS]
    _save_table(
        writer, section, known, np.minimum(counts, MOST_OTHERS), ids[pairs.other_row[order]], pairs.strength[order]
    )


Lists = dict[int, list[tuple[int, float]]]
"""By query id: (id, score) of others, best first."""


def save_lists(writer: GenerationWriter, section: str, lists: Lists) -> None:
    """Writes what `PairTable` reads, in the order given; nothing of queries with empty lists."""
    known = sorted(query_id for query_id, others in lists.items() if others)
    if not known:
        return
    others, scores = zip(*(pair for query_id in known for pair in lists[query_id]), strict=True)
    _save_table(writer, section, known, [len(lists[query_id]) for query_id in known], others, scores)


def _save_table(
    writer: GenerationWriter,
    section: str,
    known: npt.ArrayLike,
    sizes: npt.ArrayLike,
    others: npt.ArrayLike,
    strength: npt.ArrayLike,
) -> None:
    """The files of a `PairTable`: the ids that have others, how many each has, and these with their strengths."""
    writer.save_array(f"{section}_from", np.asarray(known, dtype=np.uint32))
    writer.save_array(f"{section}_start", np.append(0, np.cumsum(sizes)).astype(np.uint32))
    writer.save_array(f"{section}_other", np.asarray(others, dtype=np.uint32))
    writer.save_array(f"{section}_strength", np.asarray(strength, dtype=np.float32))


def save_initials(writer: GenerationWriter, keys: pa.Array, rank: npt.NDArray[Any]) -> None:
    """Writes the first letters of each query's words for `RelatedIndex.initials`; about 2 µs a query.

    Args:
        writer: the generation being built.
        keys: normalised queries.
        rank: of each, a permutation of 0 to n-1.
    """
    pieces, seen, found = Pieces.of(keys), numbering(), Found.nothing()
    for piece in each_text(pieces.texts):
        found.add([seen[word] for word in words(unaccented(piece))])
    spoken = pieces.spread(found)
    letters = pa.array([word[0] for word in seen], pa.large_string())
    is_said = np.array([word not in PASSED_OVER for word in seen], dtype=np.bool_)[spoken.number]
    short = Occurrences(spoken.number[is_said], spoken.row[is_said])
    n_whole, n_short = (np.bincount(each.row, minlength=len(keys)) for each in (spoken, short))
    wanted = (n_whole <= MOST), (n_short >= LEAST) & (n_short <= MOST) & (n_short < n_whole)
    texts = [
        row_texts(letters, each, len(keys), "").filter(pa.array((n_whole >= LEAST) & is_wanted))
        for each, is_wanted in zip((spoken, short), wanted, strict=True)
    ]
    ranks = [rank[(n_whole >= LEAST) & is_wanted] for is_wanted in wanted]
    save_entries(writer, f"{SECTION}_initials", pa.concat_arrays(texts), np.concatenate(ranks).astype(np.uint32))
