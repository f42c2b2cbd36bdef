"""Related queries, queries beside an item and entities in comments over HTTP, before an engine of known answers."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter

import pytest

from suggest.errors import ArgumentError, NotBuiltError, StateError
from suggest.service.bodies import MAX_TEXT_CHARS
from suggest.service.settings import Gates
from suggest.service.surfaces import DEFAULT_GATES
from suggest.service.tokens import Tokens
from suggest.types import EntitySpan, Suggestion
from tests.service.asgi import Service, serving

KNOWN_ITEM = "videos/17"


class KnownAnswers:
    """Answers every surface, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict] = []

    def related(self, _engine, query, k=10, user=None, *, explain=False, **more):
        self.asked.append({"query": query, "k": k, "user": user, **more})
        explanation = {"score_parts": {"transitions": 1.0}} if explain else None
        return [Suggestion(f"{query} {n}", 1.0 / (n + 1), "related", (), explanation) for n in range(min(k, 3))]

    def item_queries(self, _engine, item=None, k=10, user=None, **more):
        self.asked.append({"item": item, "k": k, "user": user, **more})
        if item not in (None, KNOWN_ITEM):
            raise ArgumentError("item", "no such item; give its title")
        return [Suggestion("jazz piano", 0.7, "item")][:k]

    def entities_of_comments(
        self, _engine, texts, item=None, user=None, locale=None, min_score=None, max_per_chars=None, *_, **more
    ):
        self.asked.append(
            {"texts": list(texts), "item": item, "user": user, "locale": locale, "gates": (min_score, max_per_chars)}
        )
        explanation = {"found": "lexicon"} if more.get("explain") else None
        return [
            [EntitySpan(at, at + 5, "Nivea", "nivea", 1.0, "brand", explanation)]
            if (at := text.find("Nivea")) >= 0
            else []
            for text in texts
        ]


@pytest.fixture
def known(monkeypatch):
    answers = KnownAnswers()
    for name in ("related", "item_queries", "entities_of_comments"):
        method = getattr(answers, name)
        monkeypatch.setattr(
            f"suggest.engine.Engine.{name}", lambda *args, method=method, **named: method(*args, **named)
        )
    return answers


@pytest.fixture
def asked(known, service):
    """What the engine was asked since the service is up, which asks it to warm up."""
    known.asked.clear()
    return known.asked


def entities(service: Service, **body):
    answer = service.post("/v1/comments:entities", body)
    assert answer.status == 200, answer.body
    return answer.json()


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("method", "target", "body", "query"),
    [
        ("GET", "/v1/related?q=nivea+cream&k=2", None, "nivea cream"),
        ("GET", "/v1/items/videos%2F17/queries?k=2", None, KNOWN_ITEM),
        ("POST", "/v1/items:queries", {"title": "jazz at night", "k": 2}, "jazz at night"),
    ],
)
def test_surface_answers_the_shape_of_completions(service: Service, method, target, body, query):
    answer = service.get(target) if method == "GET" else service.post(target, body)

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert int(answer.headers["content-length"]) == len(answer.body)
    document = answer.json()
    assert list(document) == ["request_id", "query", "suggestions", "generation", "watermark", "degraded"]
    assert document["query"] == query
    assert document["degraded"] is False
    for suggestion in document["suggestions"]:
        assert list(suggestion) == ["query", "score", "source", "highlights"]


@pytest.mark.parametrize("path", ["/v1/related?q=never+searched", "/v1/items/17/queries"])
def test_completions_need_not_wait_for_what_takes_longer(service: Service, monkeypatch, path):
    begun, completed = threading.Event(), threading.Event()

    def slow(*_args, **_named):
        begun.set()
        assert completed.wait(timeout=20)
        return []

    for name in ("related", "item_queries"):
        monkeypatch.setattr(f"suggest.engine.Engine.{name}", slow)

    async def both():
        slowly = asyncio.create_task(service.exchange("GET", path))
        await asyncio.to_thread(begun.wait, 20)
        completions = await service.exchange("GET", "/v1/complete?q=niv")
        completed.set()
        return completions, await slowly

    assert [answer.status for answer in service.run(both())] == [200, 200]


