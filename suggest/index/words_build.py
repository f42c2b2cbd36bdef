"""The words of all queries, written for `WordIndex`: postings by word and words by query."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from suggest.artifacts import GenerationWriter
from suggest.index.entries import ascending, save_sorted_entries
from suggest.index.forward import CHUNK, EMPTY, N_BUCKETS
from suggest.index.pieces import Found, Occurrences, Pieces, numbering
from suggest.index.strings import each_text, save_strings
from suggest.index.words import SECTION
from suggest.text import unaccented, words
from suggest.text.unspaced import character_pairs


def save_words(
    writer: GenerationWriter, keys: pa.Array, rank: npt.NDArray[np.int64], weight: npt.NDArray[np.float64]
) -> tuple[pa.Array, npt.NDArray[np.float32]]:
    """Writes what `WordIndex` reads; no file when no query has a word.

    About 3 µs a query of ASCII. On disk about 16 bytes a query, 4 an occurrence of a word and 25 a word.

    Args:
        writer: the generation being built, which holds the query table too.
        keys: normalised queries.
        rank: of each, a permutation of 0 to n-1, int64[n].
        weight: of each, float64[n].

    Returns:
        The words in code point order, and the weight of each, float32.
    """
    vocabulary, spoken, pairs = _read(keys)
    if not len(vocabulary):
        return vocabulary, np.empty(0, np.float32)
    n_words = len(vocabulary)
    postings = ascending(np.concatenate([_numbered(spoken, rank), _numbered(pairs, rank)]))
    number, ranks = np.divmod(postings, len(rank))
    starts = number.searchsorted(np.arange(n_words + 1))
    save_strings(writer, f"{SECTION}_text", vocabulary)
    save_sorted_entries(writer, SECTION, vocabulary, starts, ranks.astype(np.uint32))
    sketch = np.zeros(len(rank), dtype=np.uint32)
    np.bitwise_or.at(sketch, ranks, (1 << starts[number] * N_BUCKETS // len(ranks)).astype(np.uint32))
    writer.save_array(f"{SECTION}_sketch", sketch)
    number, ranks = np.divmod(ascending(_numbered(spoken, rank)), len(rank))
    by_rank = np.empty(len(rank))
    by_rank[rank] = weight
    weight_of = np.bincount(number, by_rank[ranks], n_words).astype(np.float32)
    writer.save_array(f"{SECTION}_weight", weight_of)
    is_alone = np.bincount(spoken.row, minlength=len(rank))[spoken.row] == 1
    alone = np.bincount(spoken.number[is_alone], weight[spoken.row[is_alone]], n_words)
    writer.save_array(f"{SECTION}_weight_alone", alone.astype(np.float32))
    writer.save_array(f"{SECTION}_forward", _chunks(*_by_rank(spoken, pairs, rank), len(rank), n_words))
    return vocabulary, weight_of


def _numbered(occurrences: Occurrences, rank: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """One number for a word and a rank, in the order of the words and then the ranks."""
    return occurrences.number * len(rank) + rank[occurrences.row]


def _read(keys: pa.Array) -> tuple[pa.Array, Occurrences, Occurrences]:
    """The vocabulary in order, the words of each query, and the character pairs of it that are none of its words."""
    pieces = Pieces.of(keys)
    seen = numbering()
    spoken_in, pairs_in = Found.nothing(), Found.nothing()
    for piece in each_text(pieces.texts):
        plain = unaccented(piece)
        spoken = words(plain)
        pairs = [] if piece.isascii() else [pair for pair in character_pairs(plain) if pair not in spoken]
        spoken_in.add([seen[word] for word in spoken])
        pairs_in.add([seen[pair] for pair in pairs])
    vocabulary = sorted(seen)
    place = np.empty(len(vocabulary), dtype=np.int64)
    place[[seen[word] for word in vocabulary]] = np.arange(len(vocabulary))
    spoken_at, pairs_at = (pieces.spread(found) for found in (spoken_in, pairs_in))
    return (
        pa.array(vocabulary, pa.large_string()),
        spoken_at._replace(number=place[spoken_at.number]),
        pairs_at._replace(number=place[pairs_at.number]),
    )


def _by_rank(
    spoken: Occurrences, pairs: Occurrences, rank: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """All occurrences in the order of their ranks: numbers of words, and ranks."""
    ranks = rank[np.concatenate((spoken.row, pairs.row))]
    order = np.argsort(ranks, kind="stable")
    return np.concatenate((spoken.number, pairs.number))[order], ranks[order]


def _chunks(
    number: npt.NDArray[np.int64], rank: npt.NDArray[np.int64], n_queries: int, n_words: int
) -> npt.NDArray[np.uint32]:
    """The forward index: a chunk for each query by rank, then those that go on, uint32[n_chunks, CHUNK].

    A word is there by its number plus one. Where a query has more words than fit, the last place of its
    chunk holds `n_words` + 1 plus the number of a further chunk, counted from after the queries.
    """
    size = np.bincount(rank, minlength=n_queries)
    further = np.maximum(0, (size + 1) // (CHUNK - 1) - 1)
    first_further = np.cumsum(further) - further
    at = np.arange(len(rank)) - (np.cumsum(size) - size)[rank]
    chunk = np.minimum(at // (CHUNK - 1), further[rank])
    row = np.where(chunk == 0, rank, n_queries + first_further[rank] + chunk - 1)
    chunks = np.full((n_queries + int(further.sum()), CHUNK), EMPTY, dtype=np.uint32)
    chunks[row, at - chunk * (CHUNK - 1)] = number + 1
    going_on = np.repeat(np.arange(n_queries), further)
    step = np.arange(len(going_on)) - first_further[going_on]
    before = np.where(step == 0, going_on, n_queries + first_further[going_on] + step - 1)
    chunks[before, CHUNK - 1] = n_words + 1 + np.arange(len(going_on))
    return chunks
