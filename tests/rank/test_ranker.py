"""A ranker in a generation: what was saved is served, what was trained on other features is not."""

import subprocess
import sys

import numpy as np
import pytest

from suggest.artifacts import Generation, building
from suggest.errors import GenerationBroken
from suggest.features import FEATURES
from suggest.rank import ranker as ranker_module
from suggest.rank.examples import Examples
from suggest.rank.fit import fit
from suggest.rank.ranker import Ranker

N = len(FEATURES)


def examples(seed):
    features = np.random.default_rng(seed).normal(size=(3000, N)).astype(np.float32)
    return Examples(features, (features[:, 0] > features[:, 3]).astype(np.int32), np.full(300, 10))


@pytest.fixture(scope="module")
def trained():
    return fit(examples(1), examples(2), max_trees=20)


@pytest.fixture
def index_dir(trained, tmp_path):
    with building(tmp_path) as writer:
        trained.save(writer)
    return tmp_path


def test_an_opened_ranker_scores_as_the_trained_one(trained, index_dir):
    opened = Ranker.open(Generation.open(index_dir))
    rows = examples(3).features

    np.testing.assert_array_equal(opened.scores(rows), trained.scores(rows))
    np.testing.assert_array_equal(opened.contributions(rows), trained.contributions(rows))
    assert opened.training == trained.training


def test_a_generation_without_a_ranker_has_none(tmp_path):
    with building(tmp_path) as writer:
        writer.save_json("other", {})

    assert Ranker.open(Generation.open(tmp_path)) is None


def test_a_ranker_of_another_features_version_is_refused(index_dir, monkeypatch):
    monkeypatch.setattr(ranker_module, "VERSION", 10**6)

    with pytest.raises(GenerationBroken, match=r"version \d+ of the features, .* version 1000000 .*suggest train"):
        Ranker.open(Generation.open(index_dir))


def test_a_ranker_of_other_columns_is_refused_with_their_names(index_dir, monkeypatch):
    monkeypatch.setattr(ranker_module, "FEATURES", [*FEATURES[1:], FEATURES[0]._replace(name="warmth")])

    with pytest.raises(GenerationBroken, match=f"differing: {FEATURES[0].name}, warmth"):
        Ranker.open(Generation.open(index_dir))


def test_contributions_explain_every_difference(trained):
    rows = examples(4).features

    rest = trained.scores(rows) - trained.contributions(rows).sum(axis=1)

    np.testing.assert_allclose(rest, rest[0], atol=1e-5)


@pytest.mark.parametrize(
    "rows",
    [np.zeros((4, N + 1), dtype=np.float32), np.zeros((4, N)), np.zeros(N, dtype=np.float32)],
    ids=["columns", "type", "axes"],
)
def test_other_rows_are_refused(trained, rows):
    for call in (trained.scores, trained.contributions):
        with pytest.raises(ValueError, match=rf"expected float32\[n, {N}\], got"):
            call(rows)


def test_serving_needs_no_lightgbm(index_dir):
    code = (
        "import sys; sys.modules['lightgbm'] = None\n"
        "import numpy as np\n"
        "from suggest.artifacts import Generation\n"
        "from suggest.rank.ranker import Ranker\n"
        f"ranker = Ranker.open(Generation.open({str(index_dir)!r}))\n"
        f"print(ranker.scores(np.zeros((2, {N}), dtype=np.float32)).shape)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "(2,)"
