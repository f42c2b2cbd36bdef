"""Features of what the log knows beyond popularity, through a build and a request, against a count by hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from math import log, log1p
from typing import Any

import numpy as np
import orjson
import pytest

from suggest.engine import Engine
from suggest.features import column
from suggest.features.popularity import PRIOR_SEARCHES
from suggest.index.clicks import PRIOR_CLICKS
from suggest.pipelines.build import MAX_PER_USER, build
from suggest.types import DAY_US, rfc3339

DAY_S = DAY_US // 1_000_000
START_S = 1_700_000_000
N_DAYS = 40
QUERIES = ["nivea", "nivea cream", "nike", "nikon", "night"]
TO_4_PERCENT = 0.045
"""What is kept in a byte."""


def _log() -> list[dict[str, Any]]:
    """People of two regions search in the morning, two queries a session; a flood joins them."""
    rng = np.random.default_rng(3)
    records = []
    for number in range(300):
        user, ts = f"u{number % 40}", START_S + number * N_DAYS * DAY_S // 300
        region = [None, "DE", "us"][number % 40 % 3]
        first, second = rng.choice(QUERIES, 2, p=[0.4, 0.3, 0.15, 0.1, 0.05])
        for offset, query in ((0, first), (60, second)):
            record = {"type": "search", "ts": ts + offset, "user": user, "query": str(query)}
            records.append(record | ({"region": region} if region else {}))
    flood = {"type": "search", "user": "flood", "query": "nikon", "region": "de"}
    records += [flood | {"ts": START_S + N_DAYS * DAY_S - 50 + n} for n in range(50)]
    return records


def _impressions(rng: np.random.Generator) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    for number in range(400):
        shown = [str(query) for query in rng.permutation(QUERIES[:4])]
        common = {"ts": START_S + number, "user": f"u{number % 40}", "request_id": f"r{number}"}
        records.append({"type": "impression", "surface": "typeahead", "input": "ni", "shown": shown, **common})
        wanted = [place for place, query in enumerate(shown) if query == "nike" and rng.random() < 0.9 / (1 + place)]
        records += [{"type": "click", "query": shown[place], "position": place, **common} for place in wanted]
    return records


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("behaviour")
    records = [*_log(), *_impressions(np.random.default_rng(4))]
    (folder / "events.jsonl").write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    build(folder / "index", events=[folder / "events.jsonl"])
    return folder / "index"


@pytest.fixture
def engine(index):
    with Engine.open(index) as opened:
        yield opened


NOW_S = START_S + (N_DAYS + 3) * DAY_S


def _features(engine: Engine, name: str, *, now_s: int = NOW_S, user: str = "new", **more: Any) -> dict[str, float]:
    scored = engine.scored("ni", user, rfc3339(now_s * 1_000_000), **more)
    return dict(zip(scored.keys, scored.features[:, column(name)].tolist(), strict=True))


def _bounded(weights: dict[tuple[str, str], float]) -> Counter[str]:
    totals: Counter[str] = Counter()
    for (_, query), weight in weights.items():
        totals[query] += min(weight, MAX_PER_USER)
    return totals


def _halved(days: float, at_s: int) -> Counter[str]:
    weights: defaultdict[tuple[str, str], float] = defaultdict(float)
    for record in _log():
        weights[record["user"], record["query"]] += 0.5 ** ((at_s - record["ts"]) / DAY_S / days)
    return _bounded(weights)


def _weights(region: str | None = None) -> Counter[str]:
    weights = Counter(
        (record["user"], record["query"])
        for record in _log()
        if region is None or record.get("region", "").casefold() == region
    )
    return _bounded(weights)


@pytest.mark.parametrize(("name", "half_life"), [("decayed_day", 1), ("decayed_week", 7), ("decayed", 30)])
@pytest.mark.parametrize("later", [0, 3])
def test_decayed_counts_are_those_of_the_request_and_not_of_the_clock(engine, name, half_life, later):
    watermark_s = max(record["ts"] for record in _log())
    found = _features(engine, name, now_s=watermark_s + later * DAY_S)
    at_build = _halved(half_life, watermark_s)
    expected = {query: at_build[query] * 0.5 ** (later / half_life) for query in QUERIES}
    assert found == pytest.approx(expected, rel=TO_4_PERCENT)


def test_a_request_before_the_build_knows_no_more_than_the_build(engine):
    watermark_s = max(record["ts"] for record in _log())
    assert _features(engine, "decayed_day", now_s=watermark_s - DAY_S) == _features(
        engine, "decayed_day", now_s=watermark_s
    )


def test_trend_compares_the_last_weeks_with_those_of_all(engine):
    recent, weights = _halved(7, max(record["ts"] for record in _log())), _weights()
    usual = sum(recent.values()) / sum(weights.values())
    expected = {
        query: log((recent[query] / usual + PRIOR_SEARCHES) / (weights[query] + PRIOR_SEARCHES)) for query in QUERIES
    }
    assert _features(engine, "trend") == pytest.approx(expected, abs=TO_4_PERCENT)


@pytest.mark.parametrize("region", ["de", "DE", "us"])
def test_region_features_are_those_of_the_region(engine, region):
    there, everywhere = _weights(region.casefold()), _weights()
    share = sum(there.values()) / sum(everywhere.values())
    found = _features(engine, "popularity_region", region=region)
    assert found == pytest.approx({query: there[query] for query in QUERIES}, rel=TO_4_PERCENT)
    lift = {
        query: log((there[query] + PRIOR_SEARCHES) / (everywhere[query] * share + PRIOR_SEARCHES)) for query in QUERIES
    }
    assert _features(engine, "region_lift", region=region) == pytest.approx(lift, abs=TO_4_PERCENT)


@pytest.mark.parametrize("region", [None, "fr"])
def test_an_unknown_region_says_nothing(engine, region):
    assert set(_features(engine, "region_lift", region=region).values()) == {0.0}
    assert set(_features(engine, "popularity_region", region=region).values()) == {0.0}


def test_clicks_are_without_the_bias_of_positions(engine):
    records = _impressions(np.random.default_rng(4))
    n_clicks = Counter(record["query"] for record in records if record["type"] == "click")
    assert set(n_clicks) == {"nike"}
    clicks, rate = _features(engine, "clicks"), _features(engine, "click_rate")
    assert clicks == pytest.approx({query: n_clicks[query] for query in QUERIES}, rel=TO_4_PERCENT)
    # In random order every query was looked at alike, and a quarter of the clicks was expected of each.
    expected = {
        query: log((n_clicks[query] + PRIOR_CLICKS) / (n_clicks["nike"] / 4 + PRIOR_CLICKS)) for query in n_clicks
    }
    assert rate["nike"] == pytest.approx(expected["nike"], abs=0.1)
    assert rate["nivea"] < -2
    assert rate["night"] == 0
    examined = _features(engine, "examined")
    assert examined["nivea"] == pytest.approx(examined["nike"], rel=0.15)


def _steps() -> tuple[dict[tuple[str, str], set[str]], dict[str, set[str]]]:
    by_user = defaultdict(list)
    for record in sorted(_log(), key=lambda r: r["ts"]):
        by_user[record["user"]].append((record["ts"], record["query"]))
    steps, left = defaultdict(set), defaultdict(set)
    for user, searches in by_user.items():
        for (ts, query), (next_ts, after) in pairwise(searches):
            # `nivea` a minute before `nivea cream` is a query of its own: only ten seconds make it half-typed.
            if next_ts - ts <= 1800 and query != after:
                steps[query, after].add(user)
                left[query].add(user)
    return steps, left


@pytest.mark.parametrize("latest", ["nivea", "nike", "night"])
def test_transitions_are_those_from_the_latest_query_of_the_session(engine, latest):
    engine.observe([{"type": "search", "ts": NOW_S - 60, "user": "p", "query": latest}])
    steps, left = _steps()
    n_users = {query: len(steps[latest, query]) for query in QUERIES}
    kept = {query: n if n >= 2 else 0 for query, n in n_users.items()}
    found = _features(engine, "transitions", user="p")
    assert found == pytest.approx({query: log1p(n) for query, n in kept.items()})
    share = {query: n / len(left[latest]) for query, n in kept.items()}
    assert _features(engine, "transition_share", user="p") == pytest.approx(share)


def test_without_a_session_there_is_no_transition(engine):
    engine.observe([{"type": "search", "ts": NOW_S - DAY_S, "user": "q", "query": "nivea"}])
    assert set(_features(engine, "transitions", user="q").values()) == {0.0}
