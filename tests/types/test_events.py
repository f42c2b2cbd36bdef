"""Laws of the event parser: one record, one event, one reason, whatever the file format."""

from __future__ import annotations

import io
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.errors import EventError
from suggest.types import KNOWN_FIELDS, Event, parse_event
from suggest.types.events import MAX_ID_CHARS, MAX_SHOWN, MAX_TEXT_CHARS, SEARCH_SOURCES, SURFACES

_ids = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
_cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\t\n\r|"), min_size=1, max_size=12)
_moments = st.integers(0, 7_258_118_399)


def _records(text: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    common = {"ts": _moments, "user": text}
    optional = {"event_id": text, "locale": text, "region": text, "session": text, "known_at": _moments}
    kinds: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (
            {"type": st.just("search"), "query": text},
            {"prefix": text, "source": st.sampled_from(sorted(SEARCH_SOURCES)), "item": text, "request_id": text},
        ),
        (
            {
                "type": st.just("impression"),
                "request_id": text,
                "surface": st.sampled_from(sorted(SURFACES)),
                "input": text,
                "shown": st.lists(text, min_size=1, max_size=4),
            },
            {"item": text},
        ),
        (
            {"type": st.just("click"), "request_id": text, "query": text, "position": st.integers(0, MAX_SHOWN - 1)},
            {"surface": st.sampled_from(sorted(SURFACES))},
        ),
        ({"type": st.just("view"), "item": text}, {"watch_s": st.integers(0, 9999) | st.floats(0, 1e6)}),
        ({"type": st.just("delete"), "query": text}, {"item": text, "comment": text}),
    ]
    return st.one_of(
        *(st.fixed_dictionaries(common | required, optional=optional | extra) for required, extra in kinds)
    )


@given(_records(_ids))
def test_event_survives_being_written_as_a_record(record: dict[str, Any]) -> None:
    event = parse_event(record)
    assert parse_event(event.to_record()) == event
    assert parse_event(orjson.loads(orjson.dumps(event.to_record()))) == event


@given(_records(_ids), st.randoms())
def test_event_id_does_not_depend_on_the_order_of_fields(record: dict[str, Any], random: Any) -> None:
    names = list(record)
    random.shuffle(names)
    assert parse_event({name: record[name] for name in names}) == parse_event(record)


@given(_records(_cells))
def test_event_is_the_same_from_json_lines_tsv_and_parquet(record: dict[str, Any]) -> None:
    names = list(record)
    from_json = parse_event(orjson.loads(orjson.dumps(record)))
    cells = "\t".join("|".join(value) if isinstance(value, list) else str(value) for value in record.values())
    from_tsv = parse_event(dict(zip(names, cells.split("\t"), strict=True)))
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([record]), file)
    from_parquet = parse_event(pq.read_table(file).to_pylist()[0])
    assert from_json == from_tsv == from_parquet


def test_event_propensities_are_the_same_from_a_list_and_from_a_cell() -> None:
    listed = parse_event(_IMPRESSION | {"shown": ["a", "b"], "propensities": [0.25, 1]})
    assert listed.propensities == (0.25, 1.0)
    assert parse_event(_IMPRESSION | {"shown": "a|b", "propensities": "0.25|1"}) == listed
    assert parse_event(listed.to_record()) == listed
    assert parse_event(_IMPRESSION).propensities is None


@given(_records(_ids), _ids)
def test_event_id_of_the_client_is_kept(record: dict[str, Any], event_id: str) -> None:
    assert parse_event(record | {"event_id": event_id}).event_id == event_id


@given(_records(_ids))
def test_event_ignores_empty_fields_and_unknown_fields(record: dict[str, Any]) -> None:
    empty = dict(zip(sorted(KNOWN_FIELDS - record.keys()), ["", None, []] * 9, strict=False))
    assert parse_event(record | empty | {"not_a_field": 1}) == parse_event(record)


def test_event_id_differs_when_any_field_differs() -> None:
    base = {"type": "search", "ts": 1, "user": "u", "query": "q"}
    changes = [{"ts": 2}, {"user": "v"}, {"query": "r"}, {"locale": "en"}, {"source": "item"}, {"prefix": "q"}]
    assert len({parse_event(base | change).event_id for change in [{}, *changes]}) == len(changes) + 1


_SEARCH = {"type": "search", "ts": 1, "user": "u", "query": "q"}
_IMPRESSION = {
    "type": "impression",
    "ts": 1,
    "user": "u",
    "request_id": "r",
    "surface": "item",
    "input": "i",
    "shown": ["q"],
}
_CLICK = {"type": "click", "ts": 1, "user": "u", "request_id": "r", "query": "q", "position": 0}
_VIEW = {"type": "view", "ts": 1, "user": "u", "item": "i"}
_LONG = "x" * (MAX_TEXT_CHARS + 1)


