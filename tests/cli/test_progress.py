"""Progress: a bar on a terminal, plain lines elsewhere."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.cli.progress import progress

STEPS = st.lists(st.tuples(st.sampled_from(["read", "count"]), st.integers(0, 300), st.integers(0, 200)), max_size=30)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def written(stream, steps):
    with progress(stream) as report:
        for step in steps:
            report(*step)
    return stream.getvalue()


def test_lines_tell_each_stage_and_each_tenth_once():
    steps = [("read", done, 1000) for done in range(1001)] + [("publish", 0, 0)] * 3

    lines = written(io.StringIO(), steps).splitlines()
    assert lines == [*(f"read {10 * tenth}%" for tenth in range(11)), "publish"]


def test_bar_fills_and_the_line_is_cleared_at_the_end():
    shown = written(Terminal(), [("read", 0, 2), ("read", 1, 2), ("read", 2, 2)]).split("\r\x1b[K")

    assert [line.count("#") for line in shown] == [0, 0, 15, 30, 0]
    assert shown[-1] == ""


def test_bar_is_cleared_when_the_work_fails():
    stream = Terminal()

    with pytest.raises(TypeError):
        written(stream, [("read", 1, 2), ("read", "half", 2)])

    assert stream.getvalue().endswith("%\r\x1b[K")


@given(STEPS)
def test_bar_stays_on_one_line_of_even_length(steps):
    shown = written(Terminal(), steps)

    assert "\n" not in shown
    assert all(len(line) <= 79 for line in shown.split("\r\x1b[K"))


@given(STEPS)
def test_lines_hold_no_control_characters(steps):
    assert all(line.isprintable() for line in written(io.StringIO(), steps).splitlines())
