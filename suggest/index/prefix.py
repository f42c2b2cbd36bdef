"""Here is a prefix: which queries start with it, best first?

Heavy prefixes have stored lists of ids, found through a second marisa trie; the others are
enumerated. The first `RENDERED` texts of every list are stored joined: one slice, one decode and
one split answer a request, where restoring ten keys from the trie costs ten times as much.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import NamedTuple

import marisa_trie
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from suggest.artifacts import Generation, GenerationWriter
from suggest.index import heavy
from suggest.index.heavy import BestLists, best_lists, heavy_prefixes
from suggest.index.locales import LocaleWeights, locale_to_serve
from suggest.index.strings import StringTable, save_strings
from suggest.index.table import QueryColumns, QueryTable, ranks

ALL = ""
"""Name of the order over all locales summed."""

RENDERED = 10
"""Texts stored with each list: the usual k. Each one more costs about 0.6 bytes a query."""


class Completions(NamedTuple):
    """Queries that start with a prefix, best first; two lists of one length.

    Attributes:
        ids: query ids.
        texts: their display forms.
    """

    ids: list[int]
    texts: list[str]


class PrefixIndex:
    """Exact top-k of a prefix by weight, ties by key, over all locales or one.

    With more than `DEEP_OVER` completions, at most `DEEP_TOP` can be had.
    """

    def __init__(self, generation: Generation) -> None:
        self.queries = QueryTable(generation)
        self._heavy = marisa_trie.Trie().mmap(str(generation.path("prefixes.marisa")))
        self._interval = generation.array("prefix_interval").data
        self._size = generation.array("interval_size").data
        locales: Mapping[str, int] = generation.parameters["locales"]
        self._orders = {ALL: _Order(generation, 0)}
        self._locales = {name: LocaleWeights(generation, number) for name, number in locales.items() if number}
        for name, number in locales.items():
            self._orders[name] = _Order(generation, number) if number else self._orders[ALL]

    def locale(self, wanted: str | None) -> str:
        """The locale whose order serves a request: exact tag, else its language, else `ALL`."""
        return ALL if wanted is None else locale_to_serve(wanted, self._orders, ALL)

    def top(self, prefix: str, k: int, locale: str = ALL) -> Completions:
        """The best `k` queries that start with a normalised prefix, with their texts.

        About 4 µs for k up to `RENDERED` of a heavy prefix; else about 1 µs a text.

        Args:
            prefix: as `normalise_prefix` makes it; the empty one asks for the best of all.
            k: at most this many; fewer when there are fewer.
            locale: a name that `locale` returned. In one locale only queries searched there count.
        """
        interval = self._stored(prefix, k)
        if interval < 0:
            found = self._enumerated(prefix, k, locale)
            ids = [entry[2] for entry in found]
            return Completions(ids, self.queries.displays(ids, [entry[1] for entry in found]))
        ids, texts = self._orders[locale].top(interval, k)
        if len(ids) > len(texts):
            texts += [self.queries.text(query_id) for query_id in ids[len(texts) :]]
        return Completions(ids, texts)

    def top_ids(self, prefix: str, k: int, locale: str = ALL) -> list[int]:
        """The ids of `top` alone; cheaper, since the ranker will drop most of them unseen."""
        interval = self._stored(prefix, k)
        if interval < 0:
            return [entry[2] for entry in self._enumerated(prefix, k, locale)]
        return self._orders[locale].ids(interval, k)

    def weights(self, ids: Iterable[int], locale: str = ALL) -> list[float]:
        """Popularity of queries in a locale that `locale` returned; 0.0 for those unknown there."""
        weights = self._locales.get(locale, self.queries.weight)
        return [weights[query_id] for query_id in ids]

    def _stored(self, prefix: str, k: int) -> int:
        """Number of the interval whose stored list answers the best `k`, or -1 to enumerate."""
        number = self._heavy.get(prefix, -1)
        if number < 0:
            return -1
        interval: int = self._interval[number]
        if k > heavy.TOP and heavy.TOP < self._size[interval] <= heavy.DEEP_OVER:
            return -1
        return interval

    def _enumerated(self, prefix: str, k: int, locale: str) -> list[tuple[float, str, int]]:
        """(-weight, key, id) of the best `k`, in order: tuples that sort without a key function."""
        weights = self._locales.get(locale, self.queries.weight)
        found = [(-weights[query_id], key, query_id) for key, query_id in self.queries.starting_with(prefix)]
        found.sort()
        if locale in self._locales:
            found = [entry for entry in found if entry[0] < 0]
        return found[:k]


class _Order:
    """The stored lists of one locale, by number of the interval."""

    def __init__(self, generation: Generation, number: int) -> None:
        self._list = generation.array(f"lists_{number}_of_interval").data
        self._starts = generation.array(f"lists_{number}_starts").data
        # An array and not its memoryview: `tolist` of a slice costs 0.3 µs against 1.3 µs.
        self._ids = generation.array(f"lists_{number}")
        self._joined = StringTable(generation, f"lists_{number}_text")

    def ids(self, interval: int, k: int) -> list[int]:
        """The best `k`."""
        number = self._list[interval]
        start, end = self._starts[number], self._starts[number + 1]
        ids: list[int] = self._ids[start : min(end, start + k)].tolist()
        return ids

    def top(self, interval: int, k: int) -> tuple[list[int], list[str]]:
        """The best `k`, and the texts of the first of them, at most `RENDERED` and none of a short list."""
        ids = self.ids(interval, k)
        joined = self._joined[self._list[interval]]
        texts = joined.split("\n") if joined else []
        if len(texts) > len(ids):
            del texts[len(ids) :]
        return ids, texts


def save_prefixes(
    writer: GenerationWriter,
    columns: QueryColumns,
    ids: npt.NDArray[np.uint32],
    locales: Mapping[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]],
) -> None:
    """Writes what `PrefixIndex` reads beside the query table.

    Args:
        writer: the generation being built.
        columns: the queries, sorted by key.
        ids: their ids, from `save_queries`.
        locales: by name, ascending rows of `columns` that were searched there and the weight of each.
    """
    found = heavy_prefixes(columns.keys)
    trie = marisa_trie.Trie(found.prefixes)
    trie.save(str(writer.path("prefixes.marisa")))
    interval = np.empty(len(found.prefixes), dtype=np.uint32)
    interval[[trie[prefix] for prefix in found.prefixes]] = found.interval
    writer.save_array("prefix_interval", interval)
    writer.save_array("interval_size", (found.last - found.first).astype(np.uint32))
    # float32, as it is served: the stored order and the order of enumeration must tie alike.
    weight = columns.weight.astype(np.float32)
    orders = [best_lists(found, ranks(weight))]
    numbers: dict[str, int] = {}
    # A language with one region, and a log with one language, need no order of their own.
    known = {_content(np.arange(len(columns)), weight): 0}
    for name, (rows, exact) in sorted(locales.items()):
        local = exact.astype(np.float32)
        numbers[name] = known.setdefault(_content(rows, local), len(orders))
        if numbers[name] == len(orders):
            _save_locale(writer, numbers[name], ids[rows], local)
            orders.append(best_lists(found, ranks(local), rows))
    writer.parameters["locales"] = numbers
    _save_lists(writer, columns, ids, orders)


def _content(rows: npt.NDArray[np.int64], weight: npt.NDArray[np.float32]) -> bytes:
    return sha256(rows.tobytes() + weight.tobytes()).digest()


def _save_locale(
    writer: GenerationWriter, number: int, ids: npt.NDArray[np.uint32], weight: npt.NDArray[np.float32]
) -> None:
    order = np.argsort(ids)
    writer.save_array(f"locale_{number}_ids", ids[order])
    writer.save_array(f"locale_{number}_weight", weight[order])


def _save_lists(
    writer: GenerationWriter, columns: QueryColumns, ids: npt.NDArray[np.uint32], orders: list[BestLists]
) -> None:
    for number, best in enumerate(orders):
        lengths = np.fromiter(map(len, best.rows), dtype=np.int64, count=len(best.rows))
        rows = np.concatenate(best.rows) if best.rows else np.empty(0, np.int64)
        writer.save_array(f"lists_{number}_of_interval", best.of_interval.astype(np.uint32))
        writer.save_array(f"lists_{number}_starts", np.concatenate(([0], np.cumsum(lengths))).astype(np.uint32))
        writer.save_array(f"lists_{number}", ids[rows])
        texts = (_joined(columns, rows) for rows in best.rows)
        save_strings(writer, f"lists_{number}_text", pa.array(texts, pa.large_string()))


def _joined(columns: QueryColumns, rows: npt.NDArray[np.int64]) -> str:
    """The texts of the first rows; none of a list so short that most of its locale's prefixes have one like it."""
    if len(rows) <= heavy.HEAVY_OVER:
        return ""
    return "\n".join(columns.displays.take(pa.array(rows[:RENDERED])).to_pylist())
