"""Here are query ids: which of them are near-duplicates of each other?

A group is named by the id of its heaviest query, so that a query without near-duplicates is its own group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.entries import ascending
from suggest.index.pieces import Found, Occurrences, Pieces, numbering, row_texts
from suggest.index.strings import each_text
from suggest.text.near_duplicates import is_in_order, near_duplicate_key, plain_words, singular

# Shorter parts are articles and letters: `a part` is no `apart`.
_MIN_PART_CHARS = 2
_MIN_JOINED_CHARS = 4


class GroupTable:
    """The groups of near-duplicates, memory-mapped: 4 bytes a query, since every answer asks for each of its own."""

    def __init__(self, generation: Generation) -> None:
        self._heaviest = generation.array("group_heaviest").data

    def groups(self, ids: Sequence[int]) -> list[int]:
        """The group of each query: the id of its heaviest query, its own where it is alone. About 0.5 µs for ten."""
        heaviest = self._heaviest
        return [heaviest[query_id] for query_id in ids]


def save_groups(
    writer: GenerationWriter,
    keys: pa.Array,
    ids: npt.NDArray[np.uint32],
    weight: npt.NDArray[np.floating[Any]],
    variants: Mapping[str, str] | None = None,
) -> int:
    """Writes the groups of two and more queries with equal near-duplicate key; returns how many queries they hold.

    Args:
        writer: of the generation.
        keys: the queries, sorted.
        ids: uint32, the id of each row.
        weight: float, the popularity of each row; of equal ones the first row is the heaviest.
        variants: usual form by other form of a word, as `near_duplicate_key` takes it.

    Cost: about 3 µs a row in ASCII, else 10 µs.
    """
    usual = {**joined_words(keys), **(variants or {})}
    group = near_keys(keys, usual).dictionary_encode().indices.to_numpy()
    rows = np.flatnonzero(np.bincount(group, minlength=1)[group] > 1)
    heaviest = _heaviest(group[rows], ids[rows], weight[rows])
    group_of = np.arange(len(ids), dtype=np.uint32)
    group_of[ids[rows]] = heaviest
    writer.save_array("group_heaviest", group_of)
    return len(rows)


def joined_words(keys: pa.Array) -> dict[str, str]:
    """Pairs of words that some query writes as one: `wi fi` to `wifi`, where `wifi` or `wi-fi` occurs."""
    split = pc.split_pattern(pc.replace_substring(keys.cast(pa.large_string()), "-", ""), " ")
    lists = split.combine_chunks() if isinstance(split, pa.ChunkedArray) else split
    coded = lists.flatten().dictionary_encode()
    words, code = coded.dictionary, coded.indices.to_numpy()
    starts = lists.offsets.to_numpy() - lists.offsets[0].as_py()
    is_followed = np.ones(len(code), dtype=np.bool_)
    is_followed[starts[1:][starts[1:] > 0] - 1] = False
    left = code[:-1][is_followed[:-1]]
    right = code[1:][is_followed[:-1]]
    pairs = np.divmod(ascending(left.astype(np.int64) * len(words) + right), max(1, len(words)))
    first, second = (words.take(pa.array(codes)) for codes in pairs)
    joined = pc.binary_join_element_wise(first, second, pa.scalar("", pa.large_string()))
    lengths = [pc.utf8_length(column).to_numpy(zero_copy_only=False) for column in (first, second, joined)]
    is_word = pc.is_in(joined, value_set=words).to_numpy(zero_copy_only=False)
    is_long = (lengths[0] >= _MIN_PART_CHARS) & (lengths[1] >= _MIN_PART_CHARS) & (lengths[2] >= _MIN_JOINED_CHARS)
    found = pa.array(is_word & is_long & _are_letters(joined))
    spaced = pc.binary_join_element_wise(first, second, pa.scalar(" ", pa.large_string()))
    return dict(zip(spaced.filter(found).to_pylist(), joined.filter(found).to_pylist(), strict=True))


def _are_letters(words: pa.Array) -> npt.NDArray[np.bool_]:
    return pc.utf8_is_alpha(words).to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def near_keys(keys: pa.Array, usual: Mapping[str, str]) -> pa.Array:
    """`near_duplicate_key` of each query: of those in ASCII worked out once a word, about 1 µs a query."""
    at, words = _plain_words(keys)
    is_other = np.bincount(at.row, minlength=len(keys)) == 0
    is_other[at.row[_begins_pair(at, words, usual)]] = True
    others = [near_duplicate_key(key, usual) for key in each_text(keys.filter(pa.array(is_other)))]
    forms = [singular(usual.get(word, word)) for word in words]
    names = sorted(set(forms))
    place = {name: number for number, name in enumerate(names)}
    at = at._replace(number=np.array([place[form] for form in forms], dtype=np.int64)[at.number])
    texts = row_texts(pa.array(names, pa.large_string()), _in_order(at, names, len(keys)), len(keys), " ")
    return pc.replace_with_mask(texts, pa.array(is_other), pa.array(others, pa.large_string()))


def _plain_words(keys: pa.Array) -> tuple[Occurrences, list[str]]:
    """The words of the queries in ASCII, and their texts by number."""
    pieces, seen, found = Pieces.of(keys), numbering(), Found.nothing()
    for piece in each_text(pieces.texts):
        found.add([seen[word] for word in plain_words(piece)] if piece.isascii() else [])
    return pieces.spread(found), list(seen)


def _begins_pair(at: Occurrences, words: Sequence[str], usual: Mapping[str, str]) -> npt.NDArray[np.int64]:
    """Where a word stands before another one with which it has a usual form."""
    number_of = {word: number for number, word in enumerate(words)}
    parts = [number_of.get(word, -1) for pair in usual if pair.count(" ") == 1 for word in pair.split(" ")]
    first, second = np.array(parts, dtype=np.int64).reshape(-1, 2).T
    known = np.sort((first * len(words) + second)[(first >= 0) & (second >= 0)])
    pairs = at.number[:-1] * len(words) + at.number[1:]
    is_pair = np.append(known, -1)[known.searchsorted(pairs)] == pairs
    return np.flatnonzero(is_pair & (at.row[:-1] == at.row[1:]))


def _in_order(at: Occurrences, names: Sequence[str], n_rows: int) -> Occurrences:
    """The words of each row in the order of `names`, or as they are where that means something."""
    is_fixed = np.array([is_in_order([name]) for name in names], dtype=np.bool_)
    is_digit = np.array([name[0].isdigit() for name in names], dtype=np.bool_)
    n_fixed, n_digits = (np.bincount(at.row[kind[at.number]], minlength=n_rows) for kind in (is_fixed, is_digit))
    moves = ((n_fixed == 0) & (n_digits <= 1))[at.row]
    number = at.number.copy()
    # Rows ascend, so that each keeps its places.
    number[moves] = np.sort(at.row[moves] * len(names) + number[moves]) % max(len(names), 1)
    return Occurrences(number, at.row)


def _heaviest(
    group: npt.NDArray[Any], ids: npt.NDArray[np.uint32], weight: npt.NDArray[np.floating[Any]]
) -> npt.NDArray[np.uint32]:
    """For each row the id of the heaviest row of its group, the first of equal ones. As served: float32."""
    order = np.lexsort((np.arange(len(group)), -weight.astype(np.float32), group))
    is_first = np.ones(len(order), dtype=np.bool_)
    is_first[1:] = group[order][1:] != group[order][:-1]
    heaviest = np.empty(len(order), dtype=np.uint32)
    heaviest[order] = ids[order][is_first][np.cumsum(is_first) - 1]
    return heaviest
