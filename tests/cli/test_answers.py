"""What `complete` prints, and what the state commands change about it."""

import json

import pytest

from suggest.cli.main import main
from suggest.stores import open_state
from suggest.types import parse_event


@pytest.fixture
def answer(index, capsys):
    """The JSON object that `suggest complete TEXT` prints with more options."""

    def complete(text, *options):
        assert main(["complete", text, "--index", str(index), "--json", *options]) == 0
        return json.loads(capsys.readouterr().out)

    return complete


@pytest.fixture
def state(index):
    return f"sqlite:///{index / 'state.sqlite'}"


def queries(answer):
    return [suggestion["query"] for suggestion in answer["suggestions"]]


def test_complete_prints_query_source_and_score_best_first(index, capsys):
    assert main(["complete", "ni", "--index", str(index)]) == 0

    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [(query, source) for query, source, _ in lines] == [("nivea creme", "prefix"), ("nike shoes", "prefix")]
    assert float(lines[0][2]) > float(lines[1][2])


def test_complete_as_json_is_one_object_in_the_shape_of_the_service(answer, index):
    found = answer("ni", "-k", "1")

    assert set(found) == {"query", "suggestions", "generation"}
    assert found["query"] == "ni"
    assert (index / found["generation"]).is_dir()
    assert set(found["suggestions"][0]) == {"query", "score", "source", "highlights"}
    assert found["suggestions"][0]["highlights"] == [[0, 2]]


def test_complete_without_answer_says_so_on_stderr_only(index, capsys):
    assert main(["complete", "zz", "--index", str(index)]) == 0
    assert capsys.readouterr() == ("", "no suggestions\n")


def test_complete_for_a_user_knows_their_own_history(answer):
    assert queries(answer("nig", "--match", "prefix")) == []
    assert queries(answer("nig", "--user", "u1", "--match", "prefix")) == ["night market"]
    assert queries(answer("nig", "--user", "u2", "--match", "prefix")) == []


def test_complete_explains_when_asked(answer, index, capsys):
    assert answer("ni", "--explain")["suggestions"][0]["explanation"]["features"]

    assert main(["complete", "ni", "--index", str(index), "--explain"]) == 0
    assert "\tfeatures: " in capsys.readouterr().out


def test_complete_takes_text_that_is_no_text(index, capsys):
    """Bytes of the command line that are no UTF-8 arrive as lone surrogates."""
    assert main(["complete", "\udcff", "--index", str(index), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["query"] == "\udcff"


@pytest.mark.parametrize(
    ("query", "in_index", "reason"),
    [
        ("NIVEA  creme", True, None),
        ("night market", False, "fewer than 2 users"),
        ("my mail is someone@example.org", False, "mail"),
        ("never searched", False, "not at all"),
    ],
)
def test_why_says_what_is_known_about_a_query(query, in_index, reason, answer):
    known = answer("ni", "--why", query)["why"]

    assert known["in_index"] == in_index
    assert ("count" in known) == in_index
    if reason is None:
        assert known["kept_out"] == []
    else:
        assert reason in known["kept_out"][0]


def test_complete_makes_no_state_file(answer, index):
    answer("ni", "--user", "u1")

    assert not list(index.glob("state*"))


def test_blocked_query_is_not_suggested_any_more(answer, state, capsys):
    assert main(["block", "Nivea  CREME", "--state", state, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"blocked": ["Nivea  CREME"]}

    left = queries(answer("ni", "--user", "u1"))
    assert "Nivea Creme" not in left
    assert {"night market", "nike shoes"} <= set(left)
    assert answer("ni", "--why", "nivea creme")["why"]["kept_out"] == ["blocked"]


def test_forgotten_user_has_no_history_any_more(answer, state, capsys):
    opened = open_state(state)
    opened.append([parse_event({"type": "search", "user": "u1", "query": "night bus", "ts": 1767500000})])
    opened.close()
    assert queries(answer("night", "--user", "u1", "--state", state)) != []

    assert main(["forget", "--user", "u1", "--state", state, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"user": "u1", "events_erased": 1}

    assert queries(answer("night", "--user", "u1")) == []


def test_state_inside_the_index_is_taken_in_by_the_next_build(answer, index, log, state, capsys):
    opened = open_state(state)
    opened.append([parse_event({"type": "search", "user": "u2", "query": "night market", "ts": 1767500000})])
    opened.close()

    assert main(["build", "--out", str(index), "--events", str(log)]) == 0
    capsys.readouterr()
    assert queries(answer("nig")) == ["night market"]
