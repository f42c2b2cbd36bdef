"""Writes the names that are found in texts."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any, NamedTuple

import marisa_trie
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from suggest.artifacts import GenerationWriter
from suggest.errors import InputError
from suggest.index.entries import ascending
from suggest.index.lexicon import MAX_NAME_WORDS, NO_QUERY, SECTION, extended, second
from suggest.index.pieces import Found, Occurrences, Pieces, numbering, row_texts
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
        Names besides queries that are spelt as they fold. Cost: 3 µs a query in ASCII, else 40 µs a name.

    Raises:
        InputError: the given names are of more than `MAX_KINDS` kinds.
    """
    kinds = [QUERY_KIND, NAME_KIND]
    runs = array("Q")
    of_queries, query_runs = _of_queries(keys, ids, runs)
    entries = pa.concat_tables([of_queries, _of_names(names, kinds, runs)])
    # A table and no set of rows: a log has as many of them as queries in the plural.
    entries = entries.group_by(entries.column_names).aggregate([]).combine_chunks()
    trie = save_trie(writer, SECTION, each_text(entries["name"].combine_chunks()))
    _save_entries(writer, len(trie), _once(entries, trie))
    writer.save_json("lexicon_kinds", kinds)
    writer.save_array("lexicon_filter", _filter(np.concatenate([np.frombuffer(runs, dtype=np.uint64), query_runs])))
    return len(trie)


def folded(name: str) -> tuple[str, list[int]] | None:
    """A name as it is looked up, and the hashes of its words; None where no text can hold it."""
    folds, hashes = _kept_words(name)
    return (joined(folds)[0], hashes) if 0 < len(folds) <= MAX_NAME_WORDS else None


def _kept_words(name: str) -> tuple[list[str], list[int]]:
    """The folds of a name and their hashes.

    Signs around it, and a break within that no text repeats exactly, are left out: `hello, dolly!`.
    """
    is_plain = name.isascii() and name.replace(" ", "").isalnum()
    words = plain_surface(name.split()) if is_plain else surface(name, word_tokens(name))
    kept = [n for n, fold in enumerate(words.folds) if fold != BREAK]
    return [words.folds[n] for n in kept], [words.hashes[n] for n in kept]


def _spellings(name: str) -> Iterator[tuple[str, list[int]]]:
    """A name as it is looked up, and with its hyphens left out: `spider-man` is found as `spiderman` too."""
    for spelling in dict.fromkeys((name, name.replace("-", ""))):
        fold = folded(spelling)
        if fold:
            yield fold


_ENTRY = pa.schema(
    [("name", pa.large_string()), ("kind", pa.uint16()), ("query", pa.uint32()), ("text", pa.large_string())]
)
"""Folded name, kind, query id (`NO_QUERY` for none), and then the text it searches for."""


def _of_queries(
    keys: pa.Array, ids: npt.NDArray[np.uint32], runs: array[int]
) -> tuple[pa.Table, npt.NDArray[np.uint64]]:
    """Entries of queries that are not spelt as they fold, and the runs of their words."""
    is_ascii = pc.string_is_ascii(keys)
    others = pc.invert(is_ascii)
    found = [_of_other_queries(keys.filter(others), ids[others.to_numpy(zero_copy_only=False)], runs)]
    of_rows = ids[is_ascii.to_numpy(zero_copy_only=False)]
    spelt = keys.filter(is_ascii).cast(pa.large_string())
    # As `_spellings`: with the hyphens left out too.
    has_hyphen = pc.match_substring(spelt, "-")
    all_runs = []
    for texts, rows in (
        (spelt, np.arange(len(spelt))),
        (pc.replace_substring(spelt.filter(has_hyphen), "-", ""), np.flatnonzero(has_hyphen)),
    ):
        names, begun = _folded_rows(texts)
        all_runs.append(begun)
        differs = pc.and_(pc.not_equal(names, spelt.take(pa.array(rows))), pc.not_equal(names, ""))
        kept = of_rows[rows[differs.to_numpy(zero_copy_only=False)]]
        found.append(_entries(names.filter(differs), np.zeros(len(kept), np.uint16), kept, [""] * len(kept)))
    return pa.concat_tables(found), np.concatenate(all_runs)


def _of_other_queries(keys: pa.Array, ids: npt.NDArray[np.uint32], runs: array[int]) -> pa.Table:
    names, queries = [], []
    for key, query_id in zip(each_text(keys), ids.tolist(), strict=True):
        for fold, words in _spellings(key):
            runs.extend(accumulate(words, extended, initial=0))
            if fold != key:
                names.append(fold)
                queries.append(query_id)
    return _entries(names, [0] * len(names), queries, [""] * len(names))


