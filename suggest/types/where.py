"""Filters: which queries does a boolean expression over their attributes let through?

    {"all": [{"locale": "en"}, {"any": [{"kind": "music"}, {"tags": ["live", "concert"]}]}, {"not": {"region": "us"}}]}

An attribute of a query is a pair (field, value), and a query may have several values of one field.
What nothing is known of has no attribute: it passes a `not` and nothing else.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Iterable
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import orjson

from suggest.errors import ArgumentError
from suggest.types.locales import canonical_locale, is_locale

ATTRIBUTE_FIELDS = ("kind", "locale", "region", "tags")
"""What can be filtered by."""

MAX_DEPTH = 32
"""Deepest nesting of objects in one filter."""

MAX_LEAVES = 256
"""Most values in one filter."""

MAX_BYTES = 65_536
"""Longest filter as JSON."""

Operator = Literal["has", "all", "any", "not"]


class Where(NamedTuple):
    """A filter in canonical form: expressions that differ in spelling, order or nesting alone are equal.

    Attributes:
        operator: `has` for one attribute, else how the parts combine.
        parts: sorted and distinct; none of them for `has`, one for `not`, none or two and more for `all`
            (then true) and `any` (then false).
        field: of `has`: one of `ATTRIBUTE_FIELDS`.
        value: of `has`, as `attribute_value` makes it.
    """

    operator: Operator
    parts: tuple[Where, ...] = ()
    field: str = ""
    value: str = ""

    def holds(self, known: Container[tuple[str, str]]) -> bool:
        """Whether a query with these attributes, all that `with_ancestors` gives, passes."""
        if self.operator == "has":
            return (self.field, self.value) in known
        if self.operator == "not":
            return not self.parts[0].holds(known)
        combine = all if self.operator == "all" else any
        return combine(part.holds(known) for part in self.parts)


EVERYTHING = Where("all")
"""The filter that every query passes."""

NOTHING = Where("any")
"""The filter that no query passes."""


def attribute_value(field: str, text: str) -> str:
    """A value in the one spelling in which values are compared; empty for one that says nothing.

    Case and white space do not count, nor how accented letters are encoded. A locale is a BCP 47
    tag in lower case with hyphens; what has not its shape says nothing.
    """
    if field == "locale":
        tag = canonical_locale(text.strip())
        return tag if is_locale(tag) else ""
    if text.isascii():
        folded = text.lower()
    else:
        # Folding can undo a normal form: Unicode, section 3.13, definition D145.
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())
    return " ".join(folded.replace("\0", " ").split())


def with_ancestors(field: str, value: str) -> tuple[str, ...]:
    """The values a query has when it has this one: a locale implies all beginnings of its tag.

    So the locale `en` lets `en-us` through: basic filtering, RFC 4647 section 3.3.1.
    """
    if field != "locale":
        return (value,)
    subtags = value.split("-")
    return tuple("-".join(subtags[:length]) for length in range(len(subtags), 0, -1))


def parse_where(value: object) -> Where:
    """Validates a filter. About 1 µs for one seen lately, else some 5 µs a value.

    Every member of an object is a condition, and all of them must hold: `all` and `any` with a list of
    objects, `not` with an object, and each of `ATTRIBUTE_FIELDS` with a value or a list of values, of which
    a query must have any. `{"all": []}` is true and `{"any": []}` false.

    Raises:
        ArgumentError: `where` is no such object, too deep or too long.
    """
    try:
        encoded = orjson.dumps(value)
    except TypeError as error:
        raise _refused(f"expected a JSON object, such as {_EXAMPLE} ({error})") from None
    if len(encoded) > MAX_BYTES:
        raise _refused(f"at most {MAX_BYTES:,} bytes as JSON, got {len(encoded):,}")
    return _parsed(encoded)


_EXAMPLE = '{"kind": "music"}'


# By its bytes, since what JSON makes cannot be hashed: people ask with the same few filters.
@lru_cache(maxsize=64)
def _parsed(encoded: bytes) -> Where:
    where, _ = _condition(orjson.loads(encoded), MAX_DEPTH, MAX_LEAVES)
    return where


def _condition(value: Any, depth: int, leaves: int) -> tuple[Where, int]:
    """The condition an object states, and how many values are left to the rest of the filter."""
    if not isinstance(value, dict) or not value:
        raise _refused(f"expected an object with one of {_NAMES}, got {_shown(value)}")
    if not depth:
        raise _refused(f"nested deeper than {MAX_DEPTH} objects")
    parts = []
    for name, stated in value.items():
        if name in ATTRIBUTE_FIELDS:
            part, leaves = _has(name, stated, leaves)
        elif name in ("all", "any"):
            part, leaves = _list_of(name, stated, depth - 1, leaves)
        elif name == "not":
            part, leaves = _condition(stated, depth - 1, leaves)
            part = _negated(part)
        else:
            raise _refused(f"unknown field {_shown(name)}; expected one of {_NAMES}")
        parts.append(part)
    return _combined("all", parts), leaves


def _list_of(operator: Operator, stated: Any, depth: int, leaves: int) -> tuple[Where, int]:
    if not isinstance(stated, list):
        raise _refused(f"{operator}: expected a list of objects, got {_shown(stated)}")
    parts = []
    for each in stated:
        part, leaves = _condition(each, depth, leaves)
        parts.append(part)
    return _combined(operator, parts), leaves


def _has(field: str, stated: Any, leaves: int) -> tuple[Where, int]:
    values = stated if isinstance(stated, list) else [stated]
    if not values:
        raise _refused(f"{field}: expected a value or a list of some, got an empty list; leave the field out")
    if len(values) > leaves:
        raise _refused(f"at most {MAX_LEAVES} values")
    parts = [Where("has", field=field, value=_value(field, each)) for each in values]
    return _combined("any", parts), leaves - len(values)


def _value(field: str, stated: Any) -> str:
    # Codes of regions are often numbers, and the readers of events take them as text too.
    if isinstance(stated, int) and not isinstance(stated, bool):
        stated = str(stated)
    if not isinstance(stated, str):
        raise _refused(f"{field}: expected text, got {_shown(stated)}")
    value = attribute_value(field, stated)
    if not value:
        expected = "a BCP 47 tag such as en-US" if field == "locale" else "text that is not blank"
        raise _refused(f"{field}: expected {expected}, got {_shown(stated)}")
    return value


def _combined(operator: Operator, parts: Iterable[Where]) -> Where:
    """`all` or `any` of the parts, nested ones of the same operator taken apart."""
    absorbing = NOTHING if operator == "all" else EVERYTHING
    distinct: set[Where] = set()
    for part in parts:
        distinct.update(part.parts if part.operator == operator else (part,))
    if absorbing in distinct:
        return absorbing
    if len(distinct) == 1:
        return distinct.pop()
    return Where(operator, tuple(sorted(distinct)))


def _negated(part: Where) -> Where:
    if part in (EVERYTHING, NOTHING):
        return NOTHING if part == EVERYTHING else EVERYTHING
    return part.parts[0] if part.operator == "not" else Where("not", (part,))


_NAMES = ", ".join(("all", "any", "not", *ATTRIBUTE_FIELDS))


def _refused(detail: str) -> ArgumentError:
    return ArgumentError("where", detail)


def _shown(value: object) -> str:
    return repr(value)[:60]
