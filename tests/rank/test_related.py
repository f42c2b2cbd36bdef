"""Which related queries are shown: one of each group, and not ten that add the same."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from suggest.features.related import RELATED_FEATURES, TEXT_FEATURES, related_column
from suggest.rank.related import PARTS, REPEATED, RelatedOrders, chosen_related, comes_before
from suggest.rank.related_model import shipped_order, shipped_sequel

ROWS = st.lists(
    st.tuples(st.integers(-20, 20), st.frozensets(st.sampled_from("abc"), max_size=2), st.integers(0, 6)), max_size=12
)


def brute_force(rows, taken, k):
    """One after the other, each time the best of all that are left."""
    shown, lost = [], []
    groups, seen = set(taken), []
    left = list(range(len(rows)))
    while left and len(shown) < k:
        loss = {row: -REPEATED * max(seen.count(word) for word in rows[row][1] or {""}) for row in left}
        best = min(left, key=lambda row: (-(rows[row][0] / 4 + loss[row]), f"{row:02}"))
        left.remove(best)
        if rows[best][2] not in groups:
            groups.add(rows[best][2])
            seen += rows[best][1] or {""}
            shown.append(best)
            lost.append(loss[best])
    return list(zip(shown, lost, strict=True))


@given(ROWS, st.sets(st.integers(0, 6), max_size=2), st.integers(1, 8))
def test_chosen_are_those_of_brute_force(rows, taken, k):
    scores = np.array([score / 4 for score, _, _ in rows])
    keys = [f"{row:02}" for row in range(len(rows))]

    found = chosen_related(scores, keys, lambda row: rows[row][1], lambda row: rows[row][2], taken, k)

    assert found == brute_force(rows, taken, k)


def test_comes_before_is_where_more_people_come_from_than_go_to():
    features = np.zeros((4, len(RELATED_FEATURES)), dtype=np.float32)
    there, back = related_column("next_share"), related_column("back_share")
    features[1, back] = 0.2
    features[2, [there, back]] = 0.2, 0.5
    features[3, [there, back]] = 0.1, 0.5

    assert comes_before(features).tolist() == [False, True, False, True]


def test_untrained_score_rises_with_what_people_did():
    features = np.zeros((2, len(RELATED_FEATURES)), dtype=np.float32)
    features[1, related_column("next")] = 1.0

    orders = RelatedOrders(shipped_order(), None)

    parts = orders.parts(features, orders.text_scores(features))

    assert parts.shape == (2, len(PARTS))
    assert parts[1].sum() > parts[0].sum()
    assert parts[0, 0] == parts[1, 0]


def test_shipped_order_scores_without_meaning_too():
    features = np.zeros((2, len(TEXT_FEATURES)), dtype=np.float32)
    features[1, [related_column(name) for name in ("asked_held", "holds_all", "overlap", "letters")]] = 1.0
    blind = features.copy()
    blind[:, related_column("cosine") :] = np.nan

    for rows in (features, blind):
        scores = shipped_order().scores(rows)
        assert np.isfinite(scores).all()
        assert scores[1] > scores[0]


def test_shipped_map_is_of_one_encoder():
    sequel = shipped_sequel()

    assert sequel.encoder
    assert sequel.matrix.shape[0] == sequel.matrix.shape[1]
    assert np.isfinite(sequel.matrix).all()
