"""`suggest evaluate`: figures worked out by hand, baselines, two generations, drawn lists, and bad input."""

import json

import numpy as np
import pytest

from suggest.artifacts import current
from suggest.cli.main import main
from suggest.features import FEATURES
from suggest.pipelines.publish import publish_models, ranker_model
from suggest.rank import Ranker
from suggest.rank.examples import Examples
from suggest.rank.fit import fit
from suggest.types import parse_ts

LATER = [("u3", "nike shoes"), ("u1", "night market"), ("u3", "something new")]


@pytest.fixture
def later(tmp_path):
    """u3 searches again for what everybody knows, u1 for what only u1 knows."""
    path = tmp_path / "later.jsonl"
    write(path, [search(user, query, f"2026-02-0{day}T10:00:00Z") for day, (user, query) in enumerate(LATER, start=1)])
    return path


def search(user, query, ts):
    return {"type": "search", "user": user, "query": query, "ts": ts}


def write(path, records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


def evaluated(capsys, *arguments):
    assert main(["evaluate", *map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys, *arguments):
    code = main(["evaluate", *map(str, arguments)])
    reason = capsys.readouterr().err.splitlines()[-1]
    return code, reason


def publish_trained_order(index, until=None):
    """An order by the first feature, which learned from events up to a moment."""
    rng = np.random.default_rng(0)
    features = rng.random((8 * 300, len(FEATURES)), dtype=np.float32)
    best = features[:, 0].reshape(300, 8).argmax(axis=1)
    examples = Examples(features, np.eye(8, dtype=np.int8)[best].ravel(), np.full(300, 8))
    ranker = fit(examples, examples, max_trees=5)
    learned = {} if until is None else {"until_us": parse_ts(until)}
    publish_models(index, [ranker_model(Ranker(ranker.trees, {**ranker.training, **learned}), {})], lambda *_: None)


def mrr(report):
    return {name: system["overall"]["mrr"][0] for name, system in report["systems"].items()}


def test_evaluate_measures_the_engine_beside_the_baselines(capsys, index, log, later):
    report = evaluated(capsys, "--index", index, "--events", log, later)

    overall = {name: system["overall"] for name, system in report["systems"].items()}
    assert {scores["n_tests"] for scores in overall.values()} == {3}
    assert report["baselines_from"] == "files"
    assert overall["most popular"]["success_at_k"][0] == pytest.approx(2 / 3)
    assert overall["own history, then popular"]["success_at_k"][0] == pytest.approx(2 / 3)
    assert overall["engine"]["success_at_k"][0] == pytest.approx(2 / 3)
    assert report["systems"]["engine"]["vocabulary_ceiling"] == pytest.approx(1 / 3)


def test_evaluate_of_the_later_log_alone_takes_the_baselines_from_the_generation(capsys, index, later):
    """It does not know what one person alone searched, but whose history that is in."""
    report = evaluated(capsys, "--index", index, "--events", later)

    overall = {name: system["overall"] for name, system in report["systems"].items()}
    assert report["baselines_from"] == "generation"
    assert overall["most popular"]["success_at_k"][0] == pytest.approx(1 / 3)
    assert overall["own history, then popular"]["success_at_k"][0] == pytest.approx(2 / 3)
    slices = report["systems"]["engine"]["slices"]
    assert slices["target: seen in training"]["n_tests"] == 2


def test_evaluate_shows_a_trained_generation_beside_its_untrained_order(capsys, index, log, later):
    arguments = ("--index", index, "--events", log, later)
    before = evaluated(capsys, *arguments)
    publish_trained_order(index)

    after = evaluated(capsys, *arguments)

    assert "engine, untrained order" not in before["systems"]
    assert after["systems"]["engine, untrained order"] == before["systems"]["engine"]
    assert after["systems"]["most popular"] == before["systems"]["most popular"]


def test_evaluate_tests_on_nothing_that_the_order_was_trained_on(capsys, index, log, later):
    """The trained engine is still shown all of it: what u9 searched first is found again in the end."""
    texts = ["brand new words", "others", "brand new words"]
    write(later, [search("u9", query, f"2026-02-0{day}T10:00:00Z") for day, query in enumerate(texts, start=1)])
    publish_trained_order(index, until="2026-02-01T10:00:00Z")

    report = evaluated(capsys, "--index", index, "--events", log, later)

    assert report["test_from"] == "2026-02-01T10:00:00.000001+00:00"
    for system in ("engine", "engine, untrained order", "own history, then popular"):
        assert report["systems"][system]["overall"]["n_tests"] == 2
        assert report["systems"][system]["overall"]["success_at_k"][0] == 1 / 2
    publish_trained_order(index, until="2026-02-03T10:00:00Z")
    code, reason = refused(capsys, "--index", index, "--events", log, later)
    assert code == 1
    assert "its ranker what it was trained on" in reason


def test_evaluate_takes_counts_into_the_baselines(capsys, index, log, later, tmp_path):
    counts = tmp_path / "counts.tsv"
    counts.write_text("query\tcount\nsomething new\t50\nbroken\tmany\n", encoding="utf-8")

    report = evaluated(capsys, "--index", index, "--events", log, later, "--queries", counts)

    assert report["systems"]["most popular"]["overall"]["success_at_k"][0] == 1
    assert report["systems"]["engine"]["slices"]["target: seen in training"]["n_tests"] == 3


def test_evaluate_json_holds_every_figure_of_every_slice(capsys, index, log, later):
    engine = evaluated(capsys, "--index", index, "--events", log, later)["systems"]["engine"]

    assert len(engine["mrr_over_most_popular"]) == len(engine["overall"]["mrr_ratio"]) == 3
    assert engine["savings"]["n_tests"] == 3
    assert 0 < engine["savings"]["e_saved"][0] < engine["savings"]["p_saved"][0] <= 1
    assert len(engine["alpha_ndcg"]) == 3
    for scores in engine["slices"].values():
        assert set(scores) == set(engine["overall"])
    sizes = [scores["n_tests"] for name, scores in engine["slices"].items() if name.startswith("prefix")]
    assert sum(sizes) == 3


def test_evaluate_on_two_processes_prints_what_one_does(capsys, index, log, later):
    arguments = ("--index", index, "--events", log, later, "--processes")

    assert evaluated(capsys, *arguments, 2) == evaluated(capsys, *arguments, 1)


def test_evaluate_interleaves_with_an_earlier_generation_which_is_shown_what_it_does_not_know(
    capsys, index, log, later, tmp_path
):
    """The earlier generation is of the first two days: only by being shown the third it knows u1's night market."""
    early, both = tmp_path / "early.jsonl", tmp_path / "both"
    early.write_text("".join(log.read_text(encoding="utf-8").splitlines(keepends=True)[:5]), encoding="utf-8")
    for events in (early, log):
        assert main(["build", "--out", str(both), "--events", str(events)]) == 0
    first = min(path.name for path in both.iterdir() if path.is_dir())
    capsys.readouterr()

    report = evaluated(capsys, "--index", both, "--events", log, later, "--against", first)

    assert (report["generation"], report["against"]) == (current(both), first)
    assert report["interleaving"]["n_lists"] == 3
    assert report["interleaving"]["winner"] == ""
    assert mrr(report)["engine, against"] == mrr(report)["engine"]


def test_evaluate_estimates_clicks_from_lists_that_were_drawn(capsys, index, log, later):
    """Two lists with an even chance each; the engine shows the heavier query first, which u8 saw and clicked."""
    shown = ["Nivea Creme", "nike shoes"]
    for number, user in enumerate(("u8", "u9")):
        impression = {
            "type": "impression", "user": user, "ts": f"2026-02-1{number}T10:00:00Z", "surface": "typeahead",
            "request_id": f"r{number}", "input": "ni", "shown": shown[::-1] if number else shown,
            "propensities": [0.5, 0.5],
        }  # fmt: skip
        click = {"type": "click", "user": user, "request_id": f"r{number}", "query": "nivea creme"}
        with later.open("a", encoding="utf-8") as file:
            for record in (impression, {**click, "position": number, "ts": impression["ts"]}):
                file.write(json.dumps(record) + "\n")

    report = evaluated(capsys, "--index", index, "--events", log, later)["counterfactual"]

    assert (report["n_lists"], report["n_decisions"], report["logged"][0]) == (2, 4, 1.0)
    assert report["ips"][0] == 1.0
    assert report["effective_sample_size"] == 2


def test_evaluate_prints_tables_for_people(index, log, later, capsys):
    with later.open("a", encoding="utf-8") as file:
        file.write("not json\n")

    assert main(["evaluate", "--index", str(index), "--events", str(log), str(later)]) == 0

    printed = capsys.readouterr()
    for figure in ("MRR@10", "S@10", "pSaved", "alpha-nDCG@10", "vocabulary ceiling: 0.3333", "prefix: 0", "locale"):
        assert figure in printed.out
    assert "1 malformed rows left out" in printed.err


def test_evaluate_prints_who_wins_and_what_lists_would_have_earned(index, log, later, tmp_path, capsys):
    both = tmp_path / "both"
    for _ in range(2):
        assert main(["build", "--out", str(both), "--events", str(log)]) == 0
    first = min(path.name for path in both.iterdir() if path.is_dir())
    drawn = {
        "type": "impression", "user": "u8", "ts": "2026-02-10T10:00:00Z", "surface": "typeahead",
        "request_id": "r", "input": "ni", "shown": ["nike shoes"], "propensities": [0.5],
    }  # fmt: skip
    with later.open("a", encoding="utf-8") as file:
        file.write(json.dumps(drawn) + "\n")
    capsys.readouterr()

    assert main(["evaluate", "--index", str(both), "--events", str(log), str(later), "--against", first]) == 0

    printed = capsys.readouterr().out
    assert "winner: none (sign test over users, p = " in printed
    assert "doubly robust" in printed


def test_evaluate_of_a_log_that_the_generation_knows_exits_1(index, log, capsys):
    code, reason = refused(capsys, "--index", index, "--events", log)

    assert code == 1
    assert "watermark" in reason


def test_evaluate_of_no_events_or_one_generation_against_itself_is_wrong_usage(index, log, capsys):
    assert refused(capsys, "--index", index)[0] == 2
    code, reason = refused(capsys, "--index", index, "--events", log, "--against", current(index))
    assert code == 2
    assert "name another one" in reason


def test_evaluate_against_a_generation_that_is_not_there_exits_1(index, log, capsys):
    code, reason = refused(capsys, "--index", index, "--events", log, "--against", "000099-nothing")

    assert code == 1
    assert "000099-nothing" in reason
