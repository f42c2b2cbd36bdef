"""POST /v1/events and DELETE /v1/users: what is accepted is durable and seen at once."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing

import pytest

from suggest.errors import StateError
from suggest.service.body import MAX_BODY_BYTES
from suggest.service.tokens import Tokens
from suggest.service.writes import MAX_EVENTS
from suggest.stores import open_state
from suggest.types import DAY_US, now_us
from tests.service.asgi import Service, serving


def search(query: str, user: str = "u1", ts: object = "2026-01-31T12:00:00Z", **more: object) -> dict[str, object]:
    return {"type": "search", "ts": ts, "user": user, "query": query, **more}


def suggested(service: Service, prefix: str, user: str = "u1") -> list[str]:
    return [row["query"] for row in service.get(f"/v1/complete?q={prefix}&user={user}").json()["suggestions"]]


def test_an_accepted_event_is_seen_by_the_next_request_and_in_the_log(service_with):
    settings = service_with()
    with serving(settings) as service:
        answer = service.post("/v1/events", {"events": [search("nickel wire")]})
        assert (answer.status, answer.json()) == (202, {"accepted": 1, "duplicates": 0, "rejected": []})
        assert suggested(service, "ni")[0] == "nickel wire"
        with closing(open_state(settings.state_url)) as other:
            assert [event.query for _, event in other.read()] == ["nickel wire"]


def test_events_are_accepted_once(service: Service):
    events = [search("a b", event_id="e1"), search("a b", event_id="e1"), search("c d")]
    assert service.post("/v1/events", {"events": events}).json()["duplicates"] == 1
    assert service.post("/v1/events", {"events": events}).json() == {"accepted": 0, "duplicates": 3, "rejected": []}


def test_malformed_events_are_rejected_one_by_one(service: Service):
    ahead_s = (now_us() + DAY_US) // 1_000_000 + 60
    events = [
        search("good one"),
        {"type": "search", "ts": 1, "user": "u1"},
        "not an object",
        search("too early", ts=ahead_s),
        search("just in time", ts=ahead_s - 120),
        {"type": "nonsense", "ts": 1, "user": "u1"},
    ]
    answer = service.post("/v1/events", {"events": events})
    assert answer.status == 202
    assert answer.json()["accepted"] == 2
    assert answer.json()["rejected"] == [
        {"index": 1, "reason": "missing_query"},
        {"index": 2, "reason": "not_an_object"},
        {"index": 3, "reason": "future_ts"},
        {"index": 5, "reason": "unknown_type"},
    ]
    text = service.get("/metrics").body.decode()
    assert 'suggest_events_total{outcome="accepted"} 2.0' in text
    assert 'suggest_events_total{outcome="rejected"} 4.0' in text


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"3", b'{"events":{}}', b'{"events":null}', b"\xff\xfe", b"\x00", b'{"events":[NaN]}'],
)
def test_a_body_that_is_no_batch_of_events_is_a_bad_argument(service: Service, body: bytes):
    answer = service.request("POST", "/v1/events", body, {"content-type": "application/json"})
    assert answer.status == 422
    assert answer.problem()["argument"] in ("body", "events")


def test_half_an_emoji_costs_its_event_alone(service: Service):
    bad = b'{"type":"search","ts":1,"user":"u","query":"\\ud83d"}'
    good = b'{"type":"search","ts":1,"user":"u","query":"a"}'
    body = b'{"events":[%s,%s]}' % (bad, good)
    answer = service.request("POST", "/v1/events", body, {"content-type": "application/json"})
    assert answer.status == 202
    assert answer.json() == {"accepted": 1, "duplicates": 0, "rejected": [{"index": 0, "reason": "bad_query"}]}


def test_a_body_that_is_not_declared_json_is_refused(service: Service):
    """A page of another site can send plain text without asking first, and JSON only after asking."""
    for content_type in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = service.request("POST", "/v1/events", b'{"events":[]}', {"content-type": content_type})
        assert answer.status == 415
        answer.problem()
    answer = service.request(
        "POST", "/v1/events", b'{"events":[]}', {"content-type": "Application/JSON; charset=utf-8"}
    )
    assert answer.status == 202


def test_too_much_at_once_is_too_large(service: Service):
    json_type = {"content-type": "application/json"}
    whole = b'{"events":[]}'.ljust(MAX_BODY_BYTES)
    assert service.request("POST", "/v1/events", whole, json_type).status == 202
    for answer in (
        service.request("POST", "/v1/events", whole + b" ", json_type),
        service.request("POST", "/v1/events", b"", {**json_type, "content-length": str(MAX_BODY_BYTES + 1)}),
        service.request("POST", "/v1/events", headers=json_type, chunks=[whole, b" "]),
        service.request("POST", "/v1/comments:entities", headers=json_type, chunks=[whole, b" "]),
        service.post("/v1/events", {"events": [search("x")] * (MAX_EVENTS + 1)}),
    ):
        assert answer.status == 413
        answer.problem()
    assert service.post("/v1/events", {"events": [search("x")] * MAX_EVENTS}).json()["duplicates"] == MAX_EVENTS - 1


def test_a_body_that_does_not_arrive_is_given_up(service_with):
    with serving(service_with(body_timeout_s=0.05)) as service:
        answer = service.request("POST", "/v1/events", headers={"content-type": "application/json"}, chunks=[])
        assert answer.status == 408
        answer.problem()


def test_a_forgotten_user_is_gone_and_can_come_back(service: Service):
    service.post("/v1/events", {"events": [search("nickel wire", "a/b c"), search("night owl", "other")]})
    answer = service.request("DELETE", "/v1/users/a%2Fb%20c")
    assert (answer.status, answer.json()) == (202, {"forgotten": 1})
    assert "nickel wire" not in suggested(service, "ni", "a/b c")
    assert "night owl" in suggested(service, "ni", "other")
    service.post("/v1/events", {"events": [search("nickel foam", "a/b c", now_us() // 1_000_000)]})
    assert "nickel foam" in suggested(service, "ni", "a/b c")


def test_a_user_must_be_named_to_be_forgotten(service: Service):
    for user in ("", "u" * 257):
        answer = service.request("DELETE", f"/v1/users/{user}")
        assert answer.status == 422
        assert answer.problem()["argument"] == "user"


def test_a_deleted_query_is_never_suggested_again(service: Service):
    assert "night lamp" in suggested(service, "nig")
    service.post("/v1/events", {"events": [{"type": "delete", "ts": 1, "user": "moderator", "query": "night lamp"}]})
    assert "night lamp" not in suggested(service, "nig")


def test_a_failed_commit_is_told_and_nothing_is_kept(service: Service, monkeypatch):
    def full(*_: object) -> None:
        raise StateError("no space left on the disk")

    with monkeypatch.context() as patched:
        patched.setattr("suggest.stores.MemoryState.append", full)
        answer = service.post("/v1/events", {"events": [search("x")]})
        assert answer.status == 503
        assert answer.headers["retry-after"] == "5"
        answer.problem()
    assert service.post("/v1/events", {"events": [search("x")]}).json()["accepted"] == 1


def test_a_slow_disk_does_not_hold_up_completions_and_too_many_writes_are_turned_away(service_with, monkeypatch):
    """Completions go on while a commit hangs; beyond the bound the next request is told when to come back."""
    with serving(service_with(max_waiting=2)) as service:
        begun, disk_works = threading.Event(), threading.Event()
        monkeypatch.setattr("suggest.stores.SqliteState.append", hanging(begun, disk_works))

        async def crowd() -> None:
            body, headers = b'{"events":[]}', {"content-type": "application/json"}
            writes = [asyncio.create_task(service.exchange("POST", "/v1/events", body, headers)) for _ in range(2)]
            assert await asyncio.to_thread(begun.wait, 20)
            assert (await service.exchange("GET", "/v1/complete?q=n")).status == 200
            refused = await service.exchange("POST", "/v1/events", body, headers)
            disk_works.set()
            assert [answer.status for answer in await asyncio.gather(*writes)] == [202, 202]
            assert (refused.status, refused.headers["retry-after"]) == (503, "1")
            refused.problem()

        service.run(crowd())


def hanging(begun: threading.Event, released: threading.Event):
    from suggest.interfaces import Appended

    def append(*_: object) -> Appended:
        begun.set()
        assert released.wait(30)
        return Appended(0, 0)

    return append


def test_writes_are_counted_in_the_status(service_with):
    with serving(service_with(tokens=Tokens(admin="root-token"))) as service:
        service.post("/v1/events", {"events": [search("x"), search("y")]})
        status = service.get("/v1/admin/status", authorization="Bearer root-token").json()
        assert status["state"]["search"] == 2
