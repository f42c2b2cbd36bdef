"""Items and what belongs to them, written for `Items`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from suggest.artifacts import GenerationWriter
from suggest.index.items import SECTION, SEPARATOR, Floats, Ids, ItemText
from suggest.index.items_said import save_word_queries
from suggest.index.items_words import inverse_frequency, save_item_words, spoken_words
from suggest.index.strings import each_text, save_strings
from suggest.index.tries import save_trie

_MOST_WORDS = 255

MOST_PAIRS = 50
"""Queries of one item that are taken for each other's company: the pairs of more would be thousands."""

MOST_COMPANY = 20
"""Queries kept as company of one, those of the largest share of its items."""

LEAST_TOGETHER = 2
"""Items that two queries must share."""


@dataclass(frozen=True, eq=False)
class PairRows:
    """Queries by item; each pair of an item and a query once.

    Attributes:
        row: of the item, int64[n].
        ids: of the query, uint32[n].
        users, looks, clicks: as of `Pairs`, float[n].
    """

    row: Ids
    ids: npt.NDArray[np.uint32]
    users: npt.NDArray[np.floating[Any]]
    looks: npt.NDArray[np.floating[Any]]
    clicks: npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class SeenRows:
    """Items watched next to an item.

    Attributes:
        row: of the item, int64[n].
        other: of the item seen with it, int64[n].
        strength: 0 to 1, float[n].
    """

    row: Ids
    other: Ids
    strength: npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class MentionRows:
    """Queries that comments hold.

    Attributes:
        row: of the item, int64[n].
        ids: of the query, uint32[n].
        comment: row of `comments`, int64[n].
        comments: names, distinct.
    """

    row: Ids
    ids: npt.NDArray[np.uint32]
    comment: Ids
    comments: Sequence[str]


@dataclass(frozen=True, eq=False)
class ItemRows:
    """Items and what belongs to them.

    Attributes:
        names: of the items, distinct.
        texts: what is written on each.
        locales: of each, or None.
        pairs: queries of them.
        seen: items seen with them.
        mentions: queries in their comments.
    """

    names: Sequence[str]
    texts: Sequence[ItemText]
    locales: Sequence[str | None]
    pairs: PairRows
    seen: SeenRows
    mentions: MentionRows


def save_items(writer: GenerationWriter, items: ItemRows, keys: pa.Array, ids: npt.NDArray[np.uint32]) -> Ids:
    """Writes what `Items` reads; returns the number of each row of `items`, int64.

    Args:
        writer: the generation being built.
        items: at least one.
        keys: all queries of the generation, normalised.
        ids: of each of them.

    Cost: about 30 µs an item with a short title, 5 µs a query.
    """
    trie = save_trie(writer, SECTION, items.names)
    numbers = np.array([trie[name] for name in items.names], dtype=np.int64)
    row_of = np.argsort(numbers)
    texts = [items.texts[row] for row in row_of]
    save_strings(writer, f"{SECTION}_title", pa.array([text.title for text in texts], pa.string()))
    others = [SEPARATOR.join([*text.tags, text.text]) for text in texts]
    save_strings(writer, f"{SECTION}_other", pa.array(others, pa.string()))
    _save_locales(writer, [items.locales[row] for row in row_of])
    spoken = [spoken_words(text.parts()) for text in texts]
    different = [set(spoken_words([key])) for key in each_text(keys)]
    postings = save_item_words(writer, spoken, zip(ids.tolist(), different, strict=True))
    starts, pair_ids = _save_pairs(writer, items.pairs, numbers)
    save_word_queries(writer, postings, starts, pair_ids)
    _save_seen(writer, items.seen, numbers)
    _save_mentions(writer, items.mentions, numbers)
    _save_query_words(writer, ids, different, spoken)
    return numbers


def _save_locales(writer: GenerationWriter, locales: Sequence[str | None]) -> None:
    names = sorted({locale for locale in locales if locale is not None})
    code: dict[str | None, int] = {name: number for number, name in enumerate(names, 1)}
    code[None] = 0
    writer.save_array(f"{SECTION}_locale", np.array([code[locale] for locale in locales], dtype=np.uint32))
    writer.parameters[f"{SECTION}_locales"] = names


