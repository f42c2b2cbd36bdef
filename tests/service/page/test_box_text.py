"""Queries in any script, with any content."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.service.page.box import ANSWERS, Visit, box, rows, seen, typed, wait_for_answer
from tests.service.page.known_server import EVIL, PageServer


def answer_with(page: Page, suggestions: list[dict[str, Any]]) -> None:
    """Answers every question of the page with the same list."""
    page.unroute(ANSWERS)
    page.route(ANSWERS, lambda route: route.fulfill(json={"request_id": "r", "suggestions": suggestions}))


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
        ("a b a", [[4, 5], [0, 1], [0, 1]], ["a", "a"]),
        ("abcd", [[0, 2], [2, 3]], ["abc"]),
        ("soap", [[0, 4]], ["soap"]),
        ("गिटार", [[0, 1]], ["गि"]),
        ("👨‍👩‍👧 family", [[0, 1]], ["👨‍👩‍👧"]),
        ("🎸 rock 🎸 solo 🎸", [[0, 1], [7, 8], [14, 15]], ["🎸", "🎸", "🎸"]),
        ("𠮷野家 牛丼 𠮷", [[0, 1], [4, 6], [7, 8]], ["𠮷", "牛丼", "𠮷"]),
        ("北京大学", [[0, 1], [2, 3]], ["北", "大"]),
        ("موسيقى هادئة للنوم", [[0, 3], [7, 10]], ["موس", "هاد"]),
        ("cafe\u0301 noir", [[0, 4], [6, 10]], ["cafe\u0301", "noir"]),
        ("한국 음악", [[0, 1], [3, 4]], ["한", "음"]),
    ],
)
def test_highlights_are_code_points_and_never_split_a_character(
    visit: Visit, query: str, highlights: list, matched: list[str]
) -> None:
    page = visit()
    answer_with(page, [{"query": query, "score": 1, "source": "prefix", "highlights": highlights}])
    box(page).click()
    expect(rows(page).locator("mark")).to_have_text(matched)
    assert rows(page).all_text_contents() == [query]


@pytest.mark.parametrize(("query", "sign"), [("موسيقى هادئة للنوم", -1), ("one two three", 1)])
def test_matches_stand_in_the_order_in_which_the_text_is_read(visit: Visit, query: str, sign: int) -> None:
    """A mark that isolated its text would show the words of right-to-left text in the wrong order."""
    page = visit()
    starts = [query.index(word) for word in query.split()]
    highlights = [[start, start + 2] for start in starts]
    answer_with(page, [{"query": query, "score": 1, "source": "words", "highlights": highlights}])
    box(page).click()
    expect(rows(page).locator("mark")).to_have_count(3)
    lefts = [mark.bounding_box()["x"] for mark in rows(page).locator("mark").all()]
    assert lefts == sorted(lefts, key=lambda left: left * sign)


def test_match_does_not_change_how_letters_join(visit: Visit) -> None:
    """Arabic letters take their shape from their neighbours, on the other side of a cut too."""
    page = visit()
    widths = []
    for highlights in ([], [[0, 3]]):
        answer_with(page, [{"query": "موسيقى", "score": 1, "source": "prefix", "highlights": highlights}])
        box(page).fill(str(highlights))
        wait_for_answer(page, str(highlights))
        page.evaluate("document.querySelector('suggest-box').shadowRoot.querySelector('.text').style.fontWeight = 400")
        widths.append(rows(page).locator(".text").bounding_box()["width"])
    assert widths[1] == pytest.approx(widths[0], abs=0.5)


@pytest.mark.parametrize("highlights", [[], [[0, 2]]])
def test_only_what_goes_beyond_a_match_is_bold(visit: Visit, highlights: list) -> None:
    """A correction may match nothing of what was typed: all bold would say nothing."""
    page = visit()
    answer_with(page, [{"query": "guitar", "score": 1, "source": "typo", "highlights": highlights}])
    box(page).click()
    weight = rows(page).locator(".text").evaluate("text => getComputedStyle(text).fontWeight")
    assert weight == ("600" if highlights else "400")


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
