"""Filters, other matches than the prefix, what was cut short, and the counters of all that, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from itertools import count
from pathlib import Path
from urllib.parse import quote

import orjson
import pytest

from suggest.service.hot import FALLBACK_DEADLINE_S
from suggest.service.settings import Settings
from suggest.service.tokens import Tokens
from tests.engine.small import write_generation
from tests.service.asgi import Service, serving


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Service]:
    """A service over queries with attributes."""
    kinds = {"guitar lessons": [("kind", "course")], "guitar strings": [("kind", "shop"), ("tags", "music")]}
    write_generation(tmp_path, {"guitar lessons": 50, "guitar strings": 20, "jazz guitar": 9}, attributes=kinds)
    with serving(Settings(str(tmp_path), "memory://", Tokens())) as running:
        yield running


def asked(service: Service, query_string: str) -> dict[str, object]:
    answer = service.get(f"/v1/complete?{query_string}")
    assert answer.status == 200
    return answer.json()


def shown(service: Service, query_string: str) -> list[str]:
    return [suggestion["query"] for suggestion in asked(service, query_string)["suggestions"]]


def counted(service: Service, metric: str) -> dict[str, float]:
    """The value of a metric by search."""
    text = service.get("/metrics").body.decode()
    return {
        name: float(value) for name, value in re.findall(rf'^{metric}{{search="(\w+)"}} (\S+)$', text, re.MULTILINE)
    }


@pytest.mark.parametrize(
    ("where", "left"),
    [
        ({"kind": "shop"}, ["guitar strings"]),
        ({"not": {"kind": "shop"}}, ["guitar lessons", "jazz guitar"]),
        ({"any": [{"kind": "course"}, {"tags": ["music", "live"]}]}, ["guitar lessons", "guitar strings"]),
        ({"all": [{"kind": "shop"}, {"tags": "live"}]}, []),
    ],
)
def test_where_filters_what_any_search_finds(shop: Service, where: dict[str, object], left: list[str]):
    assert shown(shop, f"q=guitar&where={quote(orjson.dumps(where))}") == left


def test_a_field_that_does_not_exist_is_a_bad_argument(shop: Service):
    answer = shop.get("/v1/complete?q=g&where=%7B%22genre%22:%22jazz%22%7D")
    assert answer.status == 422
    assert answer.problem()["argument"] == "where"


def test_match_and_source_tell_how_a_suggestion_was_found(shop: Service):
    (found,) = asked(shop, "q=guitra+les&explain=true")["suggestions"]
    assert (found["query"], found["source"], found["highlights"]) == ("guitar lessons", "typo", [[0, 6], [7, 10]])
    assert (found["explanation"]["match"], found["explanation"]["edits"]) == ("typo", 1)
    assert shown(shop, "q=guitra+les&match=prefix") == []


def test_an_answer_that_a_deadline_cut_says_so_and_is_not_kept(shop: Service, monkeypatch):
    monkeypatch.setattr("suggest.service.hot.FALLBACK_DEADLINE_S", -1.0)
    cut = asked(shop, "q=guitra&k=9")
    assert cut["degraded"] is True
    assert counted(shop, "suggest_fallback_searches_cut_total")["typo"] == 1
    monkeypatch.setattr("suggest.service.hot.FALLBACK_DEADLINE_S", 10.0)
    assert asked(shop, "q=guitra&k=9")["degraded"] is False
    assert shown(shop, "q=guitra&k=9")[0] == "guitar lessons"


@pytest.mark.parametrize(("step_s", "is_cut"), [(1e-6, False), (0.021, True)])
def test_a_search_is_cut_after_twenty_milliseconds_and_not_before(shop: Service, monkeypatch, step_s, is_cut):
    """On a clock that moves with every look at it: a busy machine must not empty answers, a hanging search must end."""
    ticks = count()
    monkeypatch.setattr("suggest.service.hot.FALLBACK_DEADLINE_S", FALLBACK_DEADLINE_S)
    monkeypatch.setattr(import_module("suggest.candidates.gather"), "perf_counter", lambda: next(ticks) * step_s)
    assert asked(shop, "q=guitra&k=9")["degraded"] is is_cut
    assert bool(counted(shop, "suggest_fallback_searches_cut_total")) is is_cut


def test_searches_besides_the_prefix_are_counted_when_an_answer_is_made(shop: Service):
    assert counted(shop, "suggest_fallback_searches_total") == {}
    shown(shop, "q=guitar&k=2&match=prefix")
    assert counted(shop, "suggest_fallback_searches_total") == {}
    for _ in range(3):  # two of them are kept ready
        shown(shop, "q=lessons+gui")
    searches = counted(shop, "suggest_fallback_searches_total")
    assert searches["words"] == searches["script"] == 1
    assert counted(shop, "suggest_fallback_searches_cut_total") == {}


def test_opensearch_counts_its_searches_too(shop: Service):
    assert shop.get("/v1/opensearch?q=lessons+gui").json()[1] == ["guitar lessons"]
    assert counted(shop, "suggest_fallback_searches_total")["words"] == 1
