"""Every kind of state keeps the laws of the contract, and agrees with a naive model of it."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.errors import StateError
from suggest.interfaces import State
from suggest.stores import open_state
from suggest.types import Event, PastSearch
from tests.stores.contract import LAWS

KINDS = ["memory", "sqlite"]


def make(kind: str, directory: Path) -> State:
    return open_state(None if kind == "memory" else f"sqlite:///{directory / 'state.sqlite'}")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__.removeprefix("law_"))
def test_state_keeps_the_law(law, kind, tmp_path):
    states = []

    def fresh() -> State:
        states.append(make(kind, tmp_path))
        return states[-1]

    law(fresh)
    for state in states:
        state.close()


class Model:
    """A state that keeps every call and works each answer out from all of them."""

    def __init__(self) -> None:
        self.accepted: list[tuple[int, Event]] = []
        self.erased: set[int] = set()
        self.forgets: list[tuple[str, int]] = []
        self.tombstones: dict[str, list[int]] = {}
        self.n_blocked = 0

    def append(self, events):
        before = len(self.accepted)
        for event in events:
            if all(event.event_id != known.event_id for _, known in self.accepted):
                self.accepted.append((len(self.accepted) + 1, event))
                if event.type == "delete" and event.query is not None:
                    self.tombstones.setdefault(event.query, []).append(event.ts_us)
        return len(self.accepted) - before

    def forget(self, user, at_us):
        gone = {offset for offset, event in self.read() if event.user == user}
        self.erased |= gone
        self.forgets.append((user, at_us))
        return len(gone)

    def block(self, queries):
        for query in queries:
            moments = self.tombstones.setdefault(query, [])
            self.n_blocked += 0 not in moments
            moments.append(0)

    def read(self):
        return [(offset, event) for offset, event in self.accepted if offset not in self.erased]

    def history(self, user, limit):
        searches = [(e.ts_us, offset, e) for offset, e in self.read() if e.user == user and e.type == "search"]
        newest = [event for _, _, event in sorted(searches, key=lambda search: search[:2])][::-1][:limit][::-1]
        return [PastSearch(e.ts_us, e.query, e.session, e.source == "typed") for e in newest]

    def counters(self):
        types = Counter(event.type for _, event in self.accepted)
        return {**types, "forgotten": len(self.forgets), "blocked": self.n_blocked}


USERS = ["u", "v", "\0", "ß"]
queries = st.one_of(st.sampled_from(["a", "b"]), st.text(st.characters(exclude_categories=["Cs"]), max_size=3))
moments = st.one_of(st.integers(0, 5), st.integers(0, 2**52))
events = st.builds(
    Event,
    type=st.sampled_from(["search", "search", "delete", "click"]),
    ts_us=moments,
    user=st.sampled_from(USERS),
    event_id=st.one_of(st.sampled_from("xyz"), st.uuids().map(str)),
    known_at_us=moments,
    query=queries,
    session=st.none() | queries,
    source=st.sampled_from([None, "typed", "item"]),
    shown=st.none() | st.lists(queries, max_size=3).map(tuple),
    position=st.none() | st.integers(0, 199),
    watch_s=st.none() | st.floats(0, allow_infinity=False),
    propensities=st.none() | st.lists(st.floats(0, 1, exclude_min=True), max_size=3).map(tuple),
)
calls = st.one_of(
    st.tuples(st.just("append"), st.lists(events, max_size=6)),
    st.tuples(st.just("forget"), st.sampled_from(USERS), moments),
    st.tuples(st.just("block"), st.lists(queries, max_size=3)),
    st.tuples(st.just("reopen")),
)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(sequence=st.lists(calls, max_size=12))
def test_state_agrees_with_a_naive_model(kind, sequence):
    with tempfile.TemporaryDirectory() as directory:
        state, model = make(kind, Path(directory)), Model()
        for call, *arguments in sequence:
            if call == "append":
                accepted = model.append(*arguments)
                assert state.append(*arguments) == (accepted, len(arguments[0]) - accepted)
            elif call == "forget":
                assert state.forget(*arguments) == model.forget(*arguments)
            elif call == "block":
                model.block(*arguments)
                state.block(*arguments, 1)
            elif kind == "sqlite":
                state.close()
                state = make(kind, Path(directory))
            assert_same(state, model)
        state.close()


def assert_same(state, model):
    assert list(state.read()) == model.read()
    assert list(state.read(after=2)) == [(offset, event) for offset, event in model.read() if offset > 2]
    assert state.watermark() == len(model.accepted)
    for user in USERS:
        for limit in (0, 1, 3, 1000):
            assert state.history(user, limit) == model.history(user, limit)
        assert (state.history_version(user) == 0) == (model.history(user, 1) == [])
    assert dict(state.tombstones()) == {query: min(moments) for query, moments in model.tombstones.items()}
    latest = {user: max(at for name, at in model.forgets if name == user) for user, _ in model.forgets}
    assert dict(state.forgotten()) == latest
    assert dict(state.counters()) == model.counters()


def test_state_in_memory_refuses_a_backup(tmp_path):
    with closing(open_state("memory://")) as state, pytest.raises(StateError, match="sqlite:///"):
        state.backup(str(tmp_path / "copy"))
