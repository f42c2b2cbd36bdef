"""GET /v1/complete: the answer's shape, its arguments, and what it does when things go wrong."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from suggest.errors import ArgumentError, StateError
from suggest.service.arguments import MAX_Q_BYTES, PARAMETERS, complete_arguments
from suggest.service.problems import Refusal
from tests.service.asgi import Service, serving

NAMES = st.sampled_from([*PARAMETERS, "Q", "callback", ""])
CLEAN = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def test_complete_answers_the_shape_of_the_contract(service: Service):
    answer = service.get("/v1/complete?q=niv")
    document = answer.json()
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert list(document) == ["request_id", "query", "suggestions", "generation", "watermark", "degraded"]
    assert document["query"] == "niv"
    assert document["degraded"] is False
    assert [suggestion["query"] for suggestion in document["suggestions"]] == ["nivea cream", "nivea soft"]
    for suggestion in document["suggestions"]:
        assert list(suggestion) == ["query", "score", "source", "highlights"]
        assert suggestion["highlights"] == [[0, 3]]


def test_complete_is_never_cached_and_every_answer_has_an_id_of_its_own(service: Service):
    answers = [service.get("/v1/complete?q=n") for _ in range(50)]
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    assert len({answer.json()["request_id"] for answer in answers}) == 50


def test_complete_says_how_long_it_is(service: Service):
    answer = service.get("/v1/complete?q=caf%C3%A9")
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert answer.json()["suggestions"][0]["query"] == "café crème"


def test_complete_takes_the_empty_query_and_keeps_a_space_at_the_end(service: Service):
    assert len(service.get("/v1/complete?q=&k=3").json()["suggestions"]) == 3
    assert service.get("/v1/complete?q=night+").json()["query"] == "night "
    assert service.get("/v1/complete?q=night%20").json()["query"] == "night "
    assert service.get("/v1/complete?q=c%2B%2B").json()["suggestions"][0]["query"] == "c++ tutorial"


def test_complete_explains_when_asked(service: Service):
    plain = service.get("/v1/complete?q=niv&explain=false").json()["suggestions"][0]
    explained = service.get("/v1/complete?q=niv&explain=true").json()["suggestions"][0]
    assert "explanation" not in plain
    assert {"match", "edits", "features", "score_parts"} <= explained["explanation"].keys()


@pytest.mark.parametrize(
    ("query_string", "argument"),
    [
        ("", "q"),
        ("k=3", "q"),
        ("q=a&k=0", "k"),
        ("q=a&k=101", "k"),
        ("q=a&k=ten", "k"),
        ("q=a&k=-1", "k"),
        ("q=a&k=1.0", "k"),
        ("q=a&k=" + "9" * 5000, "k"),
        ("q=a&k=%D9%A3", "k"),  # an Arabic digit: int() would take it
        ("q=%ff", "q"),
        ("q=%ed%a0%80", "q"),  # a lone surrogate
        ("q=a&user=%c3", "user"),
        ("q=a&user=" + "u" * 257, "user"),
        ("q=a&match=fuzzy", "match"),
        ("q=a&explain=yes", "explain"),
        ("q=a&where={", "where"),
        ("q=a&where=" + "[" * 2000, "where"),
        ("q=a&q=b", "q"),
        ("q=a&user=x&user=y", "user"),
    ],
)
def test_complete_names_a_bad_argument(service: Service, query_string: str, argument: str):
    answer = service.get(f"/v1/complete?{query_string}")
    assert answer.status == 422
    assert answer.problem()["argument"] == argument
    assert answer.problem()["detail"].startswith(argument)


@pytest.mark.parametrize(
    "query_string",
    [
        f"q={'a' * (MAX_Q_BYTES + 1)}",
        f"q={quote('é' * (MAX_Q_BYTES // 2 + 1))}",
        f"q={'a' * 1_000_000}",
        f"q=a&where=%22{'a' * 5000}%22",
        f"q=a&ignored={'a' * 20_000}",
    ],
    ids=["ascii", "two-byte", "million", "where", "whole"],
)
def test_complete_refuses_what_is_too_large(service: Service, query_string: str):
    answer = service.get(f"/v1/complete?{query_string}")
    assert answer.status == 413
    answer.problem()


def test_complete_takes_the_longest_query_it_allows(service: Service):
    assert service.get(f"/v1/complete?q={'a' * MAX_Q_BYTES}").status == 200
    assert service.get(f"/v1/complete?q={quote('é' * (MAX_Q_BYTES // 2))}").status == 200


def test_complete_ignores_what_it_does_not_know_and_what_is_empty(service: Service):
    answer = service.get("/v1/complete?q=niv&user=&locale=&k=&utm_source=x&q2=y&&=&%71x=1")
    assert answer.status == 200
    assert len(answer.json()["suggestions"]) == 2


def test_complete_answers_head_and_no_other_method(service: Service):
    assert service.request("HEAD", "/v1/complete?q=n").status == 200
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        answer = service.request(method, "/v1/complete?q=n")
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
        answer.problem()


@given(st.lists(st.tuples(NAMES, CLEAN), max_size=6, unique_by=lambda pair: pair[0]), st.booleans())
def test_parsed_parameters_agree_with_the_standard_library(pairs: list[tuple[str, str]], plus: bool):
    """Whatever is percent-encoded comes back as the library's parser gives it."""
    escape = quote_plus if plus else quote
    kept = [(name, value) for name, value in pairs if name not in ("k", "where", "explain")]
    query_string = "&".join(f"{escape(name)}={escape(value, safe='')}" for name, value in [("q", "x"), *kept][1:])
    expected = {name: value for name, value in parse_qsl(query_string) if name in PARAMETERS}
    expected["text"] = expected.pop("q", "")
    if any(name == "q" for name, _ in kept):
        assert complete_arguments(query_string.encode()) == expected
    else:
        with pytest.raises(ArgumentError):
            complete_arguments(query_string.encode())


