"""Here is a prefix: which queries start with it, best first?

Heavy prefixes have stored lists of ids, found through a second marisa trie; the others are
enumerated. The first `RENDERED` texts of every list are stored joined: one slice, one decode and
one split answer a request, where restoring ten keys from the trie costs ten times as much.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from suggest.artifacts import Generation, GenerationWriter
from suggest.index import heavy
from suggest.index.heavy import best_lists, heavy_prefixes
from suggest.index.lists import ListTable, save_lists
from suggest.index.locales import LocaleWeights, locale_to_serve
from suggest.index.table import QueryColumns, QueryTable, ranks
from suggest.index.tries import open_trie, save_trie

ALL = ""
"""Name of the order over all locales summed."""

RENDERED = 12
"""Texts stored with each list: the usual k and `completed.SPARE`. Each one more costs about a byte a query."""


Completions = tuple[list[int], list[str]]
"""Queries that start with a prefix, best first: their ids and their display forms. A plain tuple costs 0.2 µs less."""


class PrefixIndex:
    """Exact top-k of a prefix by weight, ties by key, over all locales or one.

    With more than `DEEP_OVER` completions, at most `DEEP_TOP` can be had.

    Attributes:
        locales: names of the orders beside the one over all locales, ascending.
    """

    def __init__(self, generation: Generation) -> None:
        self.queries = QueryTable(generation)
        self._heavy = open_trie(generation, "prefixes")
        self._first = generation.array("prefix_first").data
        self._size = generation.array("prefix_size").data
        rank = self.queries.rank.data
        self._rank_of_entry = lambda entry: rank[entry[1]]
        locales: Mapping[str, int] = generation.parameters["locales"]
        self.locales = tuple(sorted(locales))
        self._lists = {ALL: ListTable(generation, "lists_0")}
        self._locales = {name: LocaleWeights(generation, number) for name, number in locales.items() if number}
        for name, number in locales.items():
            self._lists[name] = ListTable(generation, f"lists_{number}") if number else self._lists[ALL]

    def locale(self, wanted: str | None) -> str:
        """The locale whose order serves a request: exact tag, else its language, else `ALL`."""
        return ALL if wanted is None else locale_to_serve(wanted, self._lists, ALL)

    def top(self, prefix: str, k: int, locale: str = ALL) -> Completions:
        """The best `k` queries that start with a normalised prefix, with their texts.

        About 3 µs for k up to `RENDERED` of a heavy prefix; else about 1 µs a text.

        Args:
            prefix: as `normalise_prefix` makes it; the empty one asks for the best of all.
            k: at most this many; fewer when there are fewer.
            locale: a name that `locale` returned. In one locale only queries searched there count.
        """
        number = self._heavy.get(prefix, -1)
        if number < 0 or (k > heavy.TOP and self._is_cut(number)):
            return self.best(self.queries.starting_with(prefix), k, locale)
        ids, texts = self._lists[locale].top(number, k)
        if len(ids) > len(texts):
            texts += [self.queries.text(query_id) for query_id in ids[len(texts) :]]
        return ids, texts

    def top_ids(self, prefix: str, k: int, locale: str = ALL) -> list[int]:
        """The ids of `top` alone; cheaper, since the ranker will drop most of them unseen."""
        number = self._heavy.get(prefix, -1)
        if number < 0 or (k > heavy.TOP and self._is_cut(number)):
            return [query_id for _, query_id in self._best(self.queries.starting_with(prefix), k, locale)]
        return self._lists[locale].ids(number, k)

    def best(self, entries: list[tuple[str, int]], k: int, locale: str = ALL) -> Completions:
        """The best `k` of (key, id) entries, which it sorts; `locale` as of `top`. About 0.3 µs an entry."""
        found = self._best(entries, k, locale)
        ids = [query_id for _, query_id in found]
        return ids, self.queries.displays(ids, [key for key, _ in found])

    def weights(self, ids: Iterable[int], locale: str = ALL) -> list[float]:
        """Popularity of queries in a locale that `locale` returned; 0.0 for those unknown there."""
        weights = self._locales.get(locale, self.queries.weight)
        return [weights[query_id] for query_id in ids]

    def stored(self, prefix: str, k: int, locale: str = ALL) -> tuple[list[int], list[str]] | None:
        """The first `k` of what is stored of a heavy prefix, and the texts of the first of these; None of a light one.

        Fewer than `heavy.TOP` when there are no more. About 2 µs.
        """
        number = self._heavy.get(prefix, -1)
        return None if number < 0 else self._lists[locale].top(number, k)

    def in_locale(self, locale: str) -> LocaleWeights | None:
        """Popularity in a locale that `locale` returned; None where it is that over all locales."""
        return self._locales.get(locale)

    def interval(self, prefix: str) -> tuple[int, int] | None:
        """The queries that start with a heavy prefix, as rows [first, last) in the order of their keys; else None."""
        number = self._heavy.get(prefix, -1)
        return None if number < 0 else (self._first[number], self._first[number] + self._size[number])

    def _is_cut(self, number: int) -> bool:
        """Whether the stored list ends before the completions do, and these are few enough to enumerate."""
        return heavy.TOP < self._size[number] <= heavy.DEEP_OVER

    def _best(self, entries: list[tuple[str, int]], k: int, locale: str) -> list[tuple[str, int]]:
        if locale in self._locales:
            weights = self._locales[locale]
            weighed = sorted((-weights[query_id], key, query_id) for key, query_id in entries)
            return [(key, query_id) for weight, key, query_id in weighed[:k] if weight]
        if len(entries) > 1:
            entries.sort(key=self._rank_of_entry)
        return entries[:k]


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
    trie = save_trie(writer, "prefixes", found.prefixes)
    numbers = np.array([trie[prefix] for prefix in found.prefixes], dtype=np.int64)
    # Intervals by the number of their prefix in the trie.
    interval_of = np.empty(len(numbers), dtype=np.int64)
    interval_of[numbers] = found.interval
    writer.save_array("prefix_first", found.first[interval_of].astype(np.uint32))
    writer.save_array("prefix_size", (found.last - found.first)[interval_of].astype(np.uint32))
    # float32, as it is served: the stored order and the order of enumeration must tie alike.
    weight = columns.weight.astype(np.float32)
    orders = [best_lists(found, ranks(weight))]
    orders_of: dict[str, int] = {}
    # A language with one region, and a log with one language, need no order of their own.
    known = {_content(np.arange(len(columns)), weight): 0}
    for name, (rows, exact) in sorted(locales.items()):
        local = exact.astype(np.float32)
        orders_of[name] = known.setdefault(_content(rows, local), len(orders))
        if orders_of[name] == len(orders):
            _save_locale(writer, orders_of[name], ids[rows], local)
            orders.append(best_lists(found, ranks(local), rows))
    writer.parameters["locales"] = orders_of
    for number, best in enumerate(orders):
        texts = [_joined(columns, rows) for rows in best.rows]
        save_lists(writer, f"lists_{number}", best.of_interval[interval_of], [ids[rows] for rows in best.rows], texts)


def _content(rows: npt.NDArray[np.int64], weight: npt.NDArray[np.float32]) -> bytes:
    return sha256(rows.tobytes() + weight.tobytes()).digest()


def _save_locale(
    writer: GenerationWriter, number: int, ids: npt.NDArray[np.uint32], weight: npt.NDArray[np.float32]
) -> None:
    order = np.argsort(ids)
    writer.save_array(f"locale_{number}_ids", ids[order])
    writer.save_array(f"locale_{number}_weight", weight[order])


def _joined(columns: QueryColumns, rows: npt.NDArray[np.int64]) -> str:
    """The texts of the first rows; none of a list so short that most of its locale's prefixes have one like it."""
    if len(rows) <= heavy.HEAVY_OVER:
        return ""
    return "\n".join(columns.displays.take(pa.array(rows[:RENDERED])).to_pylist())
