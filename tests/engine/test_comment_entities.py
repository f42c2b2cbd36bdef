"""Spans of comments: laws over any text, and examples in many scripts over a small lexicon."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest import Engine
from suggest.engine.comment_entities import MAX_CHARS
from suggest.errors import ArgumentError
from suggest.pipelines.build import build
from suggest.text import normalise
from suggest.text.masks import masked
from suggest.types import EntitySpan

QUERIES = {
    "nivea cream": 40,
    "black friday": 30,
    "road trip": 20,
    "niveau test": 9,
    "تخت جمشید": 8,
    "海南航空": 7,
    "secret thing": 6,
    "шоколадный торт": 5,
}
QUERY_ROWS: list[dict[str, Any]] = [{"query": query, "count": n} for query, n in QUERIES.items()]
LEXICON: list[dict[str, Any]] = [
    {"name": "Nivea", "kind": "brand", "query": "nivea cream", "aliases": ["niveea"]},
    {"name": "Orange", "kind": "music", "query": "orange tour dates"},
    {"name": "Orange", "kind": "fruit", "query": "orange juice recipe"},
    {"name": "Zoltan Quist", "kind": "person"},
    {"name": "Fuckface", "kind": "band"},
    {"name": "Velmora", "kind": "brand", "query": "call 4111 1111 1111 1111"},
    {"name": "नरेंद्र मोदी", "kind": "person"},
    {"name": "إعلان", "kind": "thing", "query": "velmora"},
]
ITEMS: list[dict[str, Any]] = [
    {"item": "kitchen", "title": "My best juice recipe with fruit", "tags": ["breakfast"]},
    {"item": "concert", "title": "Live music tour 2026"},
]
EVERYTHING = st.characters(exclude_categories=[])


def written(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("comments")
    build(
        folder / "index",
        queries=[written(folder / "queries.jsonl", QUERY_ROWS)],
        lexicon=[written(folder / "lexicon.jsonl", LEXICON)],
        items=[written(folder / "items.jsonl", ITEMS)],
        encoder="none",
    )
    return folder / "index"


@pytest.fixture(scope="module")
def engine(index: Path) -> Iterator[Engine]:
    with Engine.open(index) as opened:
        yield opened


def pairs(spans: list[EntitySpan]) -> list[tuple[str, str]]:
    return [(span.surface, span.query) for span in spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("that Nivea cream 😍", [("Nivea cream", "nivea cream")]),
        ("i use niveea daily", [("niveea", "nivea cream")]),
        ("😍😍 NIVEA\u2019s smell", [("NIVEA", "nivea cream")]),
        ("so excited for #BlackFriday!!", [("#BlackFriday", "black friday")]),
        ("so excited for #blackfriday", [("#blackfriday", "black friday")]),
        ("next road trips please", [("road trips", "road trip")]),
        ("mail nivea@nivea.com or @nivea, see https://nivea.com/nivea", []),
        ("SEE HTTPS://NIVEA.COM/Nivea OR WWW.NIVEA.COM", []),
        ("\u202enivea\u202c ok", [("nivea", "nivea cream")]),
        ("رفتیم تخت جمشید 🙂", [("تخت جمشید", "تخت جمشید")]),
        ("我坐海南航空去", [("海南航空", "海南航空")]),
        ("आज नरेंद्र मोदी आए", [("नरेंद्र मोदी", "नरेंद्र मोदी")]),
        ("испекла шоколадный торт, очень вкусно", [("шоколадный торт", "шоколадный торт")]),
        ("niveau testing", []),
        ("", []),
        ("   \n", []),
    ],
)
def test_comment_entities_are_the_names_in_a_comment(
    engine: Engine, text: str, expected: list[tuple[str, str]]
) -> None:
    known = {query for _, query in expected} | {row.get("query", row["name"]) for row in LEXICON} | set(QUERIES)
    assert [pair for pair in pairs(engine.comment_entities(text)) if pair[1] in known] == expected


def test_comment_entities_take_what_fits_the_item(engine: Engine) -> None:
    text = "this Orange is the best"
    assert pairs(engine.comment_entities(text, item="kitchen")) == [("Orange", "orange juice recipe")]
    assert pairs(engine.comment_entities(text, item="concert")) == [("Orange", "orange tour dates")]
    assert [span.kind for span in engine.comment_entities(text, item="concert")] == ["music"]
    near = engine.comment_entities(text, item="kitchen")[0].score
    assert near > engine.comment_entities(text, item="unknown")[0].score


def test_comment_entities_never_search_for_what_the_policy_refuses(engine: Engine) -> None:
    spans = engine.comment_entities("Fuckface and Velmora with Zoltan Quist, call 4111 1111 1111 1111 fuckface")
    assert "Zoltan Quist" in {span.query for span in spans}
    assert not [span for span in spans if "fuck" in span.query.lower() or "4111" in span.query]


def test_a_blocked_query_is_not_in_comments(index: Path) -> None:
    with Engine.open(index) as engine:
        text = "that Nivea cream with Zoltan Quist on a road trip"
        assert len(engine.comment_entities(text)) >= 3
        engine.block(["nivea cream", "ZOLTAN QUIST"])
        assert pairs(engine.comment_entities(text)) == [("road trip", "road trip")]


def test_comment_entities_of_a_deleted_item_know_nothing_of_it(index: Path) -> None:
    with Engine.open(index) as engine:
        alone = engine.comment_entities("this Orange is the best")
        engine.observe([{"type": "delete", "item": "kitchen", "ts": 1_790_000_000, "user": "admin"}])
        assert engine.comment_entities("this Orange is the best", item="kitchen") == alone


def test_limits_keep_the_best_in_the_order_of_the_text(engine: Engine) -> None:
    text = "road trip with Nivea cream and Zoltan Quist on black friday"
    spans = engine.comment_entities(text)
    assert len(spans) == 4
    scores = sorted((span.score for span in spans), reverse=True)
    assert engine.comment_entities(text, min_score=scores[1]) == [span for span in spans if span.score >= scores[1]]
    assert engine.comment_entities(text, max_per_chars=1 / len(text)) == [max(spans, key=lambda span: span.score)]
    assert engine.comment_entities(text, max_per_chars=0) == []
    with pytest.raises(ArgumentError, match="min_score"):
        engine.comment_entities(text, min_score=-1)
    with pytest.raises(ArgumentError, match="max_per_chars"):
        engine.comment_entities(text, max_per_chars=float("nan"))


def test_explanation_adds_up_to_the_score(engine: Engine) -> None:
    (span,) = engine.comment_entities("that Nivea cream", explain=True)
    assert span.explanation is not None
    assert sum(span.explanation["name"].values()) > 0
    assert (sum(span.explanation["tap"].values()) > 0) == (span.score > 0.5)


def test_a_batch_is_its_comments_one_by_one(engine: Engine) -> None:
    texts = ["that Nivea cream", "", "on #BlackFriday", "this Orange"]
    alone = [engine.comment_entities(text, item="kitchen") for text in texts]
    assert engine.entities_of_comments(texts, item="kitchen") == alone


@settings(max_examples=150, deadline=None)
@given(
    text=st.lists(
        st.one_of(
            st.text(EVERYTHING, max_size=12),
            st.sampled_from(
                ["Nivea", "road trip", "#BlackFriday", "@nivea", "https://nivea.com", "海南航空", "!", "'s"]
            ),
        ),
        max_size=10,
    ).map(" ".join)
)
def test_spans_are_disjoint_parts_of_the_text_outside_of_masks(engine: Engine, text: str) -> None:
    spans = engine.comment_entities(text)
    at = 0
    for span in spans:
        assert at <= span.start < span.end <= len(text)
        assert span.surface == text[span.start : span.end]
        assert 0 <= span.score <= 1
        assert any(map(str.isalnum, normalise(span.query)))
        assert all(end <= span.start or span.end <= start for start, end in masked(text))
        at = span.end
    assert engine.comment_entities(text) == spans


@pytest.mark.parametrize(
    "text",
    [
        "nivea " * 200_000,
        "#a1b2" * 50_000,
        " ".join(f"#tag{n}" for n in range(50_000)),
        "n" + "\u0301" * 100_000,
        "\u202e" * 5_000 + "nivea",
        "\ud800" * 5_000,
        "海" * 10_000,
        "@" * 10_000,
        "http://" * 2_000,
    ],
    ids=["words", "glued", "hashtags", "marks", "overrides", "surrogates", "han", "mentions", "addresses"],
)
def test_hostile_comments_are_read_up_to_a_bound(engine: Engine, text: str) -> None:
    spans = engine.comment_entities(text)
    assert all(span.end <= MAX_CHARS for span in spans)
