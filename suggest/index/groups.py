"""Here are query ids: which of them are near-duplicates of each other?

A group is named by the id of its heaviest query, so that a query without near-duplicates is its own group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.entries import ascending
from suggest.text.near_duplicates import near_duplicate_key

_BATCH = 65_536
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

    Cost: about 10 µs a row.
    """
    usual = {**joined_words(keys), **(variants or {})}
    near = pa.chunked_array(
        [pa.array(batch, pa.string()) for batch in _near_keys(keys, usual)] or [pa.array([], pa.string())]
    )
    group = near.combine_chunks().dictionary_encode().indices.to_numpy()
    rows = np.flatnonzero(np.bincount(group, minlength=1)[group] > 1)
    heaviest = _heaviest(group[rows], ids[rows], weight[rows])
    group_of = np.arange(len(ids), dtype=np.uint32)
    group_of[ids[rows]] = heaviest
    writer.save_array("group_heaviest", group_of)
    return len(rows)


def joined_words(keys: pa.Array) -> dict[str, str]:
    """Pairs of words that some query writes as one: `wi fi` to `wifi`, where `wifi` or `wi-fi` occurs."""
    split = pc.split_pattern_regex(pc.replace_substring(keys.cast(pa.large_string()), "-", ""), pattern=" ")
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


def _near_keys(keys: pa.Array, usual: Mapping[str, str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), _BATCH):
        yield [near_duplicate_key(key, usual) for key in keys.slice(start, _BATCH).to_pylist()]


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
