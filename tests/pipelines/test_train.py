"""A log that teaches something teaches it; what cannot be learned from is refused in words, and nothing changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from suggest import Engine
from suggest.artifacts import Generation, building, current, generations
from suggest.errors import BuildLocked, InputError, NotEnoughExamples, SuggestError, WorseThanUntrained
from suggest.features import FEATURES
from suggest.pipelines.build import build
from suggest.pipelines.train import TrainReport, train
from suggest.rank import Ranker
from tests.pipelines.train_logs import (
    QUERIES,
    again_in_the_end,
    clicks,
    entries,
    never_again,
    search,
    write_counts,
    write_log,
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `log.jsonl` and `index`, built from it; tests must not write to it."""
    folder = tmp_path_factory.mktemp("learnable")
    build(folder / "index", events=[write_log(folder / "log.jsonl", never_again())], encoder="none")
    return folder


@pytest.fixture(scope="module")
def trained(built: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrainReport]:
    """A trained copy of the index, and what was reported."""
    index_dir = shutil.copytree(built / "index", tmp_path_factory.mktemp("trained") / "index")
    return index_dir, train(index_dir, surfaces=["typeahead"])


@pytest.fixture
def index_dir(built: Path, tmp_path: Path) -> Path:
    """A copy of the index."""
    return shutil.copytree(built / "index", tmp_path / "index")


def ranker_bytes(index_dir: Path) -> dict[str, bytes]:
    generation = Generation.open(index_dir)
    return {name: generation.path(name).read_bytes() for name in generation.manifest["files"] if "ranker" in name}


def test_training_learns_what_the_untrained_order_does_not_know(trained: tuple[Path, TrainReport]):
    _, report = trained
    (everything,) = [row for row in report.surfaces["typeahead"]["verdict"] if row["slice"] == "all"]
    assert everything["MRR@10"] > 1.2 * everything["untrained"]
    assert report.surfaces["typeahead"]["cut_by"] == "time"
    assert report.surfaces["typeahead"]["judged_by"] == "searches"
    assert report.n_searches == 1800
    assert sum(report.surfaces["typeahead"]["n_lists"]) == pytest.approx(0.3 * 1800, rel=0.05)


def test_trained_order_is_served_and_the_untrained_one_is_still_there(trained: tuple[Path, TrainReport]):
    index_dir, report = trained
    assert current(index_dir) == report.generation
    assert entries(index_dir) == sorted(["CURRENT", *generations(index_dir)])
    past, now = "red shoes", 1_702_000_000
    with Engine.open(index_dir) as engine, Engine.open(index_dir, ranker="none") as untrained:
        for opened in (engine, untrained):
            opened.observe([search("somebody", past, now - 9000 * again) for again in range(1, 4)])
        assert untrained.complete("red ", user="somebody", now=now)[0].query == past
        assert engine.complete("red ", user="somebody", now=now)[0].query != past
        without = [opened.complete("red ", now=now) for opened in (engine, untrained)]
        assert without[0] == without[1], "an answer that is not personal has one order"


