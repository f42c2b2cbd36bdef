"""Here is a filter: which queries pass?

Attributes are pairs (field, value), each with the queries that have it: their rows, in the order of
the keys, so that what passes among the completions of a prefix is a run of neighbours. Values of more
than every 32nd query are stored as bits, the others as sorted rows, whichever is smaller.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from functools import cached_property
from threading import Lock
from typing import NamedTuple

import marisa_trie
import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.locales import LocaleWeights
from suggest.index.prefix import PrefixIndex
from suggest.index.ranges import BestOfRange
from suggest.index.tries import open_trie, save_trie
from suggest.index.words import Admitted, WordIndex
from suggest.types.where import Where, attribute_value, with_ancestors

CACHED = 16
"""Filters kept compiled; a surface asks with few."""

CACHED_BYTES = 64 << 20
"""Memory of the filters kept compiled, the latest one apart: of a million queries each takes 2 to 10 MB."""

_DENSE = 32
"""From one query in so many on, a bit for every query is smaller than four bytes for each that has the value."""


_POPULAR = 16
"""One query in so many is among the heaviest."""

_NARROW = 16
"""Where no more than one query in so many passes, many words are in none of these and need no search."""


class AttributeRows(NamedTuple):
    """Which query has which attribute, in any order; repeated pairs count once.

    Attributes:
        row: of the query in the order of the keys, int64[n_pairs].
        code: index into `attributes`, int64[n_pairs].
        attributes: field and value as it was written.
    """

    row: npt.NDArray[np.int64]
    code: npt.NDArray[np.int64]
    attributes: list[tuple[str, str]]


class AllowedRows:
    """Queries that pass a filter, in the order of their keys, each with its place in an order of popularity."""

    def __init__(
        self, rows: npt.NDArray[np.uint32], places: npt.NDArray[np.uint32], id_of_place: npt.NDArray[np.uint32]
    ) -> None:
        """Takes the rows, ascending, the place of each, distinct and the best smallest, and the ids by place."""
        self._rows = rows.data
        self._best = BestOfRange(places)
        self._id_of_place = id_of_place
        self.nbytes = rows.nbytes + self._best.nbytes

    def between(self, first: int, last: int) -> tuple[int, int]:
        """Positions [start, end) of the allowed among the rows [first, last). About 1 µs."""
        start = bisect_left(self._rows, first)
        return start, bisect_left(self._rows, last, start)

    def cost(self, start: int, end: int, k: int) -> int:
        """How many queries `best` looks at, at most."""
        return self._best.cost(start, end, k)

    def best(self, start: int, end: int, k: int) -> list[int]:
        """Ids of the best `k` of the positions [start, end), best first; see `BestOfRange.smallest`."""
        ids: list[int] = self._id_of_place[self._best.smallest(start, end, k)].tolist()
        return ids


class Allowed:
    """The queries that pass one filter; immutable.

    Attributes:
        by_id: bool by query id.
        passes: `by_id` as a view that is quicker to index one by one.
        passes_unknown: whether a query passes of which nothing is known, as of one in a person's history alone.
        n_queries: how many pass.
        popular_share: of the heaviest queries, of which the stored lists are made, the share that passes.
    """

    def __init__(
        self,
        index: PrefixIndex,
        id_of_row: npt.NDArray[np.uint32],
        rows: npt.NDArray[np.uint32],
        *,
        passes_unknown: bool,
    ) -> None:
        """Takes the rows that pass, ascending; about 10 ns each."""
        self._index = index
        self._id_of_row = id_of_row
        self._rows = rows
        self._orders: dict[str, AllowedRows] = {}
        self._admitted: Admitted | None = None
        ids = id_of_row[rows]
        self.n_queries = len(rows)
        self.by_id = np.zeros(len(id_of_row), dtype=np.bool_)
        self.by_id[ids] = True
        self.passes = self.by_id.data
        heaviest = index.queries.id_of_rank[: len(id_of_row) // _POPULAR + 1]
        self.popular_share = float(self.by_id[heaviest].mean())
        self.passes_unknown = passes_unknown

    @cached_property
    def by_rank(self) -> npt.NDArray[np.bool_]:
        """Whether a query passes, bool by rank. The first call takes about 5 ns a query that does."""
        by_rank = np.zeros(len(self.by_id), dtype=np.bool_)
        by_rank[self._index.queries.rank[self._id_of_row[self._rows]]] = True
        return by_rank

    def admitted(self, words: WordIndex) -> Admitted:
        """By rank as well, and of a narrow filter the words that are left in the generation's index of them."""
        if self._admitted is None:
            is_narrow = self.n_queries * _NARROW <= len(self.by_id)
            self._admitted = words.admitted(self.by_rank) if is_narrow else Admitted(self.by_rank)
        return self._admitted

    def admits(self, query_id: int) -> bool:
        """Whether a candidate passes; -1 stands for a query that the index does not hold."""
        return bool(self.passes[query_id]) if query_id >= 0 else self.passes_unknown

    @property
    def is_everything(self) -> bool:
        """Whether every query passes."""
        return self.n_queries == len(self.by_id)

    @property
    def nbytes(self) -> int:
        """What it holds in memory."""
        orders = sum(order.nbytes for order in list(self._orders.values()))
        words = sum(each.nbytes for each in (self._admitted or ())[1:] if each is not None)
        return 2 * self.by_id.nbytes + self._rows.nbytes + orders + words

    def order(self, locale: str) -> AllowedRows:
        """What passes of the queries of a locale that `PrefixIndex.locale` returned, by their weight there.

        Computed by the first call, about 10 ns a query over all locales and 50 in one; threads that
        meet there compute the same.
        """
        if locale not in self._orders:
            weights = self._index.in_locale(locale)
            self._orders[locale] = self._anywhere() if weights is None else self._in_locale(weights)
        return self._orders[locale]

    def _anywhere(self) -> AllowedRows:
        queries = self._index.queries
        return AllowedRows(self._rows, queries.rank[self._id_of_row[self._rows]], queries.id_of_rank)

    def _in_locale(self, weights: LocaleWeights) -> AllowedRows:
        ids = self._id_of_row[self._rows]
        weight = weights.by_id(len(self.by_id))[ids]
        found = np.flatnonzero(weight)
        order = np.argsort(-weight[found], kind="stable")
        places = np.empty(len(found), dtype=np.uint32)
        places[order] = np.arange(len(found), dtype=np.uint32)
        return AllowedRows(self._rows[found], places, ids[found[order]])


