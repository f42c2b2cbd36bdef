"""All routes but the hot one and the writes: surfaces not built, OpenSearch, health, files, the description."""

from __future__ import annotations

import re
from html import unescape
from xml.etree import ElementTree as ET

import pytest

from suggest.service.arguments import PARAMETERS
from suggest.service.pages import load_static_files
from suggest.service.problems import KINDS, problem
from suggest.service.tokens import Tokens
from tests.service.asgi import Service, serving

NOT_BUILT = [
    ("GET", "/v1/items/video-17/queries?k=3", None),
    ("GET", "/v1/items/a%2Fb/queries", None),
    ("POST", "/v1/items:queries", {"title": "a song", "tags": ["music"], "locale": "en", "k": 5, "user": "u"}),
]
BAD = [
    ("GET", "/v1/related", None, "q"),
    ("GET", "/v1/related?q=", None, "q"),
    ("GET", "/v1/related?q=a&k=0", None, "k"),
    ("GET", "/v1/items/i/queries?k=x", None, "k"),
    ("POST", "/v1/items:queries", {"text": "no title"}, "title"),
    ("POST", "/v1/items:queries", {"title": "a", "k": 101}, "k"),
    ("POST", "/v1/comments:entities", {"item": "no text"}, "text"),
    ("POST", "/v1/comments:entities", {"text": "a", "offsets": "bytes"}, "offsets"),
    ("POST", "/v1/comments:entities", {"comments": [{"text": "a"}, {"text": 3}]}, "comments.1.text"),
    ("GET", "/v1/opensearch", None, "q"),
]


def ask(service: Service, method: str, target: str, document: object):
    return service.get(target) if method == "GET" else service.post(target, document)


@pytest.mark.parametrize(("method", "target", "document"), NOT_BUILT)
def test_a_surface_that_was_not_built_says_what_to_build(service: Service, method, target, document):
    answer = ask(service, method, target, document)
    assert answer.status == 404
    assert answer.problem()["type"] == "urn:suggest:problem:not-built"
    assert "build" in answer.problem()["detail"]


@pytest.mark.parametrize(("method", "target", "document", "argument"), BAD)
def test_a_bad_argument_is_named_before_anything_else(service: Service, method, target, document, argument):
    answer = ask(service, method, target, document)
    assert answer.status == 422
    assert answer.problem()["argument"] == argument


def test_opensearch_answers_its_own_format(service: Service):
    answer = service.get("/v1/opensearch?q=niv")
    assert answer.headers["content-type"] == "application/x-suggestions+json"
    assert answer.json() == ["niv", ["nivea cream", "nivea soft"], [], []]


def templates(service: Service, **headers: str) -> list[str]:
    answer = service.get("/opensearch.xml", **headers)
    assert answer.headers["content-type"].startswith("application/opensearchdescription+xml")
    root = ET.fromstring(answer.body)  # noqa: S314 - the service's own words
    return [url.attrib["template"] for url in root.findall("{*}Url")]


def test_opensearch_description_names_the_service_as_it_was_reached(service: Service):
    assert templates(service, host="suggest.example.org:8443") == [
        "http://suggest.example.org:8443/?q={searchTerms}",
        "http://suggest.example.org:8443/v1/opensearch?q={searchTerms}",
    ]
    assert templates(service, host="[::1]:8000")[0].startswith("http://[::1]:8000/")


@pytest.mark.parametrize("host", ['x"><script>', "a b", "evil.example/path", "user@evil.example", "", "a:99999999"])
def test_opensearch_description_does_not_repeat_a_strange_host(service: Service, host: str):
    assert templates(service, host=host)[0] == "http://127.0.0.1:8000/?q={searchTerms}"


def test_opensearch_description_prefers_the_public_url(service_with):
    with serving(service_with(public_url="https://example.org/a?b&c")) as service:
        assert templates(service, host="other")[0] == "https://example.org/a?b&c/?q={searchTerms}"


def test_health_readiness_and_status(service: Service, built):
    generation = (built / "CURRENT").read_text(encoding="utf-8").strip()
    assert service.get("/healthz").json() == {"status": "alive"}
    assert service.get("/readyz").json() == {"status": "ready", "generation": generation}
    status = service.get("/v1/admin/status", authorization="Bearer root-token").json()
    assert status["generation"] == generation
    assert len(status["generations"]) == 3
    assert status["refused"] is None


