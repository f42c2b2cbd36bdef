"""Event records: the one parser for files, `observe` and HTTP.

The record formats are those of the event table in `docs/formats.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from suggest.errors import EventError
from suggest.types.clock import parse_ts, rfc3339

MAX_ID_CHARS = 256
"""Longest user, session, item, comment, request or event id, in code points."""

MAX_TEXT_CHARS = 4096
"""Longest query, prefix or impression input that is read at all; what may be suggested is shorter."""

MAX_SHOWN = 200
"""Most queries one impression may list."""

MAX_KEY_BITS = 64
"""Largest number that is read as a numeric id."""

_EMPTY: tuple[str, list[Any]] = ("", [])

SEARCH_SOURCES = frozenset({"typed", "typeahead", "related", "item", "comment"})
SURFACES = frozenset({"typeahead", "related", "item", "comment"})


class Event(NamedTuple):
    """One validated event; fields that a type does not use are None.

    A named tuple and not a dataclass: a frozen dataclass of so many fields takes 5 µs to make, and
    a list of tuples turns into columns at once.

    `event_id` is the idempotence key: the client's own, or a hash of the canonical record.
    `ts_us` and `known_at_us` are microseconds since 1970-01-01 UTC.
    """

    type: str
    ts_us: int
    user: str
    event_id: str = ""
    known_at_us: int = 0
    locale: str | None = None
    region: str | None = None
    session: str | None = None
    query: str | None = None
    prefix: str | None = None
    source: str | None = None
    item: str | None = None
    comment: str | None = None
    request_id: str | None = None
    surface: str | None = None
    input: str | None = None
    shown: tuple[str, ...] | None = None
    position: int | None = None
    watch_s: float | None = None
    propensities: tuple[float, ...] | None = None

    def to_record(self) -> dict[str, Any]:
        """The record from which `parse_event` makes an equal event."""
        record: dict[str, Any] = {"ts": rfc3339(self.ts_us), "known_at": rfc3339(self.known_at_us)}
        for name in ("type", "user", "event_id", *_READERS):
            value = getattr(self, name)
            if value is not None:
                record[name] = list(value) if isinstance(value, tuple) else value
        return record


def parse_event(record: object, *, latest_us: int | None = None) -> Event:
    """Validates one record and gives it its `event_id`. About 6 µs.

    Unknown fields are ignored here; readers count them against `KNOWN_FIELDS`.

    Args:
        record: a mapping in the event format; empty text and empty lists count as absent, as in TSV.
        latest_us: reject events after this moment (a clock far in the future would poison decay
            and the watermark); None accepts any.

    Raises:
        EventError: malformed; `reason` is one of `not_an_object`, `unknown_type`, `missing_<field>`,
            `bad_<field>`, `too_long_<field>` and `future_ts`.
    """
    if not isinstance(record, Mapping):
        raise EventError("not_an_object", f"expected an object with type, ts and user, got {_shown(record)}")
    kind = record.get("type")
    if not isinstance(kind, str) or kind not in _REQUIRED:
        raise _unknown_type(kind)
    values = _read_values(record)
    if kind == "impression":
        values = _may_be_empty(record) | values
    for name in _REQUIRED[kind]:
        if name not in values:
            raise EventError(f"missing_{name}", f"a {kind} event needs {name}")
    if kind == "search":
        values.setdefault("source", "typed")
    elif kind == "delete":
        _require_target(values)
    elif kind == "impression":
        _require_aligned(values)
    ts_us = _moment(record.get("ts"), "ts", latest_us)
    known_at = record.get("known_at")
    known_at_us = ts_us if _absent(known_at) else _moment(known_at, "known_at", latest_us)
    user = record.get("user")
    if _absent(user):
        raise EventError("missing_user", "every event needs user (an opaque string)")
    user = read_id(user, "user")
    event_id = record.get("event_id")
    event_id = _hash_id(kind, ts_us, user, values) if _absent(event_id) else read_id(event_id, "event_id")
    return Event(kind, ts_us, user, event_id, known_at_us, **values)


def _read_values(record: Mapping[str, Any]) -> dict[str, Any]:
    get = record.get
    values = {}
    # In the order of _READERS and not of the record, so that one record always gets one reason.
    for name, read in _READERS.items():
        value = get(name)
        # Not a call of _absent: this line runs fifteen times a record.
        if value is None or value in _EMPTY:
            continue
        values[name] = read(value, name)
    return values


def _may_be_empty(record: Mapping[str, Any]) -> dict[str, Any]:
    """What a box shows before anything was typed, and that it showed nothing."""
    empty = {"input": "", "shown": ()}
    return {name: value for name, value in empty.items() if record.get(name) in _EMPTY}


def _absent(value: object) -> bool:
    return value is None or value in _EMPTY


def _moment(value: object, name: str, latest_us: int | None) -> int:
    if _absent(value):
        raise EventError(f"missing_{name}", f"every event needs {name}: RFC 3339 text or epoch seconds")
    try:
        us = parse_ts(value)
    except ValueError as error:
        raise EventError(f"bad_{name}", f"{name}: {error}") from None
    if latest_us is not None and us > latest_us:
        raise EventError("future_ts", f"{name}: {rfc3339(us)} lies in the future; check the sender's clock")
    return us


def _require_target(values: Mapping[str, Any]) -> None:
    if not values.keys() & {"item", "comment", "query"}:
        raise EventError("missing_target", "a delete event needs one of item, comment, query")


def _require_aligned(values: Mapping[str, Any]) -> None:
    n_shown, n_propensities = len(values["shown"]), len(values.get("propensities", values["shown"]))
    if n_propensities != n_shown:
        raise EventError(
            "bad_propensities", f"propensities: expected one for each of the {n_shown} shown, got {n_propensities}"
        )


def _hash_id(kind: str, ts_us: int, user: str, values: Mapping[str, Any]) -> str:
    canonical = orjson.dumps([kind, ts_us, user, values], option=orjson.OPT_SORT_KEYS)
    return blake2b(canonical, digest_size=16).hexdigest()


def check_text(value: Any, name: str, limit: int = MAX_TEXT_CHARS) -> str:
    """The value, if it is text of at most `limit` characters that can be stored.

    Raises:
        EventError: `bad_<name>` or `too_long_<name>`.
    """
    if not isinstance(value, str):
        raise EventError(f"bad_{name}", f"{name}: expected text, got {_shown(value)}")
    if len(value) > limit:
        raise EventError(f"too_long_{name}", f"{name}: at most {limit} characters, got {len(value)}")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            # It can come in through a JSON escape and can be stored nowhere.
            detail = f"{name}: holds a lone surrogate, which is not valid Unicode text"
            raise EventError(f"bad_{name}", detail) from None
    return value


def check_whole_number(value: Any, name: str, limit: int) -> int:
    """The value as an int of 0 to `limit`, from a number without a fraction or its text.

    Raises:
        EventError: `bad_<name>`.
    """
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        number = -1
    if isinstance(value, bool) or not 0 <= number <= limit or float(value) != number:
        raise EventError(f"bad_{name}", f"{name}: expected a whole number from 0 to {limit}, got {_shown(value)}")
    return number


def read_id(value: Any, name: str) -> str:
    """The value as an opaque id of 1 to `MAX_ID_CHARS` characters.

    Raises:
        EventError: `bad_<name>` or `too_long_<name>`.
    """
    # Databases often export numeric keys as numbers; as text they are as opaque as any other.
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= MAX_KEY_BITS:
        value = str(value)
    text = check_text(value, name, MAX_ID_CHARS)
    if not text or "\0" in text:
        # The trie of users ends its keys at a NUL.
        raise EventError(
            f"bad_{name}", f"{name}: expected an id of 1 to {MAX_ID_CHARS} characters without NUL, got {_shown(value)}"
        )
    return text


def _read_position(value: Any, name: str) -> int:
    return check_whole_number(value, name, MAX_SHOWN - 1)


def _read_watch_s(value: Any, name: str) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise EventError(f"bad_{name}", f"{name}: expected seconds of 0 or more, got {_shown(value)}")
    return seconds


def _read_shown(value: Any, name: str) -> tuple[str, ...]:
    # TSV joins lists by "|".
    queries = value.split("|") if isinstance(value, str) else value
    if not isinstance(queries, (list, tuple)) or len(queries) > MAX_SHOWN:
        raise EventError(f"bad_{name}", f"{name}: expected a list of at most {MAX_SHOWN} queries, got {_shown(value)}")
    return tuple(check_text(query, name) for query in queries)


def _read_propensities(value: Any, name: str) -> tuple[float, ...]:
    cells = value.split("|") if isinstance(value, str) else value
    if not isinstance(cells, (list, tuple)) or len(cells) > MAX_SHOWN:
        raise EventError(f"bad_{name}", f"{name}: expected a list of at most {MAX_SHOWN} numbers, got {_shown(value)}")
    return tuple(_read_propensity(cell, name) for cell in cells)


def _read_propensity(value: Any, name: str) -> float:
    try:
        chance = float("nan") if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        chance = float("nan")
    if not 0 < chance <= 1:
        # What happened had a chance above 0, and a weight is its inverse.
        raise EventError(f"bad_{name}", f"{name}: expected numbers above 0 and at most 1, got {_shown(value)}")
    return chance


def _one_of(allowed: frozenset[str]) -> Callable[[Any, str], str]:
    def read(value: Any, name: str) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise EventError(
                f"bad_{name}", f"{name}: expected one of {', '.join(sorted(allowed))}, got {_shown(value)}"
            )
        return value

    return read


def _unknown_type(kind: object) -> EventError:
    if kind is None or kind == "":
        return EventError("missing_type", f"every event needs type, one of {', '.join(_REQUIRED)}")
    return EventError("unknown_type", f"type: expected one of {', '.join(_REQUIRED)}, got {_shown(kind)}")


def _shown(value: object) -> str:
    if isinstance(value, int) and value.bit_length() > MAX_KEY_BITS:
        return "a very large number"  # Python refuses to write out more than 4300 digits
    return repr(value)[:60]


_REQUIRED: dict[str, tuple[str, ...]] = {
    "search": ("query",),
    "impression": ("request_id", "surface", "input", "shown"),
    "click": ("request_id", "query", "position"),
    "view": ("item",),
    "delete": (),
}

_READERS: dict[str, Callable[[Any, str], Any]] = {
    "locale": read_id,
    "region": read_id,
    "session": read_id,
    "query": check_text,
    "prefix": check_text,
    "source": _one_of(SEARCH_SOURCES),
    "item": read_id,
    "comment": read_id,
    "request_id": read_id,
    "surface": _one_of(SURFACES),
    "input": check_text,
    "shown": _read_shown,
    "position": _read_position,
    "watch_s": _read_watch_s,
    "propensities": _read_propensities,
}

KNOWN_FIELDS = frozenset({"type", "ts", "user", "event_id", "known_at", *_READERS})
"""Fields of the event format; anything else in a record is kept out and counted."""
