"""Who may read, write and administer."""

from __future__ import annotations

import pytest

from suggest.errors import ArgumentError
from suggest.service.tokens import Tokens, tokens_from
from tests.service.asgi import Service, serving

READS = ["/v1/complete?q=n", "/v1/related?q=n", "/v1/opensearch?q=n", "/v1/items/i/queries"]
OPEN = ["/healthz", "/readyz", "/metrics", "/", "/docs", "/openapi.json", "/opensearch.xml"]


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.fixture
def guarded(service_with):
    with serving(service_with(tokens=Tokens(read="r-1", write="w-1", admin="a-1"))) as running:
        yield running


def assert_unauthorized(service: Service, method: str, target: str, headers: dict[str, str]) -> None:
    answer = service.request(method, target, b"", headers)
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="suggest"'
    answer.problem()


@pytest.mark.parametrize(
    "headers",
    [{}, bearer("w-1"), bearer("r-11"), bearer(""), {"authorization": "r-1"}, {"authorization": "Basic r-1"}],
    ids=["none", "other", "longer", "empty", "bare", "basic"],
)
def test_reading_without_the_read_token_is_refused(guarded: Service, headers):
    for target in READS:
        assert_unauthorized(guarded, "GET", target, headers)


def test_the_read_token_lets_read(guarded: Service):
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert guarded.get(READS[0], authorization=f"{scheme} r-1").status == 200


def test_writing_asks_for_the_write_token(guarded: Service):
    for headers in ({}, bearer("r-1"), bearer("a-1")):
        assert_unauthorized(guarded, "POST", "/v1/events", headers)
        assert_unauthorized(guarded, "DELETE", "/v1/users/u", headers)
    assert guarded.post("/v1/events", {"events": []}, **bearer("w-1")).status == 202
    assert guarded.request("DELETE", "/v1/users/u", b"", bearer("w-1")).status == 202


def test_health_and_the_page_need_no_token(guarded: Service):
    for target in OPEN:
        assert guarded.get(target).status in (200, 404), target


def test_a_write_token_alone_leaves_reading_open(service_with):
    with serving(service_with(tokens=Tokens(write="w-1"))) as service:
        assert service.get(READS[0]).status == 200
        assert_unauthorized(service, "POST", "/v1/events", {})


def test_a_read_token_alone_turns_writing_off(service_with):
    """Otherwise a service that is open to the network because it has a token could be written to by anybody."""
    with serving(service_with(tokens=Tokens(read="r-1"))) as service:
        for headers in ({}, bearer("r-1")):
            answer = service.request("POST", "/v1/events", b"", headers)
            assert answer.status == 403
            answer.problem()


def test_administration_is_off_without_its_token(service_with):
    with serving(service_with()) as service:
        for method, route in (("GET", "status"), ("POST", "reload"), ("POST", "rollback")):
            answer = service.request(method, f"/v1/admin/{route}")
            assert answer.status == 404
            answer.problem()


def test_administration_asks_for_its_token(guarded: Service):
    for headers in ({}, bearer("w-1")):
        assert_unauthorized(guarded, "GET", "/v1/admin/status", headers)
    assert guarded.get("/v1/admin/status", **bearer("a-1")).status == 200


def test_tokens_come_from_the_environment_or_from_files(tmp_path):
    (tmp_path / "write").write_text("from-file\n", encoding="utf-8")
    tokens = tokens_from({"SUGGEST_READ_TOKEN": "r", "SUGGEST_WRITE_TOKEN_FILE": str(tmp_path / "write")})
    assert tokens == Tokens(read="r", write="from-file")
    assert tokens_from({}).open_to_all
    assert not tokens.open_to_all


@pytest.mark.parametrize(
    ("environ", "argument"),
    [
        ({"SUGGEST_READ_TOKEN": ""}, "SUGGEST_READ_TOKEN"),
        ({"SUGGEST_READ_TOKEN": "two words"}, "SUGGEST_READ_TOKEN"),
        ({"SUGGEST_ADMIN_TOKEN": "schlüssel"}, "SUGGEST_ADMIN_TOKEN"),
        ({"SUGGEST_WRITE_TOKEN": "a", "SUGGEST_WRITE_TOKEN_FILE": "b"}, "SUGGEST_WRITE_TOKEN"),
        ({"SUGGEST_WRITE_TOKEN_FILE": "/does/not/exist"}, "SUGGEST_WRITE_TOKEN_FILE"),
    ],
)
def test_a_useless_token_is_an_error_and_not_an_open_door(environ, argument):
    with pytest.raises(ArgumentError) as raised:
        tokens_from(environ)
    assert raised.value.argument == argument


def test_tokens_show_in_no_repr(service_with):
    settings = service_with(tokens=Tokens(read="r-1", write="w-1", admin="a-1"))
    assert not any(token in repr(settings) for token in ("r-1", "w-1", "a-1"))