def test_related_hands_on_what_was_asked(service: Service, asked):
    service.get("/v1/related?q=c%2B%2B&k=3&user=u1&locale=de-DE&region=BE&session=s1&strange=1")

    gate = DEFAULT_GATES.related_min_relevance
    assert asked == [{"query": "c++", "k": 3, "user": "u1", "locale": "de-DE", "region": "BE", "min_relevance": gate}]


def test_new_item_hands_on_what_was_asked(service: Service, asked):
    body = {
        "title": "t",
        "text": "x",
        "tags": ["a"],
        "locale": "de",
        "region": "BE",
        "k": 4,
        "user": "u",
        "min_score": 0.5,
    }
    service.post("/v1/items:queries", body)

    assert asked == [{**body, "item": None, "collapse": True, "explain": False}]


@pytest.mark.usefixtures("known")
def test_surface_explains_when_asked_and_not_otherwise(service: Service):
    explained = service.get("/v1/related?q=a&explain=true").json()["suggestions"][0]
    assert explained["explanation"] == {"score_parts": {"transitions": 1.0}}
    assert entities(service, text="Nivea", explain=True)["entities"][0]["explanation"] == {"found": "lexicon"}
    assert "explanation" not in entities(service, text="Nivea")["entities"][0]


@pytest.mark.usefixtures("known")
def test_item_that_nobody_knows_is_not_found_and_named(service: Service):
    answer = service.get("/v1/items/video-18/queries")

    assert answer.status == 404
    assert answer.problem()["type"] == "urn:suggest:problem:not-found"
    assert answer.problem()["argument"] == "item"
    assert "title" in answer.problem()["detail"]


def test_surface_that_was_not_built_says_so_in_every_route(service: Service, monkeypatch):
    def refuse(*_, **__):
        raise NotBuiltError("built without items; build with --items")

    for name in ("related", "item_queries", "entities_of_comments"):
        monkeypatch.setattr(f"suggest.engine.Engine.{name}", refuse)
    for answer in (
        service.get("/v1/related?q=a"),
        service.get("/v1/items/i/queries"),
        service.post("/v1/items:queries", {"title": "a"}),
        service.post("/v1/comments:entities", {"text": "a"}),
        service.post("/v1/comments:entities", {"comments": [{"text": "a"}]}),
    ):
        assert answer.problem()["type"] == "urn:suggest:problem:not-built"
        assert answer.status == 404


def test_gates_are_on_unless_the_request_says_otherwise(service: Service, asked):
    service.get("/v1/items/videos%2F17/queries")
    service.get("/v1/items/videos%2F17/queries?min_score=0.25")
    service.get("/v1/items/videos%2F17/queries?min_score=none")
    for body in ({}, {"min_score": 0.25}, {"min_score": None}):
        service.post("/v1/items:queries", {"title": "a", **body})
    assert [one["min_score"] for one in asked] == [DEFAULT_GATES.item_min_score, 0.25, None] * 2

    asked.clear()
    for body in ({}, {"min_score": 0.25}, {"min_score": None, "max_per_chars": None}):
        entities(service, text="a", **body)
    min_score, max_per_chars = DEFAULT_GATES[2:]
    assert [one["gates"] for one in asked] == [(min_score, max_per_chars), (0.25, max_per_chars), (None, None)]


def test_near_duplicates_beside_an_item_are_collapsed(service: Service, asked):
    service.get("/v1/items/videos%2F17/queries?min_score=none")
    service.post("/v1/items:queries", {"title": "a", "min_score": None})

    assert [one["collapse"] for one in asked] == [True, True]