@pytest.mark.parametrize(
    ("reason", "record"),
    [
        ("not_an_object", ["search"]),
        ("not_an_object", None),
        ("missing_type", _SEARCH | {"type": ""}),
        ("missing_type", {}),
        ("unknown_type", _SEARCH | {"type": "serach"}),
        ("unknown_type", _SEARCH | {"type": ["search"]}),
        ("missing_ts", _SEARCH | {"ts": None}),
        ("missing_user", _SEARCH | {"user": ""}),
        ("missing_query", _SEARCH | {"query": ""}),
        ("missing_request_id", _CLICK | {"request_id": None}),
        ("missing_position", _CLICK | {"position": None}),
        ("missing_surface", _IMPRESSION | {"surface": ""}),
        ("missing_input", _IMPRESSION | {"input": None}),
        ("missing_shown", _IMPRESSION | {"shown": None}),
        ("missing_item", _VIEW | {"item": ""}),
        ("missing_target", {"type": "delete", "ts": 1, "user": "u"}),
        ("bad_ts", _SEARCH | {"ts": "yesterday"}),
        ("bad_ts", _SEARCH | {"ts": "2026-01-31T12:00:00"}),
        ("bad_ts", _SEARCH | {"ts": float("nan")}),
        ("bad_ts", _SEARCH | {"ts": True}),
        ("bad_ts", _SEARCH | {"ts": -1}),
        ("bad_ts", _SEARCH | {"ts": 1_769_860_800_000}),
        ("bad_known_at", _SEARCH | {"known_at": "soon"}),
        ("future_ts", _SEARCH | {"ts": 11}),
        ("future_ts", _SEARCH | {"known_at": 11}),
        ("bad_user", _SEARCH | {"user": 1.5}),
        ("bad_user", _SEARCH | {"user": 10**5000}),
        ("bad_query", _SEARCH | {"query": 5}),
        ("bad_query", _SEARCH | {"query": "a\ud800"}),
        ("bad_event_id", _SEARCH | {"event_id": {}}),
        ("bad_source", _SEARCH | {"source": "telepathy"}),
        ("bad_surface", _IMPRESSION | {"surface": 1}),
        ("bad_shown", _IMPRESSION | {"shown": {"q": 1}}),
        ("bad_shown", _IMPRESSION | {"shown": ["q"] * (MAX_SHOWN + 1)}),
        ("bad_shown", _IMPRESSION | {"shown": [1]}),
        ("bad_propensities", _IMPRESSION | {"propensities": [0]}),
        ("bad_propensities", _IMPRESSION | {"propensities": [1.5]}),
        ("bad_propensities", _IMPRESSION | {"propensities": ["often"]}),
        ("bad_propensities", _IMPRESSION | {"propensities": [True]}),
        ("bad_propensities", _IMPRESSION | {"propensities": [float("nan")]}),
        ("bad_propensities", _IMPRESSION | {"propensities": [0.5, 0.5]}),
        ("bad_propensities", _IMPRESSION | {"propensities": 0.5}),
        ("bad_propensities", _IMPRESSION | {"shown": [], "propensities": [0.5]}),
        ("bad_position", _CLICK | {"position": -1}),
        ("bad_position", _CLICK | {"position": MAX_SHOWN}),
        ("bad_position", _CLICK | {"position": 1.5}),
        ("bad_position", _CLICK | {"position": 10**5000}),
        ("bad_position", _CLICK | {"position": True}),
        ("bad_position", _CLICK | {"position": float("inf")}),
        ("bad_watch_s", _VIEW | {"watch_s": -1}),
        ("bad_watch_s", _VIEW | {"watch_s": "long"}),
        ("too_long_query", _SEARCH | {"query": _LONG}),
        ("too_long_prefix", _SEARCH | {"prefix": _LONG}),
        ("too_long_user", _SEARCH | {"user": "x" * (MAX_ID_CHARS + 1)}),
        ("too_long_session", _SEARCH | {"session": "x" * (MAX_ID_CHARS + 1)}),
    ],
)
def test_malformed_event_is_named_by_its_reason(reason: str, record: object) -> None:
    with pytest.raises(EventError) as caught:
        parse_event(record, latest_us=10_000_000)
    assert caught.value.reason == reason


def test_malformed_event_gets_the_same_reason_in_any_order_of_fields() -> None:
    record = {"query": 5, "locale": 1.5, "ts": "x", "user": "", "type": "search"}
    reasons = set()
    for names in (list(record), list(reversed(record))):
        with pytest.raises(EventError) as caught:
            parse_event({name: record[name] for name in names})
        reasons.add(caught.value.reason)
    assert len(reasons) == 1


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_any_json_value_is_an_event_or_an_event_error(value: object) -> None:
    try:
        event = parse_event(value)
    except EventError as error:
        assert error.reason  # noqa: PT017 - either outcome is right, and both are looked at
    else:
        assert isinstance(event, Event)


@given(_records(_ids), st.sampled_from(sorted(KNOWN_FIELDS)), st.none() | st.booleans() | st.floats() | st.binary())
def test_any_value_in_any_field_is_an_event_or_an_event_error(record: dict[str, Any], name: str, value: Any) -> None:
    try:
        event = parse_event(record | {name: value})
    except EventError as error:
        assert error.reason  # noqa: PT017 - either outcome is right, and both are looked at
    else:
        assert parse_event(event.to_record()) == event


def test_an_impression_of_what_is_shown_before_anything_was_typed_has_an_empty_input():
    record = {"type": "impression", "ts": 1, "user": "u", "request_id": "r", "surface": "typeahead", "shown": ["a"]}
    event = parse_event({**record, "input": ""})
    assert event.input == ""
    assert parse_event(event.to_record()) == event
    with pytest.raises(EventError) as caught:
        parse_event(record)
    assert caught.value.reason == "missing_input"
