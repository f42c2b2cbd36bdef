"""Surfaces in an experiment: whose engine answers, who is credited, and what a draft merges."""

from __future__ import annotations

import pytest

from suggest.service.credit import credit_of
from suggest.service.experiment import Arm, Experiment
from suggest.types import EntitySpan, Suggestion
from tests.service.asgi import serving

EXPERIMENT = Experiment("trial", "trial", (Arm("trained", 0.5), Arm("untrained", 0.5, ranker="none")))
DRAFT = Experiment(
    "trial", "trial", (Arm("a", 0.0), Arm("b", 0.0, ranker="none"), Arm("draft", 1.0, interleave=("a", "b")))
)


@pytest.fixture(autouse=True)
def _known_answers(monkeypatch):
    """Two engines of one generation, each with an answer of its own."""
    engines: list[int] = []

    def name(engine):
        if id(engine) not in engines:
            engines.append(id(engine))
        return f"engine {engines.index(id(engine))}"

    def listed(engine, *_, **__):
        return [Suggestion(name(engine), 1.0, "related"), Suggestion("shared", 0.5, "related")]

    def spans(engine, texts, *_, **__):
        return [[EntitySpan(0, 1, text[:1], name(engine), 1.0, "name")] for text in texts]

    monkeypatch.setattr("suggest.engine.Engine.related", listed)
    monkeypatch.setattr("suggest.engine.Engine.item_queries", listed)
    monkeypatch.setattr("suggest.engine.Engine.entities_of_comments", spans)


def ask(service, user):
    """The answers of all routes with suggestions."""
    return [
        service.get(f"/v1/related?q=a&user={user}"),
        service.get(f"/v1/items/i/queries?user={user}"),
        service.post("/v1/items:queries", {"title": "a", "user": user}),
    ]


def test_every_surface_answers_with_the_arm_of_the_person(service_with):
    with serving(service_with(experiment=EXPERIMENT)) as service:
        arms = {}
        for user in map(str, range(12)):
            answers = ask(service, user)
            (arm,) = {answer.headers["suggest-arm"] for answer in answers}
            (first,) = {answer.json()["suggestions"][0]["query"] for answer in answers}
            comment = service.post("/v1/comments:entities", {"text": "a", "user": user}).json()
            assert comment["entities"][0]["query"] == first
            for document in (*(answer.json() for answer in answers), comment):
                credit = credit_of(document["request_id"], EXPERIMENT)
                assert credit is not None
                assert credit.arm.name == arm == EXPERIMENT.arm_of(user, None, "").name
            arms[arm] = first
        assert len(set(arms.values())) == 2
        exposed = service.get("/metrics").body.decode()
    assert sum(f'suggest_experiment_requests_total{{arm="{arm}"}}' in exposed for arm in arms) == 2


def test_arm_of_nobody_is_that_of_the_session(service_with):
    with serving(service_with(experiment=EXPERIMENT)) as service:
        for session in map(str, range(8)):
            expected = EXPERIMENT.arm_of(None, session, "").name
            assert service.get(f"/v1/related?q=a&session={session}").headers["suggest-arm"] == expected
            answer = service.post("/v1/items:queries", {"title": "a", "session": session})
            assert answer.headers["suggest-arm"] == expected


def test_draft_merges_lists_and_leaves_comments_to_its_first_arm(service_with):
    with serving(service_with(experiment=DRAFT)) as service:
        for answer in ask(service, "u"):
            document = answer.json()
            queries = [suggestion["query"] for suggestion in document["suggestions"]]
            assert answer.headers["suggest-arm"] == "draft"
            assert len(set(queries)) == 3
            credit = credit_of(document["request_id"], DRAFT)
            assert credit is not None
            teams = {query: credit.team_at(position) for position, query in enumerate(queries)}
            assert {teams["engine 0"], teams["engine 1"]} == {"a", "b"}
        comment = service.post("/v1/comments:entities", {"text": "a", "user": "u"}).json()
        assert comment["entities"][0]["query"] == "engine 0"
        assert credit_of(comment["request_id"], DRAFT) is None
