"""What goes to stdout: one JSON object, or text for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def print_result(result: Mapping[str, Any], *, as_json: bool) -> None:
    """Prints a JSON-like result as one object, or as indented `name: value` lines."""
    if as_json:
        print(json.dumps(result))
    else:
        print("\n".join(_lines(result, "")))


def _lines(values: Mapping[str, Any], indent: str) -> list[str]:
    lines = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            lines += [f"{indent}{name}:", *_lines(value, f"{indent}  ")] if value else [f"{indent}{name}: none"]
        elif isinstance(value, (list, tuple)):
            lines += [f"{indent}{name}:" + ("" if value else " none"), *_list_lines(value, f"{indent}  ")]
        else:
            lines.append(f"{indent}{name}: {_shown(value)}")
    return lines


def _list_lines(values: list[Any] | tuple[Any, ...], indent: str) -> list[str]:
    lines = []
    for value in values:
        fields = value.items() if isinstance(value, Mapping) else ()
        lines.append(f"{indent}- {', '.join(f'{name} {_shown(field)}' for name, field in fields) or _shown(value)}")
    return lines


def _shown(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