def test_gates_of_the_service_take_the_place_of_the_defaults(service_with, asked):
    with serving(service_with(gates=Gates(-1.5, 0.125, None, 0.5))) as service:
        asked.clear()
        service.get("/v1/items/videos%2F17/queries")
        entities(service, text="a")
        for own in ("", "&min_relevance=-4", "&min_relevance=none"):
            service.get(f"/v1/related?q=a{own}")

    assert asked[0]["min_score"] == 0.125
    assert asked[1]["gates"] == (None, 0.5)
    assert [one["min_relevance"] for one in asked[2:]] == [-1.5, -4.0, None]


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("text", "offsets", "start"),
    [
        ("😍 Nivea", "codepoint", 2),
        ("😍 Nivea", "utf16", 3),
        ("é👩‍👩‍👧 Nivea", "utf16", 10),
        ("نيفيا Nivea", "utf16", 6),
    ],
)
def test_entities_count_in_code_points_or_in_utf16_units(service: Service, text, offsets, start):
    (entity,) = entities(service, text=text, offsets=offsets)["entities"]

    assert list(entity) == ["start", "end", "surface", "query", "score", "kind"]
    assert (entity["start"], entity["end"]) == (start, start + 5)
    if offsets == "utf16":
        assert text.encode("utf-16-le")[2 * start : 2 * start + 10].decode("utf-16-le") == "Nivea"


def test_batch_answers_each_comment_in_order_and_looks_once_at_those_that_share_a_reader(service: Service, asked):
    comments = [
        {"text": "Nivea 0", "item": "a", "user": "u"},
        {"text": "1 Nivea", "item": "b", "user": "u"},
        {"text": "2", "item": "a", "user": "u"},
        {"text": "😍 Nivea", "item": "a", "user": "u", "offsets": "utf16"},
    ]
    answers = entities(service, comments=comments)["comments"]

    assert [[entity["start"] for entity in answer["entities"]] for answer in answers] == [[0], [2], [], [3]]
    assert [one["texts"] for one in asked] == [["Nivea 0", "2", "😍 Nivea"], ["1 Nivea"]]
    # An impression is of one comment, so each has an id to be joined by.
    assert len({answer["request_id"] for answer in answers}) == len(comments)


@pytest.mark.usefixtures("known")
def test_batch_of_none_answers_none(service: Service):
    assert entities(service, comments=[])["comments"] == []


@pytest.mark.parametrize(
    ("name", "method", "target", "body"),
    [
        ("related", "GET", "/v1/related?q=a&user=u", None),
        ("item_queries", "GET", "/v1/items/i/queries?user=u", None),
        ("item_queries", "POST", "/v1/items:queries", {"title": "a", "user": "u"}),
        ("entities_of_comments", "POST", "/v1/comments:entities", {"text": "a", "user": "u"}),
    ],
)
def test_without_the_state_the_answer_is_not_personal_and_says_so(
    service: Service, monkeypatch, name, method, target, body
):
    users = []

    def answer(_engine, *args, user=None, **_):
        # The item or the texts come first, the user third.
        user = args[2] if len(args) > 2 else user
        users.append(user)
        if user is not None:
            raise StateError("the disk is gone")
        return [[]] if name == "entities_of_comments" else []

    monkeypatch.setattr(f"suggest.engine.Engine.{name}", answer)
    answered = service.get(target) if method == "GET" else service.post(target, body)

    assert users == ["u", None]
    assert answered.json()["degraded"] is True
    assert "suggest_degraded_answers_total 1.0" in service.get("/metrics").body.decode()


def test_state_that_fails_for_everybody_is_a_problem(service: Service, monkeypatch):
    def refuse(*_, **__):
        raise StateError("the disk is gone")

    monkeypatch.setattr("suggest.engine.Engine.related", refuse)
    answer = service.get("/v1/related?q=a&user=u")

    assert answer.status == 503
    assert answer.problem()["type"] == "urn:suggest:problem:state-unavailable"
    assert answer.headers["retry-after"]


@pytest.mark.usefixtures("known")
def test_impression_of_a_surface_is_joined_by_its_request_id(service: Service):
    for surface, answer in (
        ("related", service.get("/v1/related?q=a").json()),
        ("item", service.get("/v1/items/videos%2F17/queries").json()),
        ("comment", entities(service, text="Nivea")),
    ):
        shown = [one["query"] for one in answer.get("suggestions") or answer["entities"]]
        base = {"ts": 1769860800, "user": "u", "request_id": answer["request_id"]}
        impression = {**base, "type": "impression", "surface": surface, "input": "a", "shown": shown}
        click = {**base, "type": "click", "surface": surface, "query": shown[0], "position": 0}
        taken = service.post("/v1/events", {"events": [impression, click]}).json()
        assert taken == {"accepted": 2, "duplicates": 0, "rejected": []}


