"""Which keys lie side by side on a keyboard, and what was meant by who forgot to switch it.

`models/keyboards.json` holds the rows of each layout without Shift; a key's place in the row is what layouts
have in common. Keys of queries hold no capitals, so that Shift plays no part.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from itertools import combinations
from math import hypot
from typing import NamedTuple

from suggest.text.keys import fold

# Where a row starts, in key widths, on the usual staggered keyboard.
_ROW_OFFSETS = (0.0, 1.5, 1.75, 2.25)
_DEAD_KEYS = "\u00b4\u0384"
_FIRST_JAMO, _LAST_JAMO = "ㄱ", "ㅣ"
_BESIDE = 1.3
"""Distance of two key centres, in key widths, up to which a finger slips: side by side, or touching in the next row."""

PAIRS = (
    *(("qwerty", other) for other in ("azerty", "qwertz")),
    *(("qwerty", other) for other in ("russian", "ukrainian", "korean", "greek", "hebrew")),
    *(("qwerty", other) for other in ("arabic", "persian", "thai", "devanagari")),
)
"""Layouts that people switch between, tried both ways."""


def neighbours(char: str) -> str:
    """Characters on the keys around that of a character, the nearest first; empty when no layout has it. 0.1 µs.

    Latin letters lie as on QWERTY; a letter that only another layout has, as there.
    """
    return _neighbours().get(char, "")


def retyped(text: str, typed_on: str, meant_on: str) -> str | None:
    """What the same keys write on another layout; None when a character has no key on `typed_on`. About 2 µs.

    Args:
        text: in the form of a key (`normalise_prefix`); Hangul as jamo, one a keystroke.
        typed_on: name of a layout of `models/keyboards.json`.
        meant_on: likewise.
    """
    switch = _switch(typed_on, meant_on)
    if not switch.chars.issuperset(text):
        return None  # most layouts do not write the first character, and the others are then not looked at
    if switch.symbol is None:
        return text.translate(switch.table)
    strokes = switch.symbol.findall(text)
    if sum(map(len, strokes)) < len(text):
        return None
    return "".join([switch.meant[stroke] for stroke in strokes])


class _Switch(NamedTuple):
    """From one layout to another.

    Attributes:
        meant: what each key writes there, by what it writes here.
        chars: all characters written here.
        table: `meant` for `str.translate`, where each key writes one character.
        symbol: matches what a key writes here, where some write more: those of Arabic; else None.
    """

    meant: dict[str, str]
    chars: frozenset[str]
    table: dict[int, str]
    symbol: re.Pattern[str] | None


@cache
def _switch(typed_on: str, meant_on: str) -> _Switch:
    meant = {" ": " "}
    for typed_row, meant_row in zip(_layouts()[typed_on], _layouts()[meant_on], strict=True):
        meant |= {stroke: to for stroke, to in zip(typed_row, meant_row, strict=True) if stroke}
    chars = frozenset("".join(meant))
    table = {ord(stroke): to for stroke, to in meant.items() if len(stroke) == 1}
    # The longer symbol first.
    symbol = re.compile("|".join(re.escape(stroke) for stroke in sorted(meant, key=len, reverse=True)))
    return _Switch(meant, chars, table, symbol if len(table) < len(meant) else None)


@cache
def _layouts() -> dict[str, list[list[str]]]:
    """Symbols by layout, row and place, as they stand in keys of queries; empty for a dead key."""
    rows = json.loads(resources.files("suggest.models").joinpath("keyboards.json").read_bytes())
    return {name: [[_symbol(text) for text in row.split(" ")] for row in layout] for name, layout in rows.items()}


def _symbol(text: str) -> str:
    """As it stands in a key; the jamo of a keystroke stay single, which a key would compose."""
    if text in _DEAD_KEYS:
        return ""
    return text if _FIRST_JAMO <= text <= _LAST_JAMO else fold(text)


@cache
def _neighbours() -> dict[str, str]:
    found: dict[str, str] = {}
    for rows in _layouts().values():
        for char, beside in _beside(rows).items():
            found.setdefault(char, beside)
    return found


def _beside(rows: list[list[str]]) -> dict[str, str]:
    keys = [
        (symbol, offset + place, depth)
        for depth, (row, offset) in enumerate(zip(rows, _ROW_OFFSETS, strict=True))
        for place, symbol in enumerate(row)
        if len(symbol) == 1
    ]
    near: dict[str, list[tuple[float, str]]] = {symbol: [] for symbol, _, _ in keys}
    for (one, x, y), (other, other_x, other_y) in combinations(keys, 2):
        apart = hypot(x - other_x, y - other_y)
        if apart < _BESIDE:
            near[one].append((apart, other))
            near[other].append((apart, one))
    return {symbol: "".join(other for _, other in sorted(beside)) for symbol, beside in near.items()}
