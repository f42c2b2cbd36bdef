"""A person's own history: the same however it was put together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from suggest.candidates import own
from suggest.candidates.own import MAX_HISTORY, MAX_OWN, OwnHistory
from suggest.text import normalise
from suggest.types import PastSearch
from suggest.types.history import FINAL_INTENT_US, SESSION_GAP_US

_SECOND = 1_000_000

_searches = st.lists(
    st.builds(
        PastSearch,
        ts_us=st.integers(0, 40).map(lambda step: step * FINAL_INTENT_US // 2),
        query=st.text("ab A\u200b", max_size=4),
        session=st.sampled_from([None, "s"]),
        typed=st.booleans(),
    ),
    max_size=25,
    unique_by=lambda search: (search.ts_us, normalise(search.query)),
).map(lambda searches: sorted(searches, key=lambda search: search.ts_us))


def admit_all(_key, _text):
    return True


def seen(history):
    """Everything that a history answers with."""
    return (
        {query.key: query for query in history.starting_with("")},
        history.session_keys(None, 50 * FINAL_INTENT_US),
        history.session_keys("s", 50 * FINAL_INTENT_US),
        len(history),
    )


def counted_by_hand(searches):
    """Times by key, without what was only half typed."""
    keyed = [(normalise(search.query), search) for search in searches]
    keyed = [(key, search) for key, search in keyed if key]
    times = {}
    for (key, search), following in zip(keyed, [*keyed, None][1:], strict=True):
        grows = following is not None and following[0].startswith(key) and following[0] != key
        if not (search.typed and grows and following[1].ts_us - search.ts_us <= FINAL_INTENT_US):
            times.setdefault(key, []).append(search.ts_us)
    return times


@given(searches=_searches)
def test_history_holds_what_counting_by_hand_finds(searches):
    history = OwnHistory(searches, admit_all)
    assert {query.key: list(query.times_us) for query in history.starting_with("")} == counted_by_hand(searches)


@given(searches=_searches, data=st.data())
def test_history_is_the_same_read_at_once_or_bit_by_bit_with_repeats(searches, data):
    at = data.draw(st.integers(0, len(searches)))
    back = data.draw(st.integers(0, at))
    before = OwnHistory(searches[:at], admit_all)
    unchanged = seen(before)
    assert seen(before.extended(searches[back:])) == seen(OwnHistory(searches, admit_all))
    assert seen(before) == unchanged


@given(searches=_searches, now=st.integers(0, 45))
def test_history_as_of_a_moment_is_the_history_that_was_known_then(searches, now):
    now_us = now * FINAL_INTENT_US // 2
    known = [search for search in searches if search.ts_us <= now_us]
    assert seen(OwnHistory(searches, admit_all).as_of(now_us)) == seen(OwnHistory(known, admit_all))


@given(searches=_searches, prefix=st.text("ab ", max_size=3))
def test_starting_with_is_a_scan(searches, prefix):
    history = OwnHistory(searches, lambda key, _text: "b" not in key)
    wanted = sorted(key for key in counted_by_hand(searches) if key.startswith(prefix) and "b" not in key)
    assert [query.key for query in history.starting_with(prefix)] == wanted


def test_only_the_latest_searches_count(monkeypatch):
    monkeypatch.setattr(own, "MAX_HISTORY", 3)
    searches = [PastSearch(n * SESSION_GAP_US, f"q{n % 4}", None, typed=True) for n in range(6)]
    history = OwnHistory(searches, admit_all)
    assert [query.key for query in history.starting_with("")] == ["q0", "q1", "q3"]
    assert seen(OwnHistory(searches[:2], admit_all).extended(searches[2:])) == seen(history)
    assert MAX_HISTORY == 1000


def test_of_very_many_own_queries_the_most_used_are_considered():
    searches = [PastSearch(n * SESSION_GAP_US, f"q{n:03d}", None, typed=True) for n in range(MAX_OWN + 20)]
    searches += [PastSearch((n + 200) * SESSION_GAP_US, f"q{n:03d}", None, typed=True) for n in range(10)]
    found = [query.key for query in OwnHistory(searches, admit_all).starting_with("q")]
    assert found == sorted(found)
    assert len(found) == MAX_OWN
    assert found[:10] == [f"q{n:03d}" for n in range(10)]
    assert found[10] == "q030"


def test_a_session_ends_after_half_an_hour_without_a_search():
    history = OwnHistory(
        [
            PastSearch(0, "old", None, typed=True),
            PastSearch(SESSION_GAP_US + _SECOND, "b", None, typed=True),
            PastSearch(2 * SESSION_GAP_US, "a", None, typed=True),
            PastSearch(2 * SESSION_GAP_US + _SECOND, "b", None, typed=True),
        ],
        admit_all,
    )
    assert history.session_keys(None, 3 * SESSION_GAP_US) == ["b", "a"]
    assert history.session_keys(None, 4 * SESSION_GAP_US) == []
