"""Fields of a row of any format but events: which are there, and what do they hold?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from suggest.errors import EventError
from suggest.types.events import check_text

MAX_LIST = 200
"""Most tags or aliases of one row."""

_EMPTY: tuple[object, ...] = (None, "", [])

Reader = Callable[[Any, str], Any]
"""Validates a value of a field and gives what it stands for; takes the value and the field's name."""


def require(record: object, required: tuple[str, ...]) -> Mapping[str, Any]:
    """The row, if it is one and holds what it must; empty text and empty lists count as absent, as in TSV.

    Raises:
        EventError: `not_an_object` or `missing_<field>`.
    """
    if not isinstance(record, Mapping):
        raise EventError("not_an_object", f"expected an object with {' and '.join(required)}")
    for name in required:
        if record.get(name) in _EMPTY:
            raise EventError(f"missing_{name}", f"every row needs {name}")
    return record


def given(fields: Mapping[str, Any], readers: Mapping[str, Reader]) -> dict[str, Any]:
    """What a row holds of some fields, by name.

    Raises:
        EventError: as of the readers.
    """
    return {name: read(fields[name], name) for name, read in readers.items() if fields.get(name) not in _EMPTY}


def read_texts(value: Any, name: str) -> tuple[str, ...]:
    """A list of texts.

    Raises:
        EventError: `bad_<field>` or `too_long_<field>`.
    """
    # TSV joins lists by "|".
    texts = value.split("|") if isinstance(value, str) else value
    if not isinstance(texts, (list, tuple)) or len(texts) > MAX_LIST:
        raise EventError(f"bad_{name}", f"{name}: expected a list of at most {MAX_LIST} texts")
    return tuple(check_text(text, name) for text in texts)
