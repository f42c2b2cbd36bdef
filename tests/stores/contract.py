"""Laws that every `State` keeps, whatever holds it.

Each law takes `fresh`, a function that makes an empty state.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from itertools import islice

from suggest.interfaces import Appended, State
from suggest.types import Event, PastSearch

Fresh = Callable[[], State]


def a_search(user: str, query: str, ts_us: int = 1, event_id: str | None = None, source: str = "typed") -> Event:
    name = event_id or f"{user}/{query}/{ts_us}"
    return Event("search", ts_us, user, name, ts_us, query=query, session="s", source=source)


def a_delete(query: str | None, ts_us: int, item: str | None = None) -> Event:
    return Event("delete", ts_us, "admin", f"delete/{query}/{item}/{ts_us}", ts_us, query=query, item=item)


def every_field() -> Event:
    return Event(
        type="impression",
        ts_us=1_700_000_000_000_001,
        user="u\0ser",
        event_id="id-🙂",
        known_at_us=1_700_000_000_500_000,
        locale="zh-Hant",
        region="TW",
        session="s",
        query="q\nq",
        prefix="ñ",
        source="typed",
        item="i",
        comment="c",
        request_id="r",
        surface="typeahead",
        input="\x00",
        shown=("a|b", "", "🙂"),
        position=199,
        watch_s=0.1,
        propensities=(0.1, 1.0, 1e-9),
    )


def law_an_empty_state_answers(fresh: Fresh) -> None:
    state = fresh()
    assert list(state.read()) == []
    assert (state.watermark(), state.history_version("u"), state.history("u")) == (0, 0, [])
    assert (dict(state.tombstones()), dict(state.forgotten())) == ({}, {})
    assert dict(state.counters()) == {"forgotten": 0, "blocked": 0}
    assert state.append([]) == Appended(0, 0)


def law_events_come_back_equal(fresh: Fresh) -> None:
    state = fresh()
    events = [every_field(), Event("view", 0, "u", "bare"), a_search("u", "q")]
    assert state.append(events) == Appended(3, 0)
    assert list(state.read()) == list(enumerate(events, start=1))


def law_a_repeated_event_is_a_duplicate(fresh: Fresh) -> None:
    """Within a call, in a later call, with other content, and after its user was forgotten."""
    state = fresh()
    event = a_search("u", "q", event_id="same")
    assert state.append([event, event]) == Appended(1, 1)
    assert state.append([a_search("other", "other", event_id="same")]) == Appended(0, 1)
    state.forget("u", 1)
    assert state.append([event]) == Appended(0, 1)
    assert state.history("u") == []
    assert state.counters()["search"] == 1


def law_offsets_are_never_given_again(fresh: Fresh) -> None:
    state = fresh()
    state.append([a_search("u", "a"), a_search("u", "b")])
    state.forget("u", 1)
    assert state.watermark() == 2
    state.append([a_search("v", "c")])
    assert [offset for offset, _ in state.read()] == [3]
    assert state.watermark() == 3


def law_history_is_the_newest_oldest_first(fresh: Fresh) -> None:
    """By time and not by arrival; equal times in order of acceptance."""
    state = fresh()
    searches = [a_search("u", "late", 9), a_search("u", "z", 5), a_search("u", "a", 5, source="item")]
    state.append([*searches, Event("view", 7, "u", "v", item="i"), a_search("other", "x", 6)])
    expected = [
        PastSearch(5, "z", "s", typed=True),
        PastSearch(5, "a", "s", typed=False),
        PastSearch(9, "late", "s", typed=True),
    ]
    assert state.history("u") == expected
    assert state.history("u", 2) == expected[1:]
    assert state.history("u", 0) == []


def law_history_version_moves_with_history(fresh: Fresh) -> None:
    """It never comes back to an earlier value but 0, which means no history."""
    state = fresh()
    seen = set()
    for round_ in range(3):
        for n in range(3):
            state.append([a_search("u", f"q{n}", 100 - n, event_id=f"{round_}/{n}")])
            version = state.history_version("u")
            assert version not in seen | {0}
            seen.add(version)
        state.append([a_search("v", "x", event_id=f"v{round_}")])
        assert state.history_version("u") == version
        state.forget("u", round_)
        assert state.history_version("u") == 0


def law_forget_erases_one_user(fresh: Fresh) -> None:
    state = fresh()
    kept = a_search("v", "kept")
    state.append([a_search("u", "a"), kept, Event("view", 1, "u", "view", item="i")])
    assert state.forget("u", 50) == 2
    assert state.forget("u", 40) == 0
    assert state.forget("never seen", 7) == 0
    assert list(state.read()) == [(2, kept)]
    assert dict(state.forgotten()) == {"u": 50, "never seen": 7}
    assert state.counters()["forgotten"] == 3


def law_tombstones_keep_the_earliest_moment(fresh: Fresh) -> None:
    state = fresh()
    state.append([a_delete("q", 9), a_delete("q", 4), a_delete("q", 6), a_delete(None, 1, "video"), a_delete("r", 3)])
    assert dict(state.tombstones()) == {"q": 4, "r": 3}
    state.block(["q", "n", "n"], 100)
    state.append([a_delete("n", 8)])
    assert dict(state.tombstones()) == {"q": 0, "r": 3, "n": 0}
    assert dict(state.counters()) == {"delete": 6, "forgotten": 0, "blocked": 2}


def law_tombstones_outlive_their_author(fresh: Fresh) -> None:
    state = fresh()
    state.append([a_delete("q", 9)])
    state.forget("admin", 10)
    assert dict(state.tombstones()) == {"q": 9}


def law_moved_moves_with_tombstones_and_forgotten(fresh: Fresh) -> None:
    state = fresh()
    changes: list[Callable[[], object]] = [
        lambda: state.append([a_delete("q", 9)]),
        lambda: state.append([a_delete("q", 8)]),
        lambda: state.append([a_delete(None, 1, "video")]),
        lambda: state.block(["q"], 1),
        lambda: state.forget("u", 1),
        lambda: state.forget("u", 2),
    ]
    seen = {state.moved()}
    for change in changes:
        change()
        assert state.moved() not in seen
        seen.add(state.moved())
    before = state.moved()
    state.append([a_search("u", "q")])
    assert state.moved() == before


def law_deleted_items_and_comments_keep_the_earliest_moment(fresh: Fresh) -> None:
    state = fresh()
    assert dict(state.deleted()) == {}
    comment = Event("delete", 5, "admin", "c1", 5, comment="video")
    state.append([a_delete(None, 9, "video"), a_delete(None, 4, "video"), a_delete("q", 3, "other"), comment])
    state.forget("admin", 10)
    assert dict(state.deleted()) == {("item", "video"): 4, ("item", "other"): 3, ("comment", "video"): 5}
    assert dict(state.tombstones()) == {"q": 3}


def law_read_goes_on_amid_writes(fresh: Fresh) -> None:
    """A reader under way meets later events once and erased ones, beyond those at hand, never."""
    state = fresh()
    state.append([a_search("gone" if n % 2 else "kept", f"q{n}", event_id=str(n)) for n in range(4000)])
    reading = state.read(after=10)
    first = [offset for offset, _ in islice(reading, 5)]
    assert first == [11, 12, 13, 14, 15]
    state.forget("gone", 1)
    state.append([a_search("kept", "new")])
    rest = list(reading)
    offsets = [offset for offset, _ in rest]
    assert offsets == sorted(set(offsets))
    assert set(range(17, 4001, 2)) | {4001} <= set(offsets)
    assert all(event.user == "kept" for offset, event in rest if offset > 2000)
    assert list(state.read(after=4000)) == rest[-1:]
    assert list(state.read(after=4001)) == []


def law_threads_share_one_state(fresh: Fresh) -> None:
    """Writers in four threads, each event sent by two of them, while others read: no loss, nothing twice."""
    state = fresh()
    batches = [[a_search(f"u{n % 7}", f"q{n}") for n in range(start, start + 5)] for start in range(0, 200, 5)]
    failures: list[BaseException] = []
    done = threading.Event()

    def write(mine: Sequence[list[Event]]) -> None:
        for batch in mine:
            before = state.history_version(batch[0].user)
            state.append(batch)
            assert state.history_version(batch[0].user) >= max(before, 1)

    def watch() -> None:
        while not done.is_set():
            watermark = state.watermark()
            assert sum(1 for _ in state.read()) >= watermark
            assert len(state.history("u1")) <= state.watermark()

    def guarded(work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001  # a thread's failure is asserted on below
                failures.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    watchers = [guarded(watch) for _ in range(2)]
    writers = [guarded(lambda part=part: write(part)) for part in (batches[:20], batches[:20], batches[20:], batches)]
    for thread in writers:
        thread.join()
    done.set()
    for thread in watchers:
        thread.join()
    assert failures == []
    assert sorted(event.query or "" for _, event in state.read()) == sorted(f"q{n}" for n in range(200))
    assert state.watermark() == 200


def law_close_can_be_called_twice(fresh: Fresh) -> None:
    state = fresh()
    state.append([a_search("u", "q")])
    state.close()
    state.close()


LAWS = [law for name, law in sorted(globals().items()) if name.startswith("law_")]
