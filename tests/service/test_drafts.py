"""Arms that draft: two answers in one list, and clicks credited to the team of their position."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest import artifacts
from suggest.service.credit import credit_of
from suggest.service.draft import drafted
from suggest.service.experiment import Arm, Experiment
from suggest.types import Answer, Suggestion
from tests.service.asgi import Service, serving
from tests.service.test_arms import event, metrics, with_experiment
from tests.service.test_generations import ROOT, break_generation

QUERIES = st.lists(st.sampled_from("abcdefghij"), unique=True, max_size=10)


def draft_of(generation: str) -> Experiment:
    arms = Arm("new", 0.0), Arm("old", 0.0, generation), Arm("draft", 1.0, interleave=("new", "old"))
    return Experiment("trial", "trial", arms)


def answer_of(queries: list[str], source: str) -> Answer:
    suggestions = [Suggestion(query, 1 / rank, source) for rank, query in enumerate(queries, 1)]
    return Answer(suggestions, (source,), (source,), len(queries))


@given(QUERIES, QUERIES, st.integers(1, 10), st.text(max_size=9))
def test_a_draft_shows_each_query_as_its_team_found_it(first, second, k, request_id):
    answer, teams = drafted(answer_of(first, "prefix"), answer_of(second, "words"), k, request_id)
    queries = [suggestion.query for suggestion in answer.suggestions]
    assert len(queries) == len(set(queries)) == len(teams) == min(k, len({*first, *second}))
    for query, source, team in zip(queries, (row.source for row in answer.suggestions), teams, strict=True):
        found_by = [name for name, found in (("prefix", first), ("words", second)) if query in found]
        assert source in found_by
        assert team == "" or source == ("prefix" if team == "a" else "words")
    assert [row.score for row in answer.suggestions] == sorted(range(1, len(queries) + 1), reverse=True)
    assert (answer.tried, answer.cut, answer.visited) == (("prefix", "words"),) * 2 + (len(first) + len(second),)


def test_two_forms_of_one_query_are_drafted_once():
    answer, teams = drafted(answer_of(["Café"], "prefix"), answer_of(["CAFÉ"], "words"), 10, "1-1")
    assert len(answer.suggestions) == len(teams) == 1


def test_a_draft_gives_the_best_of_both_and_can_be_drafted_again(index_dir: Path):
    oldest, _, newest = sorted(artifacts.generations(index_dir))
    experiment = draft_of(oldest)
    with serving(with_experiment(index_dir, experiment)) as service:
        answers = [service.get("/v1/complete?q=n&k=4&user=u") for _ in range(30)]
    orders = set()
    for answer in answers:
        document = answer.json()
        queries = [row["query"] for row in document["suggestions"]]
        assert answer.headers["suggest-arm"] == "draft"
        assert document["generation"] == newest
        # Each generation has the query of its own on top; so either way these are the first pair.
        assert {"nile three", "nile one"} == set(queries[:2])
        credit = credit_of(document["request_id"], experiment)
        assert credit is not None
        assert credit.team_at(queries.index("nile three")) == "a"
        assert credit.team_at(queries.index("nile one")) == "b"
        orders.add(tuple(queries))
    assert len(orders) > 1


def test_clicks_in_a_draft_credit_the_arm_their_query_came_from(index_dir: Path):
    experiment = draft_of(min(artifacts.generations(index_dir)))
    with serving(with_experiment(index_dir, experiment)) as service:
        clicks = [click_on("nile three", service, number) for number in range(6)]
        clicks += [click_on("nile one", service, number) for number in range(6, 8)]
        beyond = event("click", str(clicks[0]["request_id"]), 99, query="x", position=50)
        assert service.post("/v1/events", {"events": [*clicks, beyond]}).json()["accepted"] == 9
        assert metrics(service, "suggest_experiment_team_clicks_total") == {
            'arm="draft",team="new"': 6.0,
            'arm="draft",team="old"': 2.0,
        }
        assert metrics(service, "suggest_experiment_clicks_total") == {'arm="draft"': 9.0}


def click_on(query: str, service: Service, number: int) -> dict[str, object]:
    document = service.get("/v1/complete?q=n").json()
    position = [row["query"] for row in document["suggestions"]].index(query)
    return event("click", document["request_id"], number, query=query, position=position)


def test_a_draft_of_a_broken_generation_is_answered_by_the_control(index_dir: Path):
    oldest, _, newest = sorted(artifacts.generations(index_dir))
    break_generation(index_dir, oldest)
    with serving(with_experiment(index_dir, draft_of(oldest))) as service:
        answer = service.get("/v1/complete?q=n&user=u")
        assert (answer.headers["suggest-arm"], answer.json()["generation"]) == ("new", newest)
        status = service.get("/v1/admin/status", **ROOT).json()["experiment"]
        assert status["arms"] == {"new": [newest], "old": [], "draft": []}


@pytest.mark.parametrize("arguments", ["", "&explain=true", "&user=u&session=s", "&match=prefix"])
def test_a_draft_has_the_shape_of_all_answers(index_dir: Path, service: Service, arguments: str):
    with serving(with_experiment(index_dir, draft_of("current"))) as other:
        document, plain = (one.get(f"/v1/complete?q=ni{arguments}").json() for one in (other, service))
    assert list(document) == list(plain)
    assert [list(row) for row in document["suggestions"]] == [list(row) for row in plain["suggestions"]]
    # A draft of one order with itself is that order.
    assert [row["query"] for row in document["suggestions"]] == [row["query"] for row in plain["suggestions"]]
