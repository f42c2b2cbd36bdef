"""What a request about related queries, an item or comments may hold, and what is refused."""

from __future__ import annotations

import pytest

from suggest.service.bodies import MAX_BATCH_CHARS, MAX_COMMENTS, MAX_TEXT_CHARS
from tests.service.asgi import Service


@pytest.mark.parametrize(
    ("target", "body", "argument"),
    [
        ("/v1/comments:entities", {"text": "x" * (MAX_TEXT_CHARS + 1)}, "text"),
        ("/v1/comments:entities", {"text": "x" * 1_000_000}, "text"),
        (
            "/v1/comments:entities",
            {"comments": [{"text": "a"}, {"text": "x" * (MAX_TEXT_CHARS + 1)}]},
            "comments.1.text",
        ),
        ("/v1/comments:entities", {"comments": [{"text": "a"}] * (MAX_COMMENTS + 1)}, "comments"),
        ("/v1/comments:entities", {"comments": [{"text": "x" * (MAX_BATCH_CHARS // 10 + 1)}] * 10}, "comments"),
        ("/v1/items:queries", {"title": "x" * (MAX_TEXT_CHARS + 1)}, "title"),
        ("/v1/items:queries", {"title": "a", "tags": ["x"] * 101}, "tags"),
    ],
)
def test_too_much_text_is_refused_as_too_large_and_named(service: Service, target, body, argument):
    answer = service.post(target, body)

    assert answer.status == 413
    assert answer.problem()["argument"] == argument


def test_batch_of_as_much_text_as_may_be_is_answered(service: Service):
    answer = service.post("/v1/comments:entities", {"comments": [{"text": "x" * (MAX_BATCH_CHARS // 10)}] * 10})

    assert answer.status == 200
    assert len(answer.json()["comments"]) == 10


@pytest.mark.parametrize(
    ("method", "target", "body", "argument"),
    [
        ("GET", "/v1/related?q=a&k=11x", None, "k"),
        ("GET", "/v1/related?q=a&q=b", None, "q"),
        ("GET", "/v1/related?q=a&explain=1", None, "explain"),
        ("GET", "/v1/items/i/queries?min_score=much", None, "min_score"),
        ("GET", "/v1/items/i/queries?min_score=nan", None, "min_score"),
        ("GET", "/v1/related?q=a&min_relevance=low", None, "min_relevance"),
        ("POST", "/v1/items:queries", {"title": "a", "min_score": "x"}, "min_score"),
        ("POST", "/v1/items:queries", {"title": "a", "tags": "b"}, "tags"),
        ("POST", "/v1/comments:entities", {"text": "a", "max_per_chars": -1}, "max_per_chars"),
        ("POST", "/v1/comments:entities", {"text": "a", "explain": "maybe"}, "explain"),
        ("POST", "/v1/comments:entities", {"comments": {"text": "a"}}, "comments"),
        ("POST", "/v1/comments:entities", [], "body"),
    ],
)
def test_bad_argument_is_named(service: Service, method, target, body, argument):
    answer = service.get(target) if method == "GET" else service.post(target, body)

    assert answer.status == 422
    assert answer.problem()["argument"] == argument


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_number_that_is_none_is_refused(service: Service, number):
    body = f'{{"text": "a", "min_score": {number}}}'.encode()
    answer = service.request("POST", "/v1/comments:entities", body, {"content-type": "application/json"})

    assert answer.status == 422
    answer.problem()
