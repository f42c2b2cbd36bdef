"""What must not be shown although the generation holds it: what was deleted, and what forgotten people leave behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from suggest.errors import ArgumentError
from suggest.index import Indexes, PrefixIndex, ProfileTable
from suggest.index.word_model import WordModel
from suggest.text import normalise
from suggest.text.tokens import parts, tokens


class Hidden(NamedTuple):
    """Queries that must not be suggested as of some moment.

    Attributes:
        ids: their ids in the index.
        keys: their normalised texts, also of those that no index holds.
        parts: words, and pairs of words in a row, that nothing may be put together of.
        items: deleted ones.
        comments: deleted ones.
    """

    ids: frozenset[int]
    keys: frozenset[str]
    parts: frozenset[tuple[str, ...]]
    items: frozenset[str]
    comments: frozenset[str]


class HiddenQueries:
    """All tombstones of a state against one generation; remade when the state's have moved."""

    def __init__(
        self,
        tombstones: Mapping[str, int],
        deleted: Mapping[tuple[str, str], int],
        forgotten: Mapping[str, int],
        indexes: Indexes,
        profiles: ProfileTable,
        min_users: int,
    ) -> None:
        self._since_us: dict[str, int] = {}
        for query, since_us in tombstones.items():
            key = normalise(query)
            self._since_us[key] = min(since_us, self._since_us.get(key, since_us))
        self._deleted = deleted
        self._index = indexes.prefixes
        gone = [_forgotten_keys(user, at_us, profiles) for user, at_us in forgotten.items()]
        self._left_behind = frozenset(_too_few_without(gone, indexes.prefixes, min_users))
        self._parts_left_behind = frozenset(_parts_of_too_few_without(gone, indexes.word_model, min_users))
        self._latest_us = max(chain(self._since_us.values(), deleted.values()), default=0)
        self._all = self._hidden(self._latest_us)

    def as_of(self, now_us: int | None) -> Hidden:
        """What is hidden from a request whose clock shows `now_us`; all of it where that is None."""
        if now_us is None or now_us >= self._latest_us:
            return self._all
        return self._hidden(now_us)

    def _hidden(self, until_us: int) -> Hidden:
        keys = frozenset(key for key, since_us in self._since_us.items() if since_us <= until_us)
        ids = frozenset(self._index.queries.find(key) for key in keys) - {-1}
        gone = [target for target, since_us in self._deleted.items() if since_us <= until_us]
        items, comments = (frozenset(name for of, name in gone if of == kind) for kind in ("item", "comment"))
        return Hidden(ids | self._left_behind, keys, self._parts_left_behind, items, comments)


def _forgotten_keys(user: str, at_us: int, profiles: ProfileTable) -> set[str]:
    """What the generation knows that a person searched up to the moment as of which they are forgotten."""
    left = set(profiles.history(user, at_us))
    return {normalise(search.query) for search in profiles.history(user) if search not in left}


def _too_few_without(gone: Iterable[set[str]], index: PrefixIndex, min_users: int) -> list[int]:
    """Ids that fewer than `min_users` people searched once the forgotten are no longer counted.

    People who only tapped a suggestion of it were not counted and are subtracted all the same: that
    hides a query sooner, until the next build.
    """
    n_gone: Counter[int] = Counter()
    for keys in gone:
        n_gone.update({index.queries.find(key) for key in keys} - {-1})
    return [query_id for query_id, n_users in n_gone.items() if index.queries.users[query_id] - n_users < min_users]


def _parts_of_too_few_without(gone: Iterable[set[str]], words: WordModel, min_users: int) -> Iterator[tuple[str, ...]]:
    """The same of words and pairs of words in a row, which are told apart by how many people used them."""
    n_gone: Counter[tuple[str, ...]] = Counter()
    for keys in gone:
        n_gone.update({part for key in keys for part in parts(tokens(key))})
    for part, n_users in n_gone.items():
        n_known = words.n_users(part)
        if n_known and n_known - n_users < min_users:
            yield part


def require_content(queries: Iterable[str]) -> None:
    """Refuses to block what no query can match.

    Raises:
        ArgumentError: nothing of a query is left once it is normalised.
    """
    for query in queries:
        if not normalise(query):
            raise ArgumentError("queries", f"expected text, got {query!r}, of which nothing is left to match")
