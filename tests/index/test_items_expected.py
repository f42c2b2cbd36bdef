"""What a regression expects is what ridge regression in its plain form gives."""

import numpy as np

from suggest.artifacts import Generation, building
from suggest.index.items_expected import ExpectedQueries, save_expected


def test_expectations_are_those_of_ridge_regression(tmp_path):
    draw = np.random.default_rng(5)
    vectors = draw.normal(size=(60, 4)).astype(np.float32)
    belongs = draw.random((60, 3)) < 0.2
    sums = belongs.T.astype(np.float32) @ vectors
    lengths = np.linalg.norm(sums, axis=1)
    with building(tmp_path) as writer:
        save_expected(writer, np.array([2, 5, 7], np.uint32), lengths, vectors)

    expected = ExpectedQueries.open(Generation.open(tmp_path))

    asked = draw.normal(size=4).astype(np.float32)
    # As if thirty items in each direction had no query.
    without = np.sqrt(30) * np.eye(4)
    weights, *_ = np.linalg.lstsq(np.vstack([vectors, without]), np.vstack([belongs, np.zeros((4, 3))]), rcond=None)
    own = expected.lengths(np.array([2, 5, 7]))
    np.testing.assert_allclose(expected.of(asked, sums / lengths[:, None], own), asked @ weights, atol=2e-6)
    assert expected.lengths(np.array([1, 7, -1])).tolist() == [0, np.float32(lengths[2]), 0]


def test_a_generation_without_vectors_expects_nothing(tmp_path):
    with building(tmp_path) as writer:
        writer.save_array("other", np.zeros(1))

    assert ExpectedQueries.open(Generation.open(tmp_path)) is None
