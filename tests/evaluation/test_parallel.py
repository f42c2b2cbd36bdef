"""Several processes find what one finds, in its order; what goes wrong in one is told."""

import os
from contextlib import contextmanager
from functools import partial
from importlib.resources import files
from itertools import pairwise

import pytest

from suggest import Engine
from suggest.errors import ArtifactError, SuggestError
from suggest.evaluation import OwnHistoryThenPopular, arrival_order, replay, replay_in_processes
from suggest.evaluation import test_rows as rows_of_tests
from suggest.evaluation.parallel import stretches
from suggest.pipelines.sources import read_blocks
from suggest.types import SECOND_US


def search(ts, user, query):
    return {"type": "search", "ts": ts, "user": user, "query": query}


LOG = arrival_order(search(ts, f"u{ts % 7}", f"query {ts * ts % 23}") for ts in range(200))


@contextmanager
def baseline():
    yield OwnHistoryThenPopular([record for event, record in LOG if event.known_at_us < 50 * SECOND_US])


@contextmanager
def ending():
    yield OwnHistoryThenPopular([])
    os._exit(3)


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_processes_find_what_one_replay_finds(processes):
    options = {"test_from_us": 50 * SECOND_US, "k": 3, "series_share": 0.5}
    with baseline() as completer:
        expected = list(replay(completer, LOG, **options))
    assert replay_in_processes(baseline, LOG, processes=processes, **options) == expected
    assert len(expected) > 100


def test_processes_find_with_the_engine_what_one_finds(sample_index):
    """The sample once more, a year later: all histories grow while it is replayed."""
    blocks = read_blocks(files("suggest.data") / "events.jsonl.gz", frozenset())
    records = [{**row.record, "ts": row.record["ts"].replace("2026", "2027")} for block in blocks for row in block]
    log = arrival_order(records[:600])
    found = [
        replay_in_processes(partial(Engine.open, sample_index, verify=False), log, processes=n, series_share=0.1)
        for n in (1, 2)
    ]
    assert found[0] == found[1]
    assert sum(outcome.rank > 0 for outcome in found[0]) > 50
    assert sum(bool(outcome.series) for outcome in found[0]) > 5


@pytest.mark.parametrize("n_stretches", [1, 2, 7, 1000])
def test_stretches_cover_the_log_with_tests_in_equal_numbers(n_stretches):
    parts = stretches(rows_of_tests(LOG, 50 * SECOND_US), len(LOG), n_stretches)
    bounds = [0, *(end for _, end in parts)]
    assert parts == list(pairwise(bounds))
    assert (bounds[0], bounds[-1]) == (0, len(LOG))
    assert bounds == sorted(set(bounds))
    tests = [
        sum(1 for _ in replay(OwnHistoryThenPopular([]), LOG[:end], test_from_us=50 * SECOND_US)) for end in bounds
    ]
    sizes = [after - before for before, after in pairwise(tests)]
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("processes", [1, 2])
def test_error_in_a_process_is_raised_here(processes, tmp_path):
    with pytest.raises(ArtifactError):
        replay_in_processes(partial(Engine.open, tmp_path), LOG, processes=processes)


def test_process_that_ends_without_a_word_is_an_error():
    with pytest.raises(SuggestError, match="ended early"):
        replay_in_processes(ending, LOG, processes=2)


def test_log_without_tests_has_no_outcomes():
    assert replay_in_processes(baseline, [], processes=4) == []