def test_metrics_count_every_answer(service: Service):
    for target in ("/v1/complete?q=n", "/v1/complete?q=n", "/v1/complete?q=zzz", "/v1/complete", "/healthz", "/nope"):
        service.get(target)
    text = service.get("/metrics").body.decode()
    for line in (
        'suggest_requests_total{route="/v1/complete",status="200"} 3.0',
        'suggest_requests_total{route="/v1/complete",status="422"} 1.0',
        'suggest_requests_total{route="/healthz",status="200"} 1.0',
        'suggest_requests_total{route="unknown",status="404"} 1.0',
        "suggest_empty_answers_total 1.0",
        "suggest_complete_seconds_count 1.0",
    ):
        assert line in text.splitlines(), text


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [("GET", "/nope", 404), ("GET", "/v1/events", 405), ("PUT", "/healthz", 405), ("GET", "/static/../app.py", 404)],
)
def test_an_unknown_route_or_method_is_a_problem_document(service: Service, method, target, status):
    answer = service.request(method, target)
    assert answer.status == status
    answer.problem()
    if status == 405:
        assert answer.headers["allow"]


def test_head_answers_as_get_does(service: Service):
    for target in ("/healthz", "/v1/opensearch?q=n"):
        head, get = service.request("HEAD", target), service.get(target)
        assert (head.status, head.headers["content-length"]) == (get.status, get.headers["content-length"])


def test_every_kind_of_problem_is_documented_with_its_status():
    from pathlib import Path

    page = Path(__file__).parents[2].joinpath("docs/http.md").read_text(encoding="utf-8")
    for kind, (status, _) in KINDS.items():
        assert f"| `{kind}` | {status} |" in page
        assert problem(kind, "x").status_code == status


def test_static_files_are_served_as_what_they_are_and_only_they(service: Service):
    files = load_static_files()
    assert "index.html" in files
    for name, file in files.items():
        answer = service.get(f"/static/{name}")
        assert answer.body == file.content
        assert answer.headers["content-type"] == file.media_type
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-cache"
        assert service.get(f"/static/{name}", if_none_match=answer.headers["etag"]).status == 304
    assert service.get("/").body == files["index.html"].content
    for name in ("..%2Fapp.py", "%2e%2e/app.py", "nothing.js", "index.html%00", "", "%00"):
        assert service.get(f"/static/{name}").status == 404


def test_the_page_may_run_its_own_scripts_and_nobody_elses(service: Service):
    policy = service.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy


def test_openapi_describes_every_route_and_the_hot_one(service: Service):
    document = service.get("/openapi.json").json()
    complete = document["paths"]["/v1/complete"]["get"]
    assert tuple(parameter["name"] for parameter in complete["parameters"]) == PARAMETERS
    expected = {
        "/v1/complete",
        "/v1/related",
        "/v1/items/{item}/queries",
        "/v1/items:queries",
        "/v1/comments:entities",
        "/v1/events",
        "/v1/users/{user}",
        "/v1/opensearch",
        "/opensearch.xml",
        "/healthz",
        "/readyz",
        "/metrics",
        "/v1/admin/reload",
        "/v1/admin/rollback",
        "/v1/admin/status",
    }
    assert expected == document["paths"].keys()
    for item in document["paths"].values():
        for operation in item.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"]


def test_docs_list_every_route_without_scripts_or_the_network(service: Service):
    answer = service.get("/docs")
    page = unescape(answer.body.decode())
    for path, item in service.get("/openapi.json").json()["paths"].items():
        for method in item:
            assert f"<h2>{method.upper()} {path}</h2>" in page
    assert "<script" not in page
    assert not re.search(r"(src|href)=.https?:", page)
    assert "style-src 'sha256-" in answer.headers["content-security-policy"]


def test_other_origins_are_let_in_only_when_named(service: Service, service_with):
    asking = {"origin": "https://shop.example", "access-control-request-method": "POST"}
    assert "access-control-allow-origin" not in service.get("/v1/complete?q=n", origin="https://shop.example").headers
    with serving(service_with(cors_origins=("https://shop.example",))) as opened:
        answer = opened.get("/v1/complete?q=n", origin="https://shop.example")
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
        headers = {**asking, "access-control-request-headers": "content-type,authorization"}
        preflight = opened.request("OPTIONS", "/v1/events", headers=headers)
        assert preflight.status == 200
        assert preflight.headers["access-control-allow-origin"] == "https://shop.example"
        other = opened.get("/v1/complete?q=n", origin="https://evil.example")
        assert "access-control-allow-origin" not in other.headers


def test_a_service_behind_tokens_still_describes_itself(service_with):
    with serving(service_with(tokens=Tokens(read="r", write="w"))) as service:
        assert service.get("/openapi.json").status == 200