def _save_pairs(
    writer: GenerationWriter, pairs: PairRows, numbers: Ids
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Returns where the queries of each item begin, and these."""
    columns = {
        "ids": pairs.ids.astype(np.uint32),
        **{name: getattr(pairs, name).astype(np.float32) for name in ("users", "looks", "clicks")},
    }
    owner = numbers[pairs.row]
    starts, order = _save_runs(writer, f"{SECTION}_pair", owner, len(numbers), columns, by=pairs.ids)
    is_paired = np.zeros(len(numbers), dtype=np.bool_)
    is_paired[owner] = True
    writer.save_array(f"{SECTION}_is_paired", is_paired)
    paired, n_items = np.unique(pairs.ids, return_counts=True)
    writer.save_array(f"{SECTION}_paired_ids", paired.astype(np.uint32))
    writer.save_array(f"{SECTION}_paired_items", n_items.astype(np.float32))
    _save_company(writer, pairs, paired, n_items)
    return starts, pairs.ids[order]


def _save_company(
    writer: GenerationWriter, pairs: PairRows, paired: npt.NDArray[np.uint32], n_items: npt.NDArray[np.int64]
) -> None:
    """For each query the queries that most of its items have too; one that shares but one item is chance."""
    order = np.lexsort((pairs.ids, pairs.row))
    row, place = pairs.row[order], paired.searchsorted(pairs.ids[order])
    left, right = _within(row, MOST_PAIRS)
    both = np.concatenate([place[left] * len(paired) + place[right], place[right] * len(paired) + place[left]])
    code, together = np.unique(both, return_counts=True)
    owner, other = np.divmod(code[together >= LEAST_TOGETHER], max(1, len(paired)))
    strength = together[together >= LEAST_TOGETHER] / n_items[owner]
    best = np.lexsort((other, -strength, owner))
    owner, other, strength = owner[best], other[best], strength[best]
    starts = owner.searchsorted(np.arange(len(paired)))
    kept = np.arange(len(owner)) - starts[owner] < MOST_COMPANY
    columns = {"ids": paired[other[kept]].astype(np.uint32), "strength": strength[kept].astype(np.float32)}
    _save_runs(writer, f"{SECTION}_company", owner[kept], len(paired), columns, by=-strength[kept])


def _within(row: Ids, most: int) -> tuple[Ids, Ids]:
    """Places of all pairs of the first `most` of each run of equal rows, the earlier first."""
    starts = row.searchsorted(row)
    nth = np.arange(len(row)) - starts
    reach = np.minimum(nth, most) * (nth < most)
    right = np.repeat(np.arange(len(row)), reach)
    before = np.cumsum(reach) - reach
    left = np.arange(len(right)) - before[right] + starts[right]
    return left, right


def _save_seen(writer: GenerationWriter, seen: SeenRows, numbers: Ids) -> None:
    columns = {"items": numbers[seen.other].astype(np.uint32), "strength": seen.strength.astype(np.float32)}
    _save_runs(writer, f"{SECTION}_seen", numbers[seen.row], len(numbers), columns, by=-seen.strength)


def _save_mentions(writer: GenerationWriter, mentions: MentionRows, numbers: Ids) -> None:
    trie = save_trie(writer, f"{SECTION}_comments", mentions.comments)
    comment = np.array([trie[name] for name in mentions.comments], dtype=np.uint32)[mentions.comment]
    columns = {"ids": mentions.ids.astype(np.uint32), "comments": comment}
    _save_runs(writer, f"{SECTION}_mention", numbers[mentions.row], len(numbers), columns, by=mentions.ids)


def _save_runs(
    writer: GenerationWriter,
    name: str,
    owner: Ids,
    n_owners: int,
    columns: dict[str, npt.NDArray[Any]],
    by: npt.NDArray[Any],
) -> tuple[npt.NDArray[np.uint32], Ids]:
    """Columns of rows sorted by owner, then `by`; returns where the rows of each owner begin, and the order."""
    order = np.lexsort((by, owner))
    for column, values in columns.items():
        writer.save_array(f"{name}_{column}", values[order])
    starts = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=n_owners))]).astype(np.uint32)
    writer.save_array(f"{name}_start", starts)
    return starts, order


def _save_query_words(
    writer: GenerationWriter,
    ids: npt.NDArray[np.uint32],
    different: Sequence[set[str]],
    spoken: Sequence[Sequence[str]],
) -> None:
    """By query id: how many different words it has, and what they weigh in items."""
    holding = Counter(word for own in spoken for word in set(own))
    n_words = np.zeros(len(ids), dtype=np.uint8)
    idf: Floats = np.zeros(len(ids), dtype=np.float32)
    for query_id, own in zip(ids.tolist(), different, strict=True):
        n_words[query_id] = min(len(own), _MOST_WORDS)
        idf[query_id] = sum(inverse_frequency(holding[word], len(spoken)) for word in sorted(own))
    writer.save_array(f"{SECTION}_query_words", n_words)
    writer.save_array(f"{SECTION}_query_idf", idf)
