"""What is known of queries beside an item: words that both have, against a look at every list."""

from __future__ import annotations

import random

import numpy as np

from suggest.features import item


def test_what_lists_hold_is_found_whether_they_are_longer_than_what_is_asked_for_or_not():
    draw = random.Random(1)
    for n_ids in (1, 5, 40):
        ids = np.array(sorted(draw.sample(range(200), n_ids)), dtype=np.int64)
        lists = [np.array(sorted(draw.sample(range(200), n)), dtype=np.uint32) for n in (0, 1, 5, 6, 60, 200)]

        holds = item._holds(lists, ids)

        assert holds.tolist() == [np.isin(ids, own).tolist() for own in lists]


def test_no_list_holds_nothing():
    assert item._holds([], np.arange(3)).shape == (0, 3)