class AttributeIndex:
    """The attributes of a generation's queries, memory-mapped, and the filters compiled last."""

    def __init__(self, generation: Generation, index: PrefixIndex) -> None:
        """Maps what `save_attributes` wrote; where it wrote nothing, no query has any attribute."""
        self._index = index
        self._n_queries = len(index.queries)
        holds_any = generation.holds("attributes.marisa")
        # Without attributes a filter passes all or nothing, and one order of ids is as good as another.
        self._id_of_row = generation.array("id_of_row") if holds_any else index.queries.id_of_rank
        self._compiled: OrderedDict[Where, Allowed] = OrderedDict()
        self._lock = Lock()
        self._values = open_trie(generation, "attributes") if holds_any else marisa_trie.Trie()
        self._dense: dict[int, int] = {}
        if holds_any:
            self._starts = generation.array("attribute_starts").data
            self._rows = generation.array("attribute_rows")
            self._bits = generation.array("attribute_bits")
            dense = generation.array("attribute_dense").tolist()
            self._dense = {number: place for place, number in enumerate(dense)}

    def compile(self, where: Where) -> Allowed:
        """The queries that pass. About 1 µs for one of the filters asked for lately.

        Otherwise some 50 ns a query that passes and 0.1 ns a query for each value, so 2 to 10 ms of a
        million queries; for each filter kept, 2 bytes a query and 8 for each that passes.
        """
        with self._lock:
            known = self._compiled.get(where)
            if known is not None:
                self._compiled.move_to_end(where)
                return known
        rows = np.flatnonzero(self._mask(where)).astype(np.uint32)
        allowed = Allowed(self._index, self._id_of_row, rows, passes_unknown=where.holds(()))
        with self._lock:
            self._compiled[where] = allowed
            self._forget()
        return allowed

    def _forget(self) -> None:
        n_bytes = sum(allowed.nbytes for allowed in self._compiled.values())
        while len(self._compiled) > CACHED or (n_bytes > CACHED_BYTES and len(self._compiled) > 1):
            n_bytes -= self._compiled.popitem(last=False)[1].nbytes

    def _mask(self, where: Where) -> npt.NDArray[np.bool_]:
        """By row, whether it passes; the caller may write into it."""
        if where.operator == "not":
            return np.logical_not(self._mask(where.parts[0]))
        if where.operator == "all":
            mask = np.ones(self._n_queries, dtype=np.bool_)
            for part in where.parts:
                if part.operator == "not" and part.parts[0].operator == "has":
                    self._mark(mask, part.parts[0], passes=False)
                else:
                    np.logical_and(mask, self._mask(part), out=mask)
            return mask
        mask = np.zeros(self._n_queries, dtype=np.bool_)
        for part in where.parts or (where,) * (where.operator == "has"):
            if part.operator == "has":
                self._mark(mask, part, passes=True)
            else:
                np.logical_or(mask, self._mask(part), out=mask)
        return mask

    def _mark(self, mask: npt.NDArray[np.bool_], having: Where, *, passes: bool) -> None:
        """Sets the rows that have one attribute."""
        number = self._values.get(_name(having.field, having.value), -1)
        if number in self._dense:
            bits = np.unpackbits(self._bits[self._dense[number]], count=self._n_queries).view(np.bool_)
            # Greater: what passed and does not have it.
            (np.logical_or if passes else np.greater)(mask, bits, out=mask)
        elif number >= 0:
            mask[self._rows[self._starts[number] : self._starts[number + 1]]] = passes