def _folded_rows(texts: pa.Array) -> tuple[pa.Array, npt.NDArray[np.uint64]]:
    """As `folded`, of texts in ASCII: names, empty where no text can hold one; and the hashes of all their runs."""
    pieces, seen, found = Pieces.of(texts), numbering(), Found.nothing()
    hash_of: dict[str, int] = {}
    for piece in each_text(pieces.texts):
        folds, hashes = _kept_words(piece)
        found.add([seen[fold] for fold in folds])
        hash_of.update(zip(folds, hashes, strict=True))
    at = pieces.spread(found)
    n_words = np.bincount(at.row, minlength=len(texts))
    may_be = n_words <= MAX_NAME_WORDS
    at = Occurrences(at.number[may_be[at.row]], at.row[may_be[at.row]])
    names = row_texts(pa.array(list(seen), pa.large_string()), at, len(texts), " ")
    return names, _runs(np.array([hash_of[fold] for fold in seen], dtype=np.uint64), at, len(texts))


def _runs(hashes: npt.NDArray[np.uint64], at: Occurrences, n_rows: int) -> npt.NDArray[np.uint64]:
    """The distinct hashes of the first words of each row, of its first two, and so on."""
    sizes = np.bincount(at.row, minlength=n_rows)
    starts = np.append(0, sizes.cumsum())[:-1]
    run = np.zeros(n_rows, dtype=np.uint64)
    found = [run[:1].copy()]
    for place in range(sizes.max(initial=0)):
        longer = np.flatnonzero(sizes > place)
        run[longer] = extended(run[longer], hashes[at.number[starts[longer] + place]])
        found.append(ascending(run[longer]))
    return np.concatenate(found)


def _of_names(names: Iterable[NameRow], kinds: list[str], runs: array[int]) -> pa.Table:
    numbers = {NAME_KIND: kinds.index(NAME_KIND)}
    entries = set()
    for row in names:
        kind = 0 if row.kind is None else numbers.setdefault(row.kind or NAME_KIND, len(kinds))
        if kind == len(kinds):
            if kind > MAX_KINDS:
                raise InputError(f"the lexicon has more than {MAX_KINDS} kinds; {row.kind!r} is one too many")
            kinds.append(row.kind or NAME_KIND)
        for fold, words in _spellings(row.name):
            runs.extend(accumulate(words, extended, initial=0))
            text = "" if row.query_id >= 0 or row.query == fold else row.query
            entries.add((fold, kind, NO_QUERY if row.query_id < 0 else row.query_id, text))
    return _entries(*zip(*entries, strict=True)) if entries else _ENTRY.empty_table()


def _entries(*columns: Any) -> pa.Table:
    return pa.table(list(columns), schema=_ENTRY)


def _once(entries: pa.Table, trie: marisa_trie.Trie) -> pa.Table:
    """Of one name and query a given one rather than one that is not; sorted, with the number of the name."""
    # A query's own kind is 0, and counts last.
    kind = pc.subtract(entries["kind"], pa.scalar(1, pa.uint16()))
    entries = entries.set_column(1, "kind", kind).group_by(["name", "query", "text"]).aggregate([("kind", "min")])
    entries = entries.append_column(
        "number", pa.array([trie[name] for name in each_text(entries["name"])], pa.uint32())
    )
    kind = pc.add(entries["kind_min"], pa.scalar(1, pa.uint16()))
    entries = entries.select(["number", "query", "text"]).append_column("kind", kind)
    return entries.sort_by([(name, "ascending") for name in ("number", "kind", "query", "text")])


def _save_entries(writer: GenerationWriter, n_names: int, entries: pa.Table) -> None:
    n_entries = np.bincount(entries["number"].to_numpy(), minlength=n_names)
    writer.save_array("lexicon_first", np.concatenate([[0], np.cumsum(n_entries)]).astype(np.uint32))
    writer.save_array("lexicon_kind", entries["kind"].to_numpy().astype(np.uint8))
    writer.save_array("lexicon_query", entries["query"].to_numpy())
    has_text = pc.not_equal(entries["text"], "").combine_chunks()
    writer.save_array("lexicon_text_ids", np.flatnonzero(has_text).astype(np.uint32))
    save_strings(writer, "lexicon_texts", entries["text"].combine_chunks().filter(has_text))


def _filter(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    """Bits that are set for each run of words that begins a name: Bloom (1970) with two hashes."""
    runs = ascending(hashes)
    n_bits = max(_MIN_BITS, 1 << (BITS_PER_RUN * max(len(runs), 1) - 1).bit_length())
    shift = np.uint64(64 - n_bits.bit_length() + 1)
    bits = np.zeros(n_bits, dtype=np.bool_)
    bits[(runs >> shift).astype(np.int64)] = True
    bits[(second(runs) >> shift).astype(np.int64)] = True
    return np.packbits(bits, bitorder="little")
