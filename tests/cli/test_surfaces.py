"""What `related`, `item` and `entities` hand on, print, and say of one query."""

from __future__ import annotations

import json

import pytest

from suggest.cli.main import main
from suggest.errors import ArgumentError
from suggest.types import EntitySpan, Suggestion

COMMENT = "😍 Nivea creme or nike shoes"
SPANS = [
    EntitySpan(2, 13, "Nivea creme", "nivea creme", 0.4, "brand", {"found": "lexicon"}),
    EntitySpan(17, 27, "nike shoes", "nike shoes", 0.9, "query"),
]
LIST = [
    Suggestion("nike shoes", 0.9, "item", (), {"score_parts": {"pairs": 1.0}}),
    Suggestion("nivea creme", 0.2, "item"),
    Suggestion("night market", 0.1, "item"),
]


@pytest.fixture
def asked(monkeypatch):
    """Every call of a surface, which gives known answers."""
    calls = []

    def related(_engine, query, k=10, **more):
        calls.append({"query": query, "k": k, **more})
        return LIST[:k]

    def item_queries(_engine, item=None, k=10, min_score=None, **more):
        calls.append({"item": item, "k": k, "min_score": min_score, **more})
        if item == "nothing":
            raise ArgumentError("item", "no such item; give its title")
        return [one for one in LIST if min_score is None or one.score >= min_score][:k]

    def comment_entities(_engine, text, min_score=None, **more):
        calls.append({"text": text, "min_score": min_score, **more})
        return [span for span in SPANS if min_score is None or span.score >= min_score]

    for method in (related, item_queries, comment_entities):
        monkeypatch.setattr(f"suggest.engine.Engine.{method.__name__}", method)
    return calls


@pytest.fixture
def printed(index, capsys):
    """What a command prints on stdout."""

    def run(*command):
        assert main([*command, "--index", str(index), "--no-verify"]) == 0
        return capsys.readouterr().out

    return run


@pytest.fixture
def answer(printed):
    return lambda *command: json.loads(printed(*command, "--json"))


def test_related_hands_on_its_options(answer, asked):
    answer("related", "nivea", "-k", "2", "--user", "u", "--locale", "de", "--min-relevance", "-3")

    expected = {"query": "nivea", "k": 2, "user": "u", "locale": "de", "min_relevance": -3.0, "explain": False}
    assert asked == [expected]


def test_item_hands_on_its_options(answer, asked):
    answer("item", "--title", "t", "--text", "x", "--tags", "a, b,,c d", "-k", "2", "--min-score", "0.5", "--collapse")
    answer("item", "video-1")

    assert asked[0] == {
        "item": None,
        "k": 2,
        "min_score": 0.5,
        "collapse": True,
        "user": None,
        "locale": None,
        "title": "t",
        "text": "x",
        "tags": ["a", "b", "c d"],
        "explain": False,
    }
    assert (asked[1]["item"], asked[1]["title"], asked[1]["min_score"]) == ("video-1", None, None)
    assert asked[1]["collapse"] is False


def test_entities_hands_on_its_options(answer, asked):
    answer("entities", COMMENT, "--item", "video-1", "--min-score", "0.5", "--max-per-chars", "0.1", "--user", "u")

    assert asked[0] == {
        "text": COMMENT,
        "min_score": 0.5,
        "item": "video-1",
        "user": "u",
        "locale": None,
        "max_per_chars": 0.1,
        "explain": False,
    }


@pytest.mark.usefixtures("asked")
def test_list_is_printed_best_first(printed, answer):
    assert printed("item", "video-1", "-k", "2") == (
        "nike shoes\titem\t0.9\n\tscore_parts: {'pairs': 1.0}\nnivea creme\titem\t0.2\n"
    )
    found = answer("item", "--title", "some title")
    assert set(found) == {"query", "suggestions", "generation"}
    assert found["query"] == "some title"
    assert all("explanation" not in suggestion for suggestion in found["suggestions"])
    assert answer("item", "video-1", "--explain")["suggestions"][0]["explanation"] == {"score_parts": {"pairs": 1.0}}


@pytest.mark.usefixtures("asked")
def test_spans_are_printed_in_the_order_of_the_text(printed, answer):
    lines = printed("entities", COMMENT).splitlines()
    assert lines == [
        "2-13\tNivea creme\tnivea creme\tbrand\t0.4",
        "\tfound: lexicon",
        "17-27\tnike shoes\tnike shoes\tquery\t0.9",
    ]
    found = answer("entities", COMMENT)
    assert set(found) == {"text", "entities", "generation"}
    assert set(found["entities"][0]) == {"start", "end", "surface", "query", "score", "kind"}