@pytest.mark.usefixtures("known")
def test_metrics_count_each_surface(service: Service):
    service.get("/v1/related?q=a")
    service.get("/v1/related?q=a&k=0")
    service.get("/v1/items/videos%2F17/queries")
    service.get("/v1/items/x/queries")
    service.post("/v1/items:queries", {"title": "a"})
    entities(service, comments=[{"text": "Nivea"}, {"text": "a"}])
    lines = service.get("/metrics").body.decode().splitlines()

    for line in (
        'suggest_requests_total{route="/v1/related",status="200"} 1.0',
        'suggest_requests_total{route="/v1/related",status="422"} 1.0',
        'suggest_requests_total{route="/v1/items/{item}/queries",status="200"} 1.0',
        'suggest_requests_total{route="/v1/items/{item}/queries",status="404"} 1.0',
        'suggest_surface_answers_total{surface="related"} 1.0',
        'suggest_surface_answers_total{surface="item"} 2.0',
        'suggest_surface_answers_total{surface="comment"} 2.0',
        'suggest_surface_empty_answers_total{surface="comment"} 1.0',
        'suggest_surface_shown_total{surface="related"} 3.0',
        'suggest_surface_seconds_count{surface="comment"} 1.0',
    ):
        assert line in lines


@pytest.mark.usefixtures("known")
def test_what_gates_keep_back_is_counted_on_a_sample(service_with, monkeypatch):
    def gated(_engine, *_, min_score=None, **__):
        return [Suggestion(str(score), score, "item") for score in (0.9, 0.4, 0.1) if score >= (min_score or 0)]

    monkeypatch.setattr("suggest.engine.Engine.item_queries", gated)
    monkeypatch.setattr("suggest.service.surface_metrics.SAMPLED_EVERY", 2)
    with serving(service_with(gates=Gates(None, 0.3, 0.5, None))) as service:
        for _ in range(3):
            service.get("/v1/items/i/queries")
            # Nothing is kept back here, so nothing is looked at.
            service.get("/v1/items/i/queries?min_score=none")
        service.post("/v1/items:queries", {"title": "a", "min_score": 0.5})
        for _ in range(2):
            entities(service, comments=[{"text": "a"}, {"text": "b"}])
        lines = service.get("/metrics").body.decode().splitlines()

    assert 'suggest_surface_gate_sampled_total{surface="item"} 2.0' in lines
    assert 'suggest_surface_suppressed_total{surface="item"} 3.0' in lines
    assert 'suggest_surface_gate_sampled_total{surface="comment"} 2.0' in lines
    assert 'suggest_surface_suppressed_total{surface="comment"} 0.0' in lines


@pytest.mark.usefixtures("known")
def test_surfaces_need_the_read_token(service_with):
    with serving(service_with(tokens=Tokens(read="r"))) as service:
        for answer in (
            service.get("/v1/related?q=a"),
            service.get("/v1/items/videos%2F17/queries"),
            service.post("/v1/items:queries", {"title": "a"}),
            service.post("/v1/comments:entities", {"text": "a"}),
        ):
            assert answer.status == 401
        assert service.get("/v1/related?q=a", authorization="Bearer r").status == 200


@pytest.mark.usefixtures("known")
def test_routes_of_lists_answer_head_and_no_other_method(service: Service):
    for target in ("/v1/related?q=a", "/v1/items/videos%2F17/queries"):
        assert service.request("HEAD", target).status == 200
        answer = service.post(target, {})
        assert answer.status == 405
        assert "GET" in answer.headers["allow"]
        answer.problem()


@pytest.mark.usefixtures("known")
def test_every_answer_has_an_id_of_its_own(service: Service):
    ids = Counter(service.get("/v1/related?q=a").json()["request_id"] for _ in range(20))
    ids.update(entities(service, text="a")["request_id"] for _ in range(20))

    assert max(ids.values()) == 1


@pytest.mark.usefixtures("known")
def test_longest_texts_are_answered(service: Service):
    assert entities(service, text="x" * MAX_TEXT_CHARS)["entities"] == []
    assert service.get("/v1/related?q=" + "x" * 1024).status == 200
    assert service.get("/v1/related?q=" + "x" * 1025).status == 413
