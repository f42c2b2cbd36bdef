"""Why a query is where it is in an answer, or is not there; and the options that change the answer."""

from __future__ import annotations

import json

import pytest

from suggest.artifacts import Generation
from suggest.cli.main import main
from suggest.cli.why import Sought, place_beside_item
from suggest.index import Indexes
from suggest.rank import Policy
from suggest.types import Suggestion
from tests.engine.small import write_generation

WEIGHTS = {
    "running shoes": 30,
    "shoes running": 20,
    "running belt": 25,
    "running socks": 10,
    "guitar lessons": 50,
    "bad word running": 5,
}
KINDS = {"running shoes": [("kind", "shop")], "shoes running": [("kind", "shop")], "running belt": [("kind", "shop")]}


@pytest.fixture(scope="module")
def answer(tmp_path_factory):
    """The JSON object that `suggest complete TEXT` prints with more options."""
    folder = tmp_path_factory.mktemp("why")
    write_generation(folder, WEIGHTS, attributes=KINDS, policy=Policy(blocklist=("bad word",)))

    def complete(text, *options, capsys):
        assert main(["complete", text, "--index", str(folder), "--json", *options]) == 0
        return json.loads(capsys.readouterr().out)

    return complete


@pytest.mark.parametrize(
    ("query", "options", "said"),
    [
        ("running shoes", (), "shown at rank 1"),
        ("Running  BELT", (), "shown at rank 2"),
        ("running socks", ("-k", "1"), "ranked 3, beyond the suggestions asked for"),
        ("shoes running", (), "a near-duplicate of 'running shoes', which more people use"),
        ("running socks", ("--where", '{"kind": "shop"}'), "the filter does not let it through"),
        ("guitar lessons", (), "not among the best 100 that match what was typed, or it does not match"),
        ("never searched", (), "not among the best 100 that match what was typed, or it does not match"),
    ],
)
def test_why_says_where_the_answer_lost_a_query(answer, capsys, query, options, said):
    assert answer("running", "--why", query, *options, capsys=capsys)["why"]["answer"] == said


def test_why_beside_an_item_names_the_form_that_stands_for_a_query(tmp_path):
    write_generation(tmp_path, WEIGHTS)
    indexes = Indexes.open(Generation.open(tmp_path))
    queries = ["shoes running", "running shoes", "running belt"]

    def ask(k=10, *, collapse=True, **_):
        every = [Suggestion(query, 1 / rank, "item") for rank, query in enumerate(queries, 1)]
        return (every[:1] + every[2:] if collapse else every)[:k]

    said = [place_beside_item(Sought(query, indexes.prefixes.queries.find(query), indexes), ask) for query in queries]

    assert said == ["shown at rank 1", "a near-duplicate of 'shoes running', which fits better", "shown at rank 2"]


def test_why_says_what_keeps_a_query_out(answer, capsys):
    known = answer("running", "--why", "bad word running", capsys=capsys)["why"]
    assert known["kept_out"] == ["blocklist"]


@pytest.mark.parametrize(
    ("text", "options", "shown"),
    [
        ("lessons gui", (), ["guitar lessons"]),
        ("lessons gui", ("--match", "prefix"), []),
        ("running", ("--where", '{"kind": "shop"}'), ["running shoes", "running belt"]),
        ("running", ("--where", '{"not": {"kind": "shop"}}'), ["running socks", "bad word running"]),
        ("shoes", ("--match", "prefix", "--no-collapse"), ["shoes running"]),
    ],
)
def test_options_of_complete_reach_the_engine(answer, capsys, text, options, shown):
    assert [found["query"] for found in answer(text, *options, capsys=capsys)["suggestions"]] == shown


def test_no_collapse_shows_every_form(answer, capsys):
    once = answer("running", capsys=capsys)["suggestions"]
    every = answer("running", "--no-collapse", capsys=capsys)["suggestions"]
    assert {found["query"] for found in every} - {found["query"] for found in once} == {"shoes running"}


def test_a_malformed_filter_is_wrong_usage(answer, capsys):
    with pytest.raises(SystemExit) as stopped:
        answer("running", "--where", "{kind", capsys=capsys)
    assert stopped.value.code == 2
    assert "expected a JSON expression" in capsys.readouterr().err