@pytest.mark.usefixtures("asked")
def test_k_of_entities_keeps_the_best(answer):
    assert [span["query"] for span in answer("entities", COMMENT, "-k", "1")["entities"]] == ["nike shoes"]


@pytest.mark.usefixtures("asked")
def test_offsets_of_entities_may_count_in_utf16(answer):
    for span in answer("entities", COMMENT, "--offsets", "utf16")["entities"]:
        units = COMMENT.encode("utf-16-le")[2 * span["start"] : 2 * span["end"]]
        assert units.decode("utf-16-le") == span["surface"]


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("command", "query", "said"),
    [
        (("related", "x"), "NIKE  shoes", "shown at rank 1"),
        (("related", "x", "-k", "1"), "nivea creme", "ranked 2, beyond the suggestions asked for"),
        (("related", "x"), "jazz", "not among the best 100 candidates"),
        (("item", "video-1", "--min-score", "0.5"), "nivea creme", "left out by min_score; without that at rank"),
        (("item", "video-1", "--min-score", "0.5"), "jazz", "not among the best 100 candidates"),
        (("entities", COMMENT), "nivea creme", "what a tap on 'Nivea creme' at 2 searches for"),
        (("entities", COMMENT, "--min-score", "0.5"), "nivea creme", "'Nivea creme' at 2 scores 0.4, too little"),
        (("entities", COMMENT), "jazz", "no span of the comment leads to it"),
    ],
)
def test_why_says_where_a_query_stands_or_was_lost(answer, command, query, said):
    assert answer(*command, "--why", query)["why"]["answer"].startswith(said)


@pytest.mark.usefixtures("asked")
def test_why_of_a_surface_says_what_kept_a_query_out(answer, index, capsys):
    assert main(["block", "nike shoes", "--state", f"sqlite:///{index / 'state.sqlite'}"]) == 0
    capsys.readouterr()

    known = answer("related", "x", "--why", "nike shoes")["why"]
    assert known["in_index"]
    assert known["kept_out"] == ["blocked"]
    assert "users" in answer("entities", COMMENT, "--why", "night market")["why"]["kept_out"][0]


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    "command",
    [
        ("item",),
        ("item", "video-1", "--title", "t"),
        ("item", "nothing"),
        ("entities", COMMENT, "-k", "0"),
    ],
)
def test_wrong_usage_exits_2_with_one_line(command, index, capsys):
    assert main([*command, "--index", str(index), "--no-verify"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("value", ["nan", "inf", "much", ""])
def test_score_that_is_no_number_is_wrong_usage(value, index, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["item", "video-1", "--index", str(index), "--min-score", value])
    assert stopped.value.code == 2
    assert "expected a number" in capsys.readouterr().err


def test_answer_without_anything_says_so_on_stderr_only(index, capsys, monkeypatch):
    monkeypatch.setattr("suggest.engine.Engine.comment_entities", lambda *_, **__: [])

    assert main(["entities", "x", "--index", str(index), "--no-verify"]) == 0
    assert capsys.readouterr() == ("", "no entities\n")


def test_inspect_tells_what_each_surface_is_made_from(index, capsys):
    assert main(["inspect", "--index", str(index), "--no-verify", "--json"]) == 0
    surfaces = json.loads(capsys.readouterr().out)["surfaces"]

    assert surfaces["query_vectors"] == 2
    assert surfaces["encoder"]["dimensions"] > 0
    assert surfaces["encoder"]["megabytes"] > 0
    assert (surfaces["items"], surfaces["item_vectors"]) == (None, None)
    assert surfaces["names"] >= 0
    assert surfaces["trained"] == {"typeahead": False, "related": False, "item": False, "comment": False}


@pytest.mark.parametrize(
    ("options", "changed"),
    [
        ((), None),
        (
            ("--item-min-score", "0.25", "--comment-max-per-chars", "none", "--related-min-relevance", "-1"),
            {"item_min_score": 0.25, "comment_max_per_chars": None, "related_min_relevance": -1.0},
        ),
        (("--comment-min-score", "none"), {"comment_min_score": None}),
    ],
)
def test_serve_takes_gates_in_place_of_the_defaults(index, monkeypatch, options, changed):
    from suggest.service.surfaces import DEFAULT_GATES

    served = {}
    monkeypatch.setattr("suggest.service.server.serve", lambda *_, **named: served.update(named))

    assert main(["serve", "--index", str(index), *options]) == 0
    assert served["gates"] == (None if changed is None else DEFAULT_GATES._replace(**changed))
