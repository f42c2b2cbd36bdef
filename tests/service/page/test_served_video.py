"""The page of a video as the service itself serves it: real answers, real offsets, and what is tapped is learned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from suggest.engine.comment_entities import SERVICE_MAX_PER_CHARS, SERVICE_MIN_SCORE
from tests.service.page.box import Visit, rows, typed
from tests.service.page.video import bar, comment, expect_results, tap, watch
from tests.service.processes import Running, started

QUERIES = ("nivea cream", "nivea cream price", "nivea soft", "chicken ramen", "موسيقى هادئة")
ITEMS = [
    {"item": "v/1", "title": "a week with nivea cream", "tags": ["nivea cream"], "locale": "en-US"},
    {"item": "v2", "title": "chicken ramen at home", "tags": ["chicken ramen"], "locale": "en-US"},
]
# Long enough for two marked words each: the service keeps short comments calmer.
COMMENTS = [
    "👩‍👩‍👧‍👦😍 that Nivea Cream again, and after it I will make #ChickenRamen for all of us at home",
    "https://example.org/nivea-cream @nivea_cream",
    "أحب موسيقى هادئة في البيت بعد يوم طويل في العمل وبعد المدرسة مع Nivea Soft كل يوم جدا",
    "nivea cream" + "\u0300" * 300 + " <b>nivea soft</b>",
]
MARKED = [["Nivea Cream", "#ChickenRamen"], [], ["موسيقى هادئة", "Nivea Soft"]]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service over two videos; nothing here needs meaning, so it is built without an encoder."""
    from suggest.pipelines.build import build

    folder = tmp_path_factory.mktemp("video")
    comments = [{"comment": f"c{n}", "item": "v/1", "text": text, "user": f"u{n}"} for n, text in enumerate(COMMENTS)]
    build(
        folder / "index",
        queries=[write(folder / "queries.jsonl", [{"query": query, "count": 20} for query in QUERIES])],
        items=[write(folder / "items.jsonl", ITEMS)],
        comments=[write(folder / "comments.jsonl", comments)],
        lexicon=[write(folder / "lexicon.jsonl", [{"name": "Nivea Soft"}])],
        encoder="none",
    )
    # Two items teach little: the gate beside items would leave nothing.
    gates = (None, None, SERVICE_MIN_SCORE, SERVICE_MAX_PER_CHARS)
    with started(folder / "index", "memory://", options={"demo": str(folder), "gates": gates}) as running:
        yield running


def test_served_video_marks_words_searches_them_and_learns(visit: Visit, served: Running) -> None:
    """`visit` fails on any violation of the policy that the service sends with the page."""
    page = watch(visit, "v%2F1", served=served.url, user="user-1")
    for position, words in enumerate(MARKED):
        assert comment(page, position).get_by_role("link").all_text_contents() == words
    assert page.locator("#comments .text").evaluate_all("texts => texts.map((text) => text.textContent)") == COMMENTS
    tap(page, comment(page, 0).get_by_role("link", name="#ChickenRamen"))
    expect_results(page, "chicken ramen")
    expect(page.locator("#found a")).to_have_text(["chicken ramen at home"])
    page.keyboard.press("Escape")
    typed(page, "chi")
    expect(rows(page).first).to_have_text("chicken ramen, searched before")


def test_served_bar_is_a_query_of_the_index_and_its_tap_is_accepted(visit: Visit, served: Running) -> None:
    page = watch(visit, "v%2F1", served=served.url, user="user-2")
    query = bar(page).locator("bdi").inner_text()
    assert query in QUERIES
    with page.expect_response("**/v1/events") as told:
        tap(page, bar(page))
    assert told.value.json()["rejected"] == []
    assert told.value.json()["accepted"] >= 3
    expect_results(page, query)
