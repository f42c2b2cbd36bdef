"""Moments: RFC 3339 and epoch seconds, nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.types import parse_ts, rfc3339

_MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 30)).flatmap(  # noqa: DTZ001
    lambda moment: st.integers(-14 * 60, 14 * 60).map(
        lambda minutes: moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    )
)


@given(_MOMENTS)
def test_text_number_and_datetime_of_one_moment_agree(moment):
    us = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert parse_ts(moment) == parse_ts(moment.isoformat()) == parse_ts(rfc3339(us)) == us
    assert parse_ts(us // 1_000_000) == parse_ts(str(us // 1_000_000)) == us // 1_000_000 * 1_000_000


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("2026-01-01t00:00:00z", "2026-01-01T00:00:00+00:00"),
        ("2026-01-01 00:00:00Z", "2026-01-01T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("1.7e9", 1_700_000_000),
        ("1700000000.5", "2023-11-14T22:13:20.5Z"),
    ],
)
def test_other_spellings_of_a_moment(text, same_as):
    assert parse_ts(text) == parse_ts(same_as)


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-W01-1T00:00:00Z",
        "2026-01-01X00:00:00Z",
        "20260101T000000Z",
        "2026-13-01T00:00:00Z",
        "1_000",
        "\u0661\u0662",
        "yesterday",
        "",
        "-5",
        "9" * 20,
        float("inf"),
        True,
        None,
        datetime(2026, 1, 1),  # noqa: DTZ001
        1_700_000_000_000,
    ],
)
def test_what_is_no_moment_is_refused(value):
    with pytest.raises(ValueError, match=r"expected|must be|month|out of range"):
        parse_ts(value)
