"""Time is int64 microseconds since 1970-01-01 UTC everywhere inside.

Seconds as floats round differently on different query engines; integers do not.
"""

from __future__ import annotations

import math
import re
import time
from datetime import UTC, datetime, timedelta

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

# Source: RFC 3339, section 5.6.
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,20}(\.\d{0,20})?([eE][+-]?\d{1,3})?", re.ASCII)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# 2200-01-01: later numbers are milliseconds or nanoseconds given for seconds.
_LATEST_US = 7_258_118_400 * SECOND_US


def now_us() -> int:
    """The wall clock in microseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1000


def parse_ts(value: object) -> int:
    """A moment as microseconds since 1970-01-01 UTC.

    Args:
        value: RFC 3339 text with an offset, epoch seconds (a number, or its text), or an aware datetime.

    Raises:
        ValueError: it is none of these, has no offset, or lies outside the years 1970 to 2200.
    """
    us = _to_us(value)
    if not 0 <= us < _LATEST_US:
        raise ValueError(f"expected a time between 1970 and 2200, got {_shown(value)} (epoch values are in seconds)")
    return us


def rfc3339(us: int) -> str:
    """Microseconds since 1970-01-01 UTC as RFC 3339 text, e.g. `2026-01-31T12:00:00+00:00`."""
    return (_EPOCH + timedelta(microseconds=us)).isoformat()


def _to_us(value: object) -> int:
    if isinstance(value, str):
        return _text_to_us(value)
    if isinstance(value, datetime):
        return _datetime_to_us(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(  # noqa: TRY004  callers catch one kind of error for all that is no time
            f"expected RFC 3339 text, epoch seconds or an aware datetime, got {_shown(value)}"
        )
    return _seconds_to_us(value)


def _text_to_us(text: str) -> int:
    if _NUMBER.fullmatch(text):
        return _seconds_to_us(int(text) if text.isdecimal() else float(text))
    if not _RFC3339.fullmatch(text):
        raise ValueError(
            f"expected RFC 3339 text with an offset such as Z or +02:00, or epoch seconds, got {_shown(text)}"
        )
    # A leap second is the moment after its 59th, as in POSIX time.
    leap = text[17:19] == "60"
    moment = datetime.fromisoformat(f"{text[:17]}59{text[19:]}".upper() if leap else text.upper())
    return _datetime_to_us(moment) + leap * SECOND_US


def _seconds_to_us(seconds: float) -> int:
    if isinstance(seconds, int):
        return seconds * SECOND_US
    if not math.isfinite(seconds):
        raise ValueError(f"expected finite epoch seconds, got {seconds}")
    return round(seconds * SECOND_US)


def _datetime_to_us(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError(f"expected a time with an offset such as Z or +02:00, got {moment.isoformat()}")
    return (moment - _EPOCH) // _MICROSECOND


def _shown(value: object) -> str:
    return repr(value)[:60]
