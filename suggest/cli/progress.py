"""Progress on stderr: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

Report = Callable[[str, int, int], None]
"""Called with the stage's name, how much is done and how much there is (0 where that is unknown)."""

_BAR_CHARS = 30
_STAGE_CHARS = 28
_CLEAR_LINE = "\r\x1b[K"


@contextmanager
def progress(stream: TextIO | None = None) -> Iterator[Report]:
    """Gives a `Report` that writes to `stream` (default stderr); the terminal's line is cleared at the end."""
    stream = stream or sys.stderr
    if not stream.isatty():
        yield _lines(stream)
        return
    try:
        yield _bar(stream)
    finally:
        stream.write(_CLEAR_LINE)
        stream.flush()


def _bar(stream: TextIO) -> Report:
    shown = ""

    def report(stage: str, done: int, total: int) -> None:
        nonlocal shown
        filled = _BAR_CHARS * min(done, total) // total if total else 0
        amount = f"[{'#' * filled}{'.' * (_BAR_CHARS - filled)}] {_percent(done, total):3d}%" if total else f"{done:,}"
        line = f"{stage[:_STAGE_CHARS]:{_STAGE_CHARS}} {amount}"
        if line != shown:
            stream.write(_CLEAR_LINE + line)
            stream.flush()
            shown = line

    return report


def _lines(stream: TextIO) -> Report:
    shown = ("", -1)

    def report(stage: str, done: int, total: int) -> None:
        nonlocal shown
        tenth = _percent(done, total) // 10 if total else 0
        if (stage, tenth) != shown:
            print(f"{stage} {10 * tenth}%" if total else stage, file=stream, flush=True)
            shown = (stage, tenth)

    return report


def _percent(done: int, total: int) -> int:
    return 100 * min(done, total) // total
