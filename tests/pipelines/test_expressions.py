"""Each expression against a plain-Python oracle, over small logs of every shape."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suggest.pipelines.deduplicate import deduplicate
from suggest.pipelines.final_intent import final_intent
from suggest.pipelines.profiles import profiles
from suggest.pipelines.query_statistics import (
    locale_weights,
    query_statistics,
    query_uses,
    region_weights,
    surface_forms,
)
from suggest.pipelines.sessionise import sessionise
from suggest.pipelines.spellings import spellings
from suggest.text import MAX_QUERY_CHARS, display, normalise
from suggest.types import DAY_US

Rows = list[dict[str, Any]]

SEARCH_SCHEMA = pa.schema(
    {
        "user": pa.string(),
        "ts_us": pa.int64(),
        "known_at_us": pa.int64(),
        "key": pa.string(),
        "display": pa.string(),
        "source": pa.string(),
        "locale": pa.string(),
        "session": pa.string(),
    }
)
COUNT_SCHEMA = pa.schema(
    {"key": pa.string(), "display": pa.string(), "locale": pa.string(), "count": pa.int64(), "users": pa.int64()}
)
EVENT_SCHEMA = pa.schema(
    {"event_id": pa.string(), "known_at_us": pa.int64(), "ts_us": pa.int64(), "query": pa.string()}
)

# Few users, keys and moments, so that ties and repetitions are common; one key is beyond the basic plane.
_KEYS = ["n", "ni", "niv", "nivea", "nivea cream", "zug", "\U0001f600", "\U0001f600a"]
_searches = st.lists(
    st.fixed_dictionaries(
        {
            "user": st.sampled_from(["u", "v", "w"]),
            "ts_us": st.integers(0, 30),
            "known_at_us": st.integers(0, 30),
            "key": st.sampled_from(_KEYS),
            "display": st.sampled_from(["N", "n", "é", "\uffff", "\U0001f600"]),
            "source": st.sampled_from(["typed", "typed", "typeahead", "related", "item", "comment"]),
            "locale": st.sampled_from([None, "en", "de"]),
            "session": st.sampled_from([None, None, "s", "t"]),
        }
    ),
    max_size=25,
)
_counts = st.lists(
    st.fixed_dictionaries(
        {
            "key": st.sampled_from(_KEYS),
            "display": st.sampled_from(["N", "n"]),
            "locale": st.sampled_from([None, "en"]),
            "count": st.integers(0, 5),
            "users": st.integers(0, 5),
        }
    ),
    max_size=5,
)

laws = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Any]:
    connection = ibis.duckdb.connect(threads=2)
    yield connection
    connection.disconnect()


def _table(connection: Any, name: str, rows: Rows, schema: pa.Schema) -> Any:
    return connection.create_table(name, pa.Table.from_pylist(rows, schema=schema), overwrite=True)


def _rows(connection: Any, table: Any) -> Rows:
    rows: Rows = connection.to_pyarrow(table).to_pylist()
    return rows


def _bag(rows: Rows) -> Counter[Any]:
    return Counter(tuple(sorted(row.items(), key=lambda item: item[0])) for row in rows)


def _order(value: Any) -> Any:
    return (value is None, value or "")


@laws
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "event_id": st.sampled_from(["a", "b", "c", "d"]),
                "known_at_us": st.integers(0, 2),
                "ts_us": st.integers(0, 2),
                "query": st.sampled_from([None, "p", "q"]),
            }
        ),
        max_size=12,
    )
)
def test_deduplicate_keeps_the_row_known_first(duckdb: Any, rows: Rows) -> None:
    expected = {}
    for row in sorted(rows, key=lambda r: (r["known_at_us"], r["ts_us"], _order(r["query"])), reverse=True):
        expected[row["event_id"]] = row
    got = _rows(duckdb, deduplicate(_table(duckdb, "events", rows, EVENT_SCHEMA)))
    assert _bag(got) == _bag(list(expected.values()))


def _session_starts(rows: Rows, gap_us: int) -> Rows:
    latest: dict[str, tuple[int, int]] = {}
    first = {}
    out = []
    for row in sorted(rows, key=lambda r: r["ts_us"]):
        user, ts_us = row["user"], row["ts_us"]
        if row["session"] is not None:
            start_us = first.setdefault((user, row["session"]), ts_us)
        else:
            start_us, last_us = latest.get(user, (ts_us, ts_us))
            start_us = ts_us if ts_us - last_us > gap_us else start_us
            latest[user] = (start_us, ts_us)
        out.append(row | {"session_start_us": start_us})
    return out


@laws
@given(_searches, st.integers(0, 6))
def test_sessionise_starts_a_session_after_a_gap_or_at_a_new_name(duckdb: Any, rows: Rows, gap_us: int) -> None:
    got = _rows(duckdb, sessionise(_table(duckdb, "events", rows, SEARCH_SCHEMA), gap_us))
    assert _bag(got) == _bag(_session_starts(rows, gap_us))


def _mark_final(rows: Rows, within_us: int) -> Rows:
    by_user = defaultdict(list)
    for row in sorted(rows, key=lambda r: (r["ts_us"], r["known_at_us"], r["key"], r["source"])):
        by_user[row["user"]].append(row)
    out = []
    for own in by_user.values():
        for row, after in zip(own, [*own[1:], None], strict=True):
            half = (
                after is not None
                and row["source"] == "typed"
                and after["ts_us"] - row["ts_us"] <= within_us
                and after["key"] != row["key"]
                and after["key"].startswith(row["key"])
            )
            out.append(row | {"is_final": not half})
    return out


@laws
@given(_searches, st.integers(0, 6))
def test_final_intent_marks_beginnings_of_the_next_search(duckdb: Any, rows: Rows, within_us: int) -> None:
    got = _rows(duckdb, final_intent(_table(duckdb, "searches", rows, SEARCH_SCHEMA), within_us))
    # Which of several equal searches of one moment is the last is not told; the others' columns decide nothing.
    order = ("user", "ts_us", "known_at_us", "key", "source", "is_final")
    expected = _mark_final(rows, within_us)
    assert Counter(tuple(r[n] for n in order) for r in got) == Counter(tuple(r[n] for n in order) for r in expected)


def test_final_intent_leaves_the_last_link_of_a_chain(duckdb: Any) -> None:
    chain = [(0, "n"), (1, "niv"), (2, "nivea"), (20, "nivea cream"), (21, "zug")]
    base = {"user": "u", "known_at_us": 0, "source": "typed"}
    rows = [base | {"ts_us": ts, "key": key, "display": key} for ts, key in chain]
    got = _rows(duckdb, final_intent(_table(duckdb, "searches", rows, SEARCH_SCHEMA), 10))
    assert {row["key"] for row in got if row["is_final"]} == {"nivea", "nivea cream", "zug"}


def _expected_statistics(rows: Rows, counts: Rows, watermark_us: int, half_life_us: int, cap: int | None) -> Rows:
    out = []
    for key in {row["key"] for row in [*rows, *counts]}:
        own = [row for row in rows if row["key"] == key]
        given = [row for row in counts if row["key"] == key]
        n_given = sum(row["count"] for row in given)
        forms = Counter(row["display"] for row in own)
        for row in given:
            forms[row["display"]] += row["count"]
        per_user = Counter(row["user"] for row in own)

        def decayed(half_life_us: int, own: Rows = own) -> float:
            sums: dict[str, float] = defaultdict(float)
            for row in own:
                sums[row["user"]] += 2.0 ** (-max(0, watermark_us - row["ts_us"]) / half_life_us)
            return sum(min(total, cap or total) for total in sums.values())

        out.append(
            {
                "key": key,
                "display": min(forms, key=lambda form: (-forms[form], form)),
                "count": len(own) + n_given,
                "users": len({row["user"] for row in own if row["source"] not in {"typeahead", "related"}})
                + sum(row["users"] for row in given),
                "decayed": pytest.approx(decayed(half_life_us) + n_given, abs=1e-7),
                "decayed_1d": pytest.approx(decayed(DAY_US), abs=1e-7),
                "decayed_7d": pytest.approx(decayed(7 * DAY_US), abs=1e-7),
                "last_seen_us": max((row["ts_us"] for row in own), default=0),
                "weight": float(sum(min(n, cap or n) for n in per_user.values()) + n_given),
            }
        )
    return sorted(out, key=lambda row: str(row["key"]))


@laws
@given(_searches, _counts, st.integers(0, 40), st.integers(1, 20), st.sampled_from([None, 1, 2]))
def test_query_statistics_equal_a_count_by_hand(
    duckdb: Any, rows: Rows, counts: Rows, watermark_us: int, half_life_us: int, cap: int | None
) -> None:
    searches = _table(duckdb, "searches", rows, SEARCH_SCHEMA)
    counted = _table(duckdb, "counts", counts, COUNT_SCHEMA)
    uses = query_uses(searches, watermark_us, half_life_us)
    got = _rows(duckdb, query_statistics(uses, surface_forms(searches, counted), counted, cap))
    expected = _expected_statistics(rows, counts, watermark_us, half_life_us, cap)
    assert sorted(got, key=lambda row: str(row["key"])) == expected


@laws
@given(_searches, _counts, st.sampled_from([None, 1, 2]))
def test_locale_weights_equal_a_count_by_hand(duckdb: Any, rows: Rows, counts: Rows, cap: int | None) -> None:
    per_user = Counter((row["key"], row["locale"], row["user"]) for row in rows)
    expected: Counter[Any] = Counter()
    for (key, locale, _user), n in per_user.items():
        expected[key, locale] += min(n, cap or n)
    for row in counts:
        expected[row["key"], row["locale"]] += row["count"]
    searches = _table(duckdb, "searches", rows, SEARCH_SCHEMA)
    counted = _table(duckdb, "counts", counts, COUNT_SCHEMA)
    got = _rows(duckdb, locale_weights(query_uses(searches, 0, 1), counted, cap))
    assert {(row["key"], row["locale"]): row["weight"] for row in got} == expected
    assert len(got) == len(expected)


_regions = st.sampled_from([None, "DE", "de", "\U0001f600"])


@laws
@given(
    st.lists(
        st.fixed_dictionaries(
            {"user": st.sampled_from(["u", "v"]), "key": st.sampled_from(_KEYS[:4]), "region": _regions}
        ),
        max_size=25,
    ),
    st.lists(
        st.fixed_dictionaries({"key": st.sampled_from(_KEYS[:4]), "region": _regions, "count": st.integers(0, 5)}),
        max_size=5,
    ),
    st.sampled_from([None, 1, 2]),
)
def test_region_weights_equal_a_count_by_hand(duckdb: Any, rows: Rows, counts: Rows, cap: int | None) -> None:
    expected: Counter[Any] = Counter()
    for (key, region, _user), n in Counter((row["key"], row["region"], row["user"]) for row in rows).items():
        expected[key, region] += min(n, cap or n)
    for row in counts:
        expected[row["key"], row["region"]] += row["count"]
    text = {name: pa.string() for name in ("user", "key", "region")}
    searches = _table(duckdb, "searches", rows, pa.schema(text))
    counted = _table(
        duckdb, "counts", counts, pa.schema({"key": pa.string(), "region": pa.string(), "count": pa.int64()})
    )
    got = _rows(duckdb, region_weights(searches, counted, cap))
    assert {(row["key"], row["region"]): row["weight"] for row in got} == {
        name: weight for name, weight in expected.items() if name[1] is not None
    }
    assert len(got) == len({name for name in expected if name[1] is not None})


def test_weight_of_a_flood_by_one_user_is_bounded(duckdb: Any) -> None:
    base = {"ts_us": 0, "known_at_us": 0, "source": "typed", "display": "x"}
    flood = [base | {"user": "flooder", "key": "spam"}] * 1000
    rows = flood + [base | {"user": f"u{i}", "key": "nivea"} for i in range(5)]
    searches = _table(duckdb, "searches", rows, SEARCH_SCHEMA)
    counts = _table(duckdb, "counts", [], COUNT_SCHEMA)
    uses = query_uses(searches, 0, 1)
    got = _rows(duckdb, query_statistics(uses, surface_forms(searches, counts), counts, 3))
    assert {row["key"]: (row["count"], row["weight"]) for row in got} == {"spam": (1000, 3.0), "nivea": (5, 5.0)}


@laws
@given(_searches, st.integers(1, 4))
def test_profiles_keep_the_latest_searches_of_each_user(duckdb: Any, rows: Rows, limit: int) -> None:
    columns = ("ts_us", "known_at_us", "key", "display", "source")
    by_user = defaultdict(list)
    for row in rows:
        by_user[row["user"]].append(row)
    expected: Counter[Any] = Counter()
    for user, own in by_user.items():
        # Descending, and a search without a session last, as the ascending order has it first from behind.
        own.sort(key=lambda r: (r["session"] is not None, r["session"] or ""), reverse=True)
        own.sort(key=lambda r: tuple(r[name] for name in columns), reverse=True)
        expected.update(
            (user, r["ts_us"], r["key"], r["display"], r["session"], r["source"] == "typed") for r in own[:limit]
        )
    got = _rows(duckdb, profiles(_table(duckdb, "searches", rows, SEARCH_SCHEMA), limit))
    assert Counter(tuple(row.values()) for row in got) == expected


@laws
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.none(), max_size=8))
def test_spellings_agree_with_the_normaliser_over_all_of_unicode(duckdb: Any, texts: list[str | None]) -> None:
    table = _table(duckdb, "texts", [{"query": text} for text in texts], pa.schema({"query": pa.string()}))
    got = {row["query"]: row for row in _rows(duckdb, spellings(table))}
    assert got.keys() == set(texts) - {None}
    for text, row in got.items():
        assert (row["key"], row["display"]) == (normalise(text), display(text))
        assert row["problem"] == (None if row["key"] else "empty_query")


@pytest.mark.parametrize("char", ["x", "ж", "\U0001f600"])
def test_spellings_refuse_a_key_beyond_the_bound(duckdb: Any, char: str) -> None:
    texts = [char * MAX_QUERY_CHARS, char * (MAX_QUERY_CHARS + 1)]
    table = _table(duckdb, "texts", [{"query": text} for text in texts], pa.schema({"query": pa.string()}))
    problems = {row["query"]: row["problem"] for row in _rows(duckdb, spellings(table))}
    assert problems == {texts[0]: None, texts[1]: "too_long_query"}
