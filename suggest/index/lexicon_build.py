"""Writes the names that are found in texts."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

import marisa_trie
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from suggest.artifacts import GenerationWriter
from suggest.errors import InputError
from suggest.index.lexicon import MAX_NAME_WORDS, NO_QUERY, SECTION, extended, second
from suggest.index.strings import each_text, save_strings
from suggest.index.tries import save_trie
from suggest.text.spans_surface import BREAK, joined, plain_surface, surface
from suggest.text.spans_words import word_tokens

BITS_PER_RUN = 10
"""Of the filter, at least: with two hashes 1 to 3% of the runs of words that begin no name pass."""

MAX_KINDS = 255
QUERY_KIND, NAME_KIND = "query", "name"
"""Kinds of a searched query, and of a given name that has none."""

_MIN_BITS = 64


class NameRow(NamedTuple):
    """One name.

    Attributes:
        name: as it was given.
        kind: as it was given; None where it was not given but is another name of a query.
        query_id: the admitted query that it searches for, or -1.
        query: what it searches for where that is no admitted query.
    """

    name: str
    kind: str | None
    query_id: int
    query: str


def save_lexicon(
    writer: GenerationWriter, keys: pa.Array, ids: npt.NDArray[np.uint32], names: Iterable[NameRow]
) -> int:
    """Writes what `Lexicon` reads.

    Args:
        writer: the generation being built.
        keys: of the admitted queries.
        ids: query id of each.
        names: in any order; rows of one name and one query count once, a given one before one that is not.

    Returns:
        Names besides queries that are spelt as they fold. Cost: 10 µs a query of ASCII words, else 40 µs a name.

    Raises:
        InputError: the given names are of more than `MAX_KINDS` kinds.
    """
    hashes = array("Q")
    kinds = [QUERY_KIND, NAME_KIND]
    entries = set(_of_queries(keys, ids, hashes))
    entries |= set(_of_names(names, kinds, hashes))
    trie = save_trie(writer, SECTION, (entry[0] for entry in entries))
    _save_entries(writer, trie, sorted(_once(entries, trie)))
    writer.save_json("lexicon_kinds", kinds)
    writer.save_array("lexicon_filter", _filter(np.frombuffer(hashes, dtype=np.uint64)))
    return len(trie)


def folded(name: str) -> tuple[str, list[int]] | None:
    """A name as it is looked up, and the hashes of its words; None where no text can hold it."""
    is_plain = name.isascii() and name.replace(" ", "").isalnum()
    words = plain_surface(name.split()) if is_plain else surface(name, word_tokens(name))
    # Signs around a name, and a break within that no text repeats exactly, are left out: `hello, dolly!`.
    kept = [n for n, fold in enumerate(words.folds) if fold != BREAK]
    if not 0 < len(kept) <= MAX_NAME_WORDS:
        return None
    return joined([words.folds[n] for n in kept])[0], [words.hashes[n] for n in kept]


def _spellings(name: str) -> Iterator[tuple[str, list[int]]]:
    """A name as it is looked up, and with its hyphens left out: `spider-man` is found as `spiderman` too."""
    for spelling in dict.fromkeys((name, name.replace("-", ""))):
        fold = folded(spelling)
        if fold:
            yield fold


_Entry = tuple[str, int, int, str]
"""Folded name, kind, query id (`NO_QUERY` for none), and then the text it searches for."""


def _of_queries(keys: pa.Array, ids: npt.NDArray[np.uint32], hashes: array[int]) -> Iterator[_Entry]:
    for key, query_id in zip(each_text(keys), ids.tolist(), strict=True):
        for fold, words in _spellings(key):
            hashes.extend(accumulate(words, extended, initial=0))
            if fold != key:
                yield fold, 0, query_id, ""


def _of_names(names: Iterable[NameRow], kinds: list[str], hashes: array[int]) -> Iterator[_Entry]:
    numbers = {NAME_KIND: kinds.index(NAME_KIND)}
    for row in names:
        kind = 0 if row.kind is None else numbers.setdefault(row.kind or NAME_KIND, len(kinds))
        if kind == len(kinds):
            if kind > MAX_KINDS:
                raise InputError(f"the lexicon has more than {MAX_KINDS} kinds; {row.kind!r} is one too many")
            kinds.append(row.kind or NAME_KIND)
        for fold, words in _spellings(row.name):
            hashes.extend(accumulate(words, extended, initial=0))
            text = "" if row.query_id >= 0 or row.query == fold else row.query
            yield fold, kind, NO_QUERY if row.query_id < 0 else row.query_id, text


def _once(entries: Iterable[_Entry], trie: marisa_trie.Trie) -> Iterator[tuple[int, int, int, str]]:
    """(name, kind, query id, text), of one name and query a given one rather than one that is not."""
    best: dict[tuple[str, int, str], int] = {}
    for name, kind, query_id, text in entries:
        known = best.get((name, query_id, text))
        best[name, query_id, text] = kind if not known else min(known, kind) if kind else known
    for (name, query_id, text), kind in best.items():
        yield trie[name], kind, query_id, text


def _save_entries(writer: GenerationWriter, trie: marisa_trie.Trie, entries: list[tuple[int, int, int, str]]) -> None:
    n_entries = np.bincount([name for name, *_ in entries], minlength=len(trie)) if entries else np.zeros(0, np.int64)
    writer.save_array("lexicon_first", np.concatenate([[0], np.cumsum(n_entries)]).astype(np.uint32))
    writer.save_array("lexicon_kind", np.array([kind for _, kind, *_ in entries], dtype=np.uint8))
    writer.save_array("lexicon_query", np.array([query_id for _, _, query_id, _ in entries], dtype=np.uint32))
    kept = [number for number, entry in enumerate(entries) if entry[3]]
    writer.save_array("lexicon_text_ids", np.array(kept, dtype=np.uint32))
    save_strings(writer, "lexicon_texts", pa.array([entries[number][3] for number in kept], pa.string()))


def _filter(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    """Bits that are set for each run of words that begins a name: Bloom (1970) with two hashes."""
    runs = np.unique(hashes)
    n_bits = max(_MIN_BITS, 1 << (BITS_PER_RUN * max(len(runs), 1) - 1).bit_length())
    shift = np.uint64(64 - n_bits.bit_length() + 1)
    bits = np.zeros(n_bits, dtype=np.bool_)
    bits[(runs >> shift).astype(np.int64)] = True
    bits[np.array([second(run) for run in runs.tolist()], dtype=np.uint64) >> shift] = True
    return np.packbits(bits, bitorder="little")