def test_same_log_and_seed_give_the_same_bytes_on_one_process_and_on_two(
    trained: tuple[Path, TrainReport], index_dir: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("suggest.pipelines.train_typeahead.LISTS_PER_PROCESS", 100)
    report = train(index_dir, processes=2, surfaces=["typeahead"])
    assert ranker_bytes(index_dir) == ranker_bytes(trained[0])
    assert report.surfaces["typeahead"]["verdict"] == trained[1].surfaces["typeahead"]["verdict"]


def test_next_build_carries_the_ranker_over(trained: tuple[Path, TrainReport], built: Path, tmp_path: Path):
    index_dir = shutil.copytree(trained[0], tmp_path / "index")
    before = ranker_bytes(index_dir)
    assert before
    build(index_dir, events=[built / "log.jsonl"], encoder="none")
    assert ranker_bytes(index_dir) == before


def test_card_says_what_was_learned_from(trained: tuple[Path, TrainReport]):
    index_dir, report = trained
    card = Generation.open(index_dir).json("ranker_card")
    assert card["log"]["searches"] == 1800
    assert card["log"]["files"] == "log.jsonl"
    assert card["metrics"] == report.surfaces["typeahead"]["verdict"]
    assert {feature["name"] for feature in card["features"]} == {feature.name for feature in FEATURES}
    names = {row["slice"].partition(":")[0] for row in report.surfaces["typeahead"]["verdict"]}
    assert {"all", "prefix", "target", "user", "locale"} <= names


def test_ranker_knows_until_when_it_learned(trained: tuple[Path, TrainReport]):
    index_dir, _ = trained
    generation = Generation.open(index_dir)
    ranker = Ranker.open(generation)
    assert ranker is not None
    assert ranker.training["until_us"] == generation.parameters["watermark_us"]


def test_ranker_that_later_searches_refute_is_refused_with_the_numbers(tmp_path: Path):
    build(tmp_path / "index", events=[write_log(tmp_path / "log.jsonl", again_in_the_end())], encoder="none")
    before = entries(tmp_path / "index")
    with pytest.raises(WorseThanUntrained, match=r"MRR@10 0\.\d{4} .* worse than 0\.\d{4} .* nothing was published"):
        train(tmp_path / "index", surfaces=["typeahead"])
    assert entries(tmp_path / "index") == before


def test_log_of_one_time_is_split_by_user_and_the_report_says_so(tmp_path: Path):
    records = never_again(n=3000, n_users=60, step_s=0)
    build(tmp_path / "index", events=[write_log(tmp_path / "log.jsonl", records)], encoder="none")
    assert train(tmp_path / "index", surfaces=["typeahead"]).surfaces["typeahead"]["cut_by"] == "user"


def test_log_of_one_time_and_one_user_is_refused(tmp_path: Path):
    log = write_log(tmp_path / "log.jsonl", never_again(n=1500, n_users=1, step_s=0))
    build(tmp_path / "index", queries=[write_counts(tmp_path / "counts.tsv")], encoder="none")
    with pytest.raises(NotEnoughExamples, match=r"have one time.*too few users; nothing was published"):
        train(tmp_path / "index", events=[log], surfaces=["typeahead"])


def test_log_of_one_user_teaches_beside_counts(tmp_path: Path):
    log = write_log(tmp_path / "log.jsonl", never_again(n=2500, n_users=1))
    build(tmp_path / "index", queries=[write_counts(tmp_path / "counts.tsv")], encoder="none")
    report = train(tmp_path / "index", events=[log], surfaces=["typeahead"])
    assert (report.n_searches, report.surfaces["typeahead"]["cut_by"]) == (2500, "time")


def test_beginning_of_a_log_with_nothing_to_suggest_is_refused_in_a_sentence(tmp_path: Path):
    """In the first two thirds everybody searches what nobody else does."""
    late = never_again(n=600, start_s=1_710_000_000)
    early = [search(f"e{number}", f"{number} alone", 1_700_000_000 + number) for number in range(1500)]
    build(tmp_path / "index", events=[write_log(tmp_path / "log.jsonl", early + late)], encoder="none")
    with pytest.raises(NotEnoughExamples, match=r"before the cut: nothing is left to suggest.*nothing was published"):
        train(tmp_path / "index", surfaces=["typeahead"])
    assert generations(tmp_path / "index") == [current(tmp_path / "index")]


@pytest.mark.parametrize("n", [0, 1, 50, 999])
def test_log_too_small_is_refused_before_anything_is_built(index_dir: Path, tmp_path: Path, n: int):
    log = write_log(tmp_path / "small.jsonl", never_again(n))
    before = entries(index_dir)
    with pytest.raises(NotEnoughExamples, match=rf"expected at least 1,000 searches or clicks .* got {n} and 0"):
        train(index_dir, events=[log], surfaces=["typeahead"])
    assert entries(index_dir) == before


def test_lists_with_clicks_teach_where_there_are_no_searches(tmp_path: Path):
    log = write_log(tmp_path / "log.jsonl", clicks())
    build(tmp_path / "index", queries=[write_counts(tmp_path / "counts.tsv")], encoder="none")
    report = train(tmp_path / "index", events=[log], surfaces=["typeahead"])
    assert report.surfaces["typeahead"]["judged_by"] == "lists with a click"
    assert report.surfaces["typeahead"]["n_impressions"] == sum(report.surfaces["typeahead"]["n_lists"])
    (everything,) = [row for row in report.surfaces["typeahead"]["verdict"] if row["slice"] == "all"]
    assert everything["MRR@10"] > 1.3 * everything["untrained"]
    ranker = Ranker.open(Generation.open(tmp_path / "index"))
    assert ranker is not None
    assert ranker.training["training"]["has_offsets"]


def test_index_of_counts_alone_asks_for_a_log(tmp_path: Path):
    build(tmp_path / "index", queries=[write_counts(tmp_path / "counts.tsv")], encoder="none")
    with pytest.raises(InputError, match="built without events; give a log to learn from with --events"):
        train(tmp_path / "index", surfaces=["typeahead"])


def test_recorded_log_that_is_gone_is_named(tmp_path: Path):
    log = write_log(tmp_path / "log.jsonl", never_again(200))
    build(tmp_path / "index", events=[log], encoder="none")
    log.unlink()
    with pytest.raises(InputError, match=r"log\.jsonl: the index was built from it and it is gone.*--events"):
        train(tmp_path / "index", surfaces=["typeahead"])


def test_recorded_counts_that_are_gone_are_named(tmp_path: Path):
    counts = write_counts(tmp_path / "counts.tsv")
    build(tmp_path / "index", queries=[counts], encoder="none")
    counts.unlink()
    with pytest.raises(InputError, match=r"counts\.tsv: .* gone; bring it back"):
        train(tmp_path / "index", events=[write_log(tmp_path / "log.jsonl", never_again(1200))], surfaces=["typeahead"])


def test_directory_without_a_generation_is_refused(tmp_path: Path):
    with pytest.raises(SuggestError, match="holds no generation"):
        train(tmp_path, events=[write_log(tmp_path / "log.jsonl", never_again(1200))], surfaces=["typeahead"])


def test_build_that_runs_at_the_end_is_told_and_nothing_stays(index_dir: Path):
    with building(index_dir):
        before = entries(index_dir)
        with pytest.raises(BuildLocked, match="another build is writing"):
            train(index_dir, surfaces=["typeahead"])
        assert entries(index_dir) == before


def test_trained_scores_do_not_depend_on_the_other_candidates(trained: tuple[Path, TrainReport]):
    ranker = Ranker.open(Generation.open(trained[0]))
    assert ranker is not None
    rows = np.random.default_rng(0).random((len(QUERIES), len(FEATURES)), dtype=np.float32)
    assert np.array_equal(ranker.scores(rows)[:7], ranker.scores(rows[:7]))
