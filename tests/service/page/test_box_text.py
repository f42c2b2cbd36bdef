"""Queries in any script, with any content."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.service.page.box import ANSWERS, Visit, box, rows, seen, typed, wait_for_answer
from tests.service.page.known_server import EVIL, PageServer


def test_markup_in_a_query_stays_text(visit: Visit) -> None:
    """In the rows, in the box and in the page's log."""
    page = visit()
    field = typed(page, "<img")
    expect(rows(page)).to_have_text([EVIL])
    rows(page).first.click()
    expect(field).to_have_value(EVIL)
    expect(page.locator("#log")).to_contain_text(EVIL)
    assert page.locator("suggest-box img, #log img, suggest-box script, #log script").count() == 0
    assert page.evaluate("window.pwned") is None


def test_direction_override_ends_with_its_row(visit: Visit) -> None:
    page = visit()
    typed(page, "safe")
    assert rows(page).first.text_content() == "safe\u202etxt.exe"
    assert rows(page).first.evaluate("row => getComputedStyle(row).direction") == "ltr"
    icon, text = (rows(page).first.locator(part).bounding_box() for part in ("svg", "span"))
    assert icon["x"] < text["x"]


def test_each_row_and_the_box_take_the_direction_of_their_text(visit: Visit) -> None:
    page = visit()
    field = typed(page, "موسيقى")
    assert field.evaluate("input => getComputedStyle(input).direction") == "rtl"
    icon, text = (rows(page).first.locator(part).bounding_box() for part in ("svg", "span"))
    assert icon["x"] > text["x"]
    field.press("ArrowDown")
    field.press("ArrowDown")
    field.press("ArrowLeft")
    expect(field).to_have_value("موسيقى هادئة")


@pytest.mark.parametrize(
    ("query", "highlights", "matched"),
    [
        ("🎸🎸 guitar riffs", [[3, 9]], ["guitar"]),
        ("guitar", [], []),
        ("a b a", [[0, 1], [4, 5]], ["a", "a"]),
        ("गिटार", [[0, 1]], ["गि"]),
        ("👨‍👩‍👧 family", [[0, 1]], ["👨‍👩‍👧"]),
    ],
)
def test_highlights_are_code_points_and_never_split_a_character(
    visit: Visit, query: str, highlights: list, matched: list[str]
) -> None:
    page = visit()
    suggestion = {"query": query, "score": 1, "source": "prefix", "highlights": highlights}
    page.route(ANSWERS, lambda route: route.fulfill(json={"request_id": "r", "suggestions": [suggestion]}))
    box(page).click()
    expect(rows(page)).to_have_text([query])
    assert rows(page).locator("mark").all_text_contents() == matched


def test_composition_neither_asks_nor_submits_until_it_ends(visit: Visit, server: PageServer) -> None:
    page = visit()
    field = box(page)
    field.click()
    wait_for_answer(page, "")
    keyboard = page.context.new_cdp_session(page)
    for text in ("ㄱ", "기", "깅"):
        keyboard.send("Input.imeSetComposition", {"text": text, "selectionStart": 1, "selectionEnd": 1})
    expect(field).to_have_value("깅")
    field.evaluate("input => input.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true}))")
    assert [question["q"] for question in server.questions] == [""]
    assert seen(page, "submit") == []
    keyboard.send("Input.insertText", {"text": "기타"})
    wait_for_answer(page, "기타")
    assert [question["q"] for question in server.questions] == ["", "기타"]


def test_composition_on_android_asks_for_every_letter(visit: Visit, server: PageServer) -> None:
    """Its keyboards compose every word, so that waiting would show nothing before the space."""
    page = visit(user_agent="Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile")
    box(page).click()
    page.context.new_cdp_session(page).send(
        "Input.imeSetComposition", {"text": "guit", "selectionStart": 4, "selectionEnd": 4}
    )
    wait_for_answer(page, "guit")
    expect(rows(page).first).to_have_text("guitar")
