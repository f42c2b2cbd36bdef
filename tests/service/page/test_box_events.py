"""What the box tells the service, so that the engine learns from it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from suggest.types import parse_event
from tests.service.page.box import Visit, box, own_page, rows, seen, typed
from tests.service.page.known_server import PageServer

LEARNING = '<suggest-box user="u1" locale="en-US" session="s1" events="on" k="3"></suggest-box><p tabindex=0>Beside</p>'


def send(page: Page, key: str) -> None:
    with page.expect_response("**/v1/events"):
        page.keyboard.press(key)


def told(server: PageServer, kind: str) -> list[dict[str, Any]]:
    """Events of one type, without what is the same in all of them."""
    common = {"type", "ts", "user", "locale", "session"}
    return [{k: v for k, v in event.items() if k not in common} for event in server.events if event["type"] == kind]


def test_picked_row_sends_impression_click_and_search(visit: Visit, server: PageServer) -> None:
    page = visit(own_page(server, LEARNING))
    typed(page, "guitar")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    send(page, "Enter")
    request_id = seen(page, "answer")[-1]["requestId"]
    shown = ["guitar", "guitar chords", "guitar lessons for beginners"]
    row = {"request_id": request_id, "query": "guitar chords"}
    assert told(server, "impression") == [
        {"surface": "typeahead", "request_id": request_id, "input": "guitar", "shown": shown}
    ]
    assert told(server, "click") == [{"surface": "typeahead", "position": 1, **row}]
    assert told(server, "search") == [{"prefix": "guitar", "source": "typeahead", **row}]


def test_typed_search_sends_source_typed_and_no_click(visit: Visit, server: PageServer) -> None:
    page = visit(own_page(server, LEARNING))
    typed(page, "guitar")
    send(page, "Enter")
    assert told(server, "search") == [{"query": "guitar", "prefix": "guitar", "source": "typed"}]
    assert [event["type"] for event in server.events] == ["impression", "search"]


def test_every_event_is_one_the_service_accepts(visit: Visit, server: PageServer) -> None:
    """The parser of the service is the judge; user, locale and session are those of the box."""
    page = visit(own_page(server, LEARNING))
    for text in ("guitar", "", "موس"):
        typed(page, text)
        page.keyboard.press("ArrowDown")
        send(page, "Enter")
    assert len(server.events) == 9
    for event in map(parse_event, server.events):
        assert (event.user, event.locale, event.session) == ("u1", "en-US", "s1")


def test_taken_row_clicks_once_however_often_it_is_searched(visit: Visit, server: PageServer) -> None:
    page = visit(own_page(server, LEARNING))
    typed(page, "guitar")
    page.keyboard.press("ArrowDown")
    send(page, "Enter")
    send(page, "Enter")
    assert len(told(server, "click")) == 1
    assert [search["source"] for search in told(server, "search")] == ["typeahead", "typeahead"]


def test_leaving_tells_what_was_shown_once(visit: Visit, server: PageServer) -> None:
    page = visit(own_page(server, LEARNING))
    typed(page, "garden")
    send(page, "Tab")
    assert [event["type"] for event in server.events] == ["impression"]


def test_impression_ends_at_the_last_row_in_view(visit: Visit, server: PageServer) -> None:
    """The panel scrolls: rows below its edge were not seen."""
    page = visit(own_page(server, LEARNING.replace('k="3"', 'k="40"')), viewport={"width": 800, "height": 400})
    typed(page, "list")
    rows_in_view = page.evaluate(
        """() => {
            const root = document.querySelector("suggest-box").shadowRoot;
            const bottom = root.querySelector(".panel").getBoundingClientRect().bottom;
            return [...root.querySelectorAll("li")].filter((row) => row.getBoundingClientRect().top < bottom).length;
        }"""
    )
    send(page, "Enter")
    assert 3 < rows_in_view < 30
    assert len(told(server, "impression")[0]["shown"]) == rows_in_view
    assert rows(page).count() == 0


@pytest.mark.parametrize("removed", ['user="u1"', 'events="on"'])
def test_nothing_is_told_without_a_user_or_unasked(visit: Visit, server: PageServer, removed: str) -> None:
    page = visit(own_page(server, LEARNING.replace(removed, "")))
    posts = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    typed(page, "guitar").press("ArrowDown")
    page.keyboard.press("Enter")
    typed(page, "garden")
    page.keyboard.press("Tab")
    expect(rows(page)).to_have_count(0)
    assert posts == []


def test_refused_events_leave_the_box_working(visit: Visit, server: PageServer) -> None:
    page = visit(own_page(server, LEARNING))
    page.route("**/v1/events", lambda route: route.fulfill(status=401, json={"title": "A token is needed"}))
    typed(page, "guitar")
    send(page, "Enter")
    page.wait_for_function("seen.some(([type]) => type === 'error')")
    assert seen(page, "error") == [{"status": 401, "title": "A token is needed"}]
    typed(page, "garden")
    expect(rows(page)).to_have_text(["garden"])
    assert box(page).is_enabled()
