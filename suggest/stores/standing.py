"""What a state says against one generation: what must not be shown, and what each person searched."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from suggest.artifacts import Generation
from suggest.candidates.histories import Histories
from suggest.index import Indexes, ProfileTable
from suggest.interfaces import State
from suggest.rank import HiddenQueries, Policy


class Standing(NamedTuple):
    """What a request relies on besides the generation: read at once, replaced as one.

    Attributes:
        moved: the state's number of it.
        hidden: what must not be shown.
        histories: what each person searched.
    """

    moved: int
    hidden: HiddenQueries
    histories: Histories


class StandingReader:
    """Reads it again whenever the state has moved."""

    def __init__(self, generation: Generation, indexes: Indexes, policy: Policy, state: State) -> None:
        """Reads it once."""
        self._tombstones: Mapping[str, int] = generation.json("tombstones")
        self._profiles = ProfileTable(generation)
        self._indexes = indexes
        self._policy = policy
        self._state = state
        self._known = self._read(state.moved())

    def latest(self) -> Standing:
        """What holds now. About 4 µs while nothing moves."""
        moved = self._state.moved()
        standing = self._known
        if standing.moved != moved:
            standing = self._known = self._read(moved)
        return standing

    def _read(self, moved: int) -> Standing:
        """Reads after `moved` was: what moves meanwhile is then read again by the next request."""
        forgotten = self._state.forgotten()
        tombstones = dict(self._tombstones)
        for query, since_us in self._state.tombstones().items():
            tombstones[query] = min(since_us, tombstones.get(query, since_us))
        hidden = HiddenQueries(
            tombstones, self._state.deleted(), forgotten, self._indexes, self._profiles, self._policy.min_users
        )
        return Standing(
            moved, hidden, Histories(self._profiles, self._state, forgotten, partial(_admits_own, self._policy))
        )


def _admits_own(policy: Policy, key: str, text: str) -> bool:
    return policy.refusal(key, text, own=True) is None
