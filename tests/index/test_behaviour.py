"""What the log knows of queries beyond popularity: what was written comes back, and nothing else."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.artifacts import Generation, building
from suggest.index.clicks import PRIOR_CLICKS, ClickRows, Clicks, save_clicks
from suggest.index.codes import PER_DOUBLING, VALUES, codes
from suggest.index.regions import RegionWeights, save_regions
from suggest.index.sparse import positions
from suggest.index.transitions import TransitionRows, Transitions, save_transitions

N = 12
STEP = 2 ** (0.5 / PER_DOUBLING)
"""How far a coded count may be from the true one, as a factor."""

laws = settings(max_examples=40, deadline=None)
_ids = st.permutations(range(N)).map(lambda ids: np.array(ids, dtype=np.uint32))
_counts = st.floats(0.01, 1e6)


def _written(save, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        with building(folder) as writer:
            save(writer, *arguments)
        generation = Generation.open(folder)
        # Maps outlive the files' names.
        yield generation


def _asked(ids):
    return np.array([*ids.tolist(), -1, N, N + 5], dtype=np.int64)


@given(st.lists(st.floats(2**-8, 2**23), min_size=1))
def test_codes_keep_a_count_to_half_a_step(counts):
    kept = VALUES[codes(np.array(counts))]
    assert np.all(kept <= np.array(counts) * STEP * 1.001)
    assert np.all(kept >= np.array(counts) / STEP / 1.001)


def test_codes_of_their_values_are_themselves_and_the_rest_is_an_end():
    assert codes(VALUES.astype(np.float64)).tolist() == list(range(256))
    assert np.all(np.diff(VALUES) > 0)
    assert codes(np.array([0.0, 1e-9, 1e12])).tolist() == [0, 0, 255]


@given(st.sets(st.integers(0, 50)), st.lists(st.integers(-1, 60)))
def test_positions_equal_a_search(known, ids):
    ordered = sorted(known)
    found = positions(np.array(ordered, dtype=np.uint32), np.array(ids, dtype=np.int64))
    assert found.tolist() == [ordered.index(one) if one in known else -1 for one in ids]


@laws
@given(_ids, st.dictionaries(st.sampled_from("ab"), st.dictionaries(st.integers(0, N - 1), _counts, min_size=1)))
def test_regions_give_back_the_weights_of_each(ids, regions):
    rows = {
        name: (np.array(list(there), dtype=np.int64), np.array(list(there.values()))) for name, there in regions.items()
    }
    for generation in _written(save_regions, ids, rows):
        index = RegionWeights(generation)
        for name, there in regions.items():
            number = index.find(name.upper() + " ")
            weight = {int(ids[row]): count for row, count in there.items()}
            expected = [weight.get(int(one), 0.0) for one in _asked(ids)]
            assert index.of(number, _asked(ids)) == pytest.approx(expected, rel=STEP - 1 + 0.001)
            assert index.total(number) == pytest.approx(sum(there.values()))
        assert (index.find("c"), index.find(None)) == (-1, -1)


@laws
@given(_ids, st.dictionaries(st.integers(0, N - 1), st.tuples(_counts, _counts, _counts)))
def test_clicks_give_back_what_was_seen(ids, seen):
    columns = [np.array([counts[at] for counts in seen.values()], dtype=np.float64) for at in range(3)]
    for generation in _written(save_clicks, ids, ClickRows(np.array(list(seen), dtype=np.int64), *columns)):
        index = Clicks(generation)
        rows = np.zeros((3, len(_asked(ids))), dtype=np.float32)
        index.write(_asked(ids), rows)
        by_id = {int(ids[row]): counts for row, counts in seen.items()}
        for found, one in zip(rows.T, _asked(ids), strict=True):
            clicks, examined, expected = by_id.get(int(one), (0.0, 0.0, 0.0))
            assert found[:2] == pytest.approx([clicks, examined], rel=STEP - 1 + 0.001)
            rate = np.log((clicks + PRIOR_CLICKS) / (expected + PRIOR_CLICKS))
            assert found[2] == pytest.approx(rate, rel=0.001, abs=1e-3)


@laws
@given(_ids, st.dictionaries(st.integers(0, N - 1), st.lists(st.integers(0, N - 1), min_size=1, max_size=5)))
def test_transitions_give_back_the_next_queries_in_order(ids, following):
    rows = [
        (row, next_row, 9 - place, 20 + row) for row, after in following.items() for place, next_row in enumerate(after)
    ]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    for generation in _written(save_transitions, ids, TransitionRows(*columns)):
        index = Transitions(generation)
        for row in range(N):
            found = index.after(int(ids[row]))
            after = following.get(row)
            if after is None:
                assert found is None
            else:
                assert found is not None
                assert found.ids.tolist() == ids[after].tolist()
                assert found.users.tolist() == [9 - place for place in range(len(after))]
                assert found.left == 20 + row
        assert index.after(-1) is None
        assert index.after(N) is None


def test_a_log_that_knows_nothing_writes_nothing(tmp_path: Path) -> None:
    empty = np.zeros(0, dtype=np.int64)
    ids = np.arange(N, dtype=np.uint32)
    with building(tmp_path) as writer:
        save_regions(writer, ids, {})
        save_clicks(writer, ids, ClickRows(empty, *[np.zeros(0)] * 3))
        save_transitions(writer, ids, TransitionRows(*[empty] * 4))
        assert list(writer.directory.iterdir()) == []
    generation = Generation.open(tmp_path)
    assert RegionWeights(generation).find("de") == -1
    assert Transitions(generation).after(0) is None
    rows = np.zeros((3, 2), dtype=np.float32)
    Clicks(generation).write(np.array([0, -1]), rows)
    assert not rows.any()