@given(st.binary(max_size=200))
@example(b"q=%")
@example(b"q=%f")
@example(b"%71=a&\x00=\x00")
@example(b"q=\xff")
@example(b"=&&==&q")
def test_parsing_any_bytes_gives_arguments_or_a_named_error(query_string: bytes):
    outcome = parsed(query_string)
    assert outcome in ("arguments", "too large", *PARAMETERS)


def parsed(query_string: bytes) -> str:
    try:
        arguments = complete_arguments(query_string)
    except ArgumentError as error:
        return error.argument
    except Refusal as refusal:
        return "too large" if refusal.response.status_code == 413 else "refused"
    return "arguments" if isinstance(arguments["text"], str) else "no text"


PIECES = st.one_of(
    st.sampled_from(
        [b"q=", b"&", b"=", b"%", b"%00", b"%ff", b"+", b"k=", b"user=", b"where=", b"match=prefix", b"explain=true"]
    ),
    st.sampled_from([b"locale=", b"session=", b"region=", b"{", b"[", b'"kind":', b"%e2%80%8b", b"%F0%9F%98%8D", b"1"]),
    st.binary(max_size=8),
    CLEAN.map(lambda text: quote(text).encode()),
)


def test_complete_never_fails_whatever_the_query_string_holds(service: Service):
    @given(st.lists(PIECES, max_size=12).map(b"".join))
    def check(query_string: bytes) -> None:
        answer = service.request("GET", b"/v1/complete?" + query_string)
        assert answer.status in (200, 413, 422), answer
        if answer.status != 200:
            answer.problem()

    check()


def test_complete_without_the_state_is_not_personal_and_says_so(service_with, monkeypatch):
    """A history that cannot be read costs the person their order, not their answer."""
    with serving(service_with()) as service:
        service.post("/v1/events", {"events": [{"type": "search", "ts": 1, "user": "u", "query": "nickel wire"}]})
        assert service.get("/v1/complete?q=ni&user=u").json()["suggestions"][0]["query"] == "nickel wire"

        def unreadable(*_: object) -> int:
            raise StateError("the disk is gone")

        monkeypatch.setattr("suggest.stores.SqliteState.history_version", unreadable)
        answer = service.get("/v1/complete?q=ni&user=u&session=s")
        assert answer.json()["degraded"] is True
        assert answer.json()["suggestions"] == service.get("/v1/complete?q=ni").json()["suggestions"]
        assert b"suggest_degraded_answers_total 1.0" in service.get("/metrics").body

        monkeypatch.setattr("suggest.stores.SqliteState.moved", unreadable)
        answer = service.get("/v1/complete?q=ni")
        assert answer.status == 503
        assert answer.headers["retry-after"] == "5"
        answer.problem()


def test_complete_hides_what_nobody_foresaw(service: Service, monkeypatch, caplog):
    """A bug answers 500 with an id; the trace is in the log under that id and not in the answer."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("suggest.engine.Engine.answer", broken)
    for path in ("/v1/complete?q=a", "/v1/opensearch?q=a"):
        answer = service.get(path)
        assert answer.status == 500
        assert b"secret" not in answer.body
        assert answer.problem()["incident"] in caplog.text