def save_attributes(writer: GenerationWriter, ids: npt.NDArray[np.uint32], given: AttributeRows) -> None:
    """Writes what `AttributeIndex` reads; no file at all when no query has an attribute.

    On disk 4 bytes a query, and for each value 4 bytes a query that has it, at most a bit for every query.

    Args:
        writer: the generation being built.
        ids: of each row, from `save_queries`.
        given: the attributes, as they were written.
    """
    names, name, row = _canonical(given)
    if not names:
        return
    trie = save_trie(writer, "attributes", names)
    number_of = np.array([trie[each] for each in names], dtype=np.int64)
    number, row = np.divmod(np.unique(number_of[name] * len(ids) + row), len(ids))
    size = np.bincount(number, minlength=len(names))
    is_dense = size > len(ids) // _DENSE
    starts = np.concatenate(([0], np.cumsum(np.where(is_dense, 0, size))))
    writer.save_array("attribute_starts", starts.astype(np.uint64))
    writer.save_array("attribute_rows", row[~is_dense[number]].astype(np.uint32))
    writer.save_array("attribute_dense", np.flatnonzero(is_dense).astype(np.uint32))
    writer.save_array("attribute_bits", _bits(np.split(row, np.cumsum(size)[:-1]), is_dense, len(ids)))
    writer.save_array("id_of_row", ids)


def _bits(rows: list[npt.NDArray[np.int64]], is_wanted: npt.NDArray[np.bool_], n_rows: int) -> npt.NDArray[np.uint8]:
    """A bit by row for each value that is wanted, uint8[n_wanted, n_rows / 8 rounded up]."""
    bits = np.empty((is_wanted.sum(), -(-n_rows // 8)), dtype=np.uint8)
    for place, number in enumerate(np.flatnonzero(is_wanted).tolist()):
        mask = np.zeros(n_rows, dtype=np.bool_)
        mask[rows[number]] = True
        bits[place] = np.packbits(mask)
    return bits


def _canonical(given: AttributeRows) -> tuple[list[str], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Names of the canonical attributes, and pairs of an index into them and a row; pairs may repeat."""
    numbers: dict[str, int] = {}
    meant = [_names(field, text) for field, text in given.attributes]
    flat = [numbers.setdefault(name, len(numbers)) for names in meant for name in names]
    n_meant = np.fromiter(map(len, meant), dtype=np.int64, count=len(meant))
    starts = np.cumsum(n_meant) - n_meant
    repeats = n_meant[given.code]
    # Each pair becomes as many as its attribute has canonical values: none for one that says nothing.
    nth = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    name = np.array(flat, dtype=np.int64)[np.repeat(starts[given.code], repeats) + nth]
    return list(numbers), name, np.repeat(given.row, repeats)


def _names(field: str, text: str) -> list[str]:
    value = attribute_value(field, text)
    return [_name(field, each) for each in with_ancestors(field, value)] if value else []


def _name(field: str, value: str) -> str:
    # No value holds a tab.
    return f"{field}\t{value}"
