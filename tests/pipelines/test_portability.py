"""What differs between query engines is not used, so that the same expressions give the same rows."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import suggest.pipelines

# Rounds on one engine and floors on the other; exists on one only; estimates differently; a table
# written twice fails on one only.
FORBIDDEN = {
    "epoch_seconds",
    "asof_join",
    "approx_nunique",
    "approx_median",
    "approx_quantile",
    "to_parquet",
    "raw_sql",
}
# The argument is ignored by one engine as a window, or missing from it.
FORBIDDEN_ARGUMENTS = {("first", "include_null"), ("last", "include_null"), ("collect", "order_by")}
SOURCES = sorted(Path(next(iter(suggest.pipelines.__path__))).glob("*.py"))


def _calls(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN:
            found.add(node.attr)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found.update(
                f"{node.func.attr}({word.arg}=)"
                for word in node.keywords
                if (node.func.attr, word.arg) in FORBIDDEN_ARGUMENTS
            )
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_pipelines_call_nothing_that_differs_between_engines(path: Path) -> None:
    assert _calls(path.read_text(encoding="utf-8")) == set()


def test_the_scan_finds_what_it_looks_for() -> None:
    source = "t.ts.epoch_seconds(); t.q.last(include_null=False).over(w); t.q.collect(order_by='q'); a.asof_join(b)"
    assert _calls(source) == {"epoch_seconds", "last(include_null=)", "collect(order_by=)", "asof_join"}
    assert _calls("collect(connection, order_by=1); t.q.last()") == set()


def test_the_scan_sees_the_pipelines() -> None:
    assert {"collect.py", "sessionise.py"} <= {path.name for path in SOURCES}
