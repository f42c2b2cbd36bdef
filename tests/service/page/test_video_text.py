"""Titles, queries and comments in any script, and those that somebody wrote to break the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.service.page.box import Visit
from tests.service.page.known_server import PageServer
from tests.service.page.known_videos import COMMENTS, EVIL, VIDEOS
from tests.service.page.video import bar, chips, comment, expect_results, watch

MARKED = {
    ("v1", 0): ["chicken ramen"],
    ("v1", 1): ["sippli", "chicken ramen"],
    ("v1", 2): [],
    ("v1", 3): [],
    ("v2", 0): ["حذاء ابيض"],
    ("v2", 1): ["sippli"],
    ("v3", 0): ["英会話"],
    ("evil", 2): ["sippli"],
}
INERT = "document.querySelectorAll('main img, main script, dialog img, dialog script').length === 0 && !window.pwned"


def direction(page: Page, selector: str) -> str:
    return page.locator(selector).first.evaluate("node => getComputedStyle(node).direction")


@pytest.mark.parametrize("item", ["v1", "v2", "v3", "evil"])
def test_entities_are_the_words_themselves_and_the_comment_stays_as_written(visit: Visit, item: str) -> None:
    """After emoji of several code points, between directions, and in scripts without spaces."""
    page = watch(visit, item)
    texts = page.locator("#comments .text")
    assert texts.evaluate_all("texts => texts.map((text) => text.textContent)") == COMMENTS[item]
    for (of, position), words in MARKED.items():
        if of == item:
            assert comment(page, position).get_by_role("link").all_text_contents() == words


def test_comment_reads_in_its_own_direction(visit: Visit) -> None:
    page = watch(visit, "v2")
    assert {direction(page, selector) for selector in ("#title", "#comments .text", "#next .title")} == {"rtl", "ltr"}
    assert direction(page, "#title") == "rtl"
    assert direction(page, "#comments .text") == "rtl"
    assert page.locator("#title").get_attribute("lang") == VIDEOS["v2"]["locale"]
    link, text = (comment(page, 0).get_by_role("link").bounding_box(), comment(page, 0).bounding_box())
    # One word stands before it: to its right.
    assert text["x"] + text["width"] - link["x"] - link["width"] > 20


def test_query_of_another_direction_does_not_turn_the_bar(visit: Visit) -> None:
    page = watch(visit, "v2")
    lead, query = (bar(page).locator(part).bounding_box() for part in (".lead", "bdi"))
    assert lead["x"] < query["x"]


def test_words_that_become_tappable_move_nothing(visit: Visit) -> None:
    page = watch(visit, "v1")
    sides = """() => [...document.querySelectorAll('#comments .text')]
        .map((text) => text.getBoundingClientRect()).flatMap(({ x, y, width, height }) => [x, y, width, height])"""
    marked = page.evaluate(sides)
    page.evaluate("() => document.querySelectorAll('#comments .text').forEach((text) => (text.textContent += ''))")
    assert page.locator("#comments a").count() == 0
    # Pieces of a line are rounded one by one, to 1/64 of a pixel.
    assert page.evaluate(sides) == pytest.approx(marked, abs=0.1)


def test_hostile_texts_stay_texts(visit: Visit) -> None:
    page = watch(visit, "evil")
    expect(page.locator("#title")).to_have_text(EVIL)
    expect(bar(page).locator("bdi")).to_have_text(EVIL)
    expect(comment(page, 0)).to_have_text(EVIL)
    bar(page).click()
    expect_results(page, EVIL)
    assert page.evaluate(INERT)


def test_hostile_address_stays_text(visit: Visit, server: PageServer) -> None:
    page = visit("/video?item=v1&q=%3Cimg%20src%3Dx%20onerror%3D%22window.pwned%3D1%22%3E")
    expect_results(page, '<img src=x onerror="window.pwned=1">')
    assert page.evaluate(INERT)
    page = visit("/video?item=%22%3E%3Cscript%3Ewindow.pwned%3D1%3C/script%3E")
    expect(page.get_by_role("alert")).to_contain_text("Not found")
    assert page.evaluate(INERT)
    assert server.events == []


def test_long_comments_and_queries_stay_in_their_places(visit: Visit) -> None:
    page = watch(visit, "evil", viewport={"width": 320, "height": 600}, is_mobile=True, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for text in page.locator("#comments .text").all():
        assert text.bounding_box()["height"] <= 12 * 28 + 1
        assert text.evaluate("text => text.scrollWidth <= text.clientWidth")
    assert {round(chip.bounding_box()["height"]) for chip in chips(page).all()} == {52}
    assert bar(page).bounding_box()["height"] < 80
