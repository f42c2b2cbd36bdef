"""`suggest evaluate --surface`: figures of lists and spans, and what is said where there is nothing to measure."""

from __future__ import annotations

import json

import pytest

from suggest.cli.main import main
from tests.cli.conftest import search

LATER = [
    ("u1", "nivea creme", "2026-02-01T10:00:00Z"),
    ("u1", "nike shoes", "2026-02-01T10:01:00Z"),
    ("u2", "nike shoes", "2026-02-01T10:02:00Z"),
    ("u2", "never searched", "2026-02-01T10:03:00Z"),
]


@pytest.fixture
def later(tmp_path):
    """A later log; in each of its two sessions one search follows another."""
    path = tmp_path / "later.jsonl"
    path.write_text("".join(search(*fields) for fields in LATER), encoding="utf-8")
    return path


@pytest.fixture
def evaluate(index, capsys):
    """Exit code, stdout and stderr of an evaluation."""

    def run(*options):
        code = main(["evaluate", "--index", str(index), "--no-verify", *map(str, options)])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def marked(tmp_path):
    path = tmp_path / "marked.jsonl"
    rows = [{"text": "I love Nivea creme", "spans": [{"start": 7, "end": 18}]}, {"text": "nothing", "spans": []}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_related_is_measured_on_what_was_searched_next(evaluate, later):
    code, out, _ = evaluate("--surface", "related", "--events", later, "--json")
    result = json.loads(out)

    assert code == 0
    assert list(result["systems"]) == ["engine", "transitions alone", "most popular"]
    assert result["vocabulary_ceiling"] == 0.5
    assert {scores["n_tests"] for scores in result["systems"].values()} == {2}
    # Two queries are in the index: the other one is all that can be shown, and right in one of two tests.
    assert result["systems"]["most popular"]["recall"][0] == 0.5


def test_related_is_printed_as_a_table(evaluate, later):
    code, out, _ = evaluate("--surface", "related", "--events", later)

    assert code == 0
    assert out.startswith("2 tests of 2 users from 2026-01-03")
    assert [line.split("  ")[0] for line in out.splitlines()[1:]] == [
        "related",
        "engine",
        "transitions alone",
        "most popular",
        "vocabulary ceiling: 0.5000",
    ]


def test_same_evaluation_gives_the_same_figures(evaluate, later):
    assert (
        evaluate("--surface", "related", "--events", later, "--json")[1]
        == (evaluate("--surface", "related", "--events", later, "--json")[1])
    )


def test_comments_are_measured_on_marked_texts(evaluate, marked, monkeypatch):
    from suggest.types import EntitySpan

    span = EntitySpan(7, 12, "Nivea", "nivea", 1.0, "brand")
    monkeypatch.setattr(
        "suggest.engine.Engine.entities_of_comments", lambda _, texts, **__: [[span]] + [[] for _ in texts[1:]]
    )
    code, out, _ = evaluate("--surface", "comment", "--annotations", marked, "--json")
    result = json.loads(out)

    assert code == 0
    assert (result["n_texts"], result["n_annotated"], result["n_found"]) == (2, 1, 1)
    assert result["f1"][0] == 0.0
    assert result["overlap_precision"][0] == 1.0
    assert "overlap precision" in evaluate("--surface", "comment", "--annotations", marked)[1]


@pytest.mark.parametrize(
    ("surface", "option", "code", "said"),
    [
        ("related", None, 2, "--events"),
        ("comment", None, 2, "--annotations"),
        ("item", "--events", 1, "searches with an item"),
    ],
)
def test_nothing_to_measure_is_one_line_that_says_what_is_missing(evaluate, later, surface, option, code, said):
    exit_code, out, err = evaluate("--surface", surface, *((option, later) if option else ()))

    assert (exit_code, out) == (code, "")
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("option", [("--golden", "x"), ("--against", "x"), ("--processes", "2"), ("--queries", "x")])
def test_option_of_the_typeahead_is_refused_rather_than_passed_over(evaluate, later, option):
    code, _, err = evaluate("--surface", "related", "--events", later, *option)

    assert code == 2
    assert option[0] in err


def test_item_of_an_index_without_items_says_what_to_build(evaluate, later):
    record = {"type": "search", "user": "u1", "query": "nike shoes", "ts": "2026-02-02T10:00:00Z", "item": "video-1"}
    later.write_text(json.dumps(record) + "\n", encoding="utf-8")
    code, _, err = evaluate("--surface", "item", "--events", later)

    assert code == 1
    assert "suggest build --items" in err
