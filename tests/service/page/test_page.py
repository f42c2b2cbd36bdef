"""The demo page: who one is, how fast the answer was, what was learnt, and how it looks."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest
from playwright.sync_api import Locator, Page, expect

from suggest.types import Source
from tests.service.page.box import ANSWERS, Visit, box, own_page, rows, typed
from tests.service.page.known_server import PageServer

# The colours of a text and of its ground, those that shine through mixed in.
COLOURS = """(node, pseudo) => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const rgb = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const over = (front, back) => front.map((value, at) => (value * front[3] + back[at] * (255 - front[3])) / 255);
    const grounds = [];
    for (let behind = node; grounds.at(-1)?.[3] !== 255; behind = behind.parentElement ?? behind.getRootNode().host)
        grounds.push(rgb(getComputedStyle(behind).backgroundColor));
    const ground = grounds.reduceRight((back, front) => over(front, back));
    return [over(rgb(getComputedStyle(node, pseudo).color), ground), ground];
}"""


def luminance(rgb: list[float]) -> float:
    """Relative luminance of WCAG 2.2, from 0 (black) to 1 (white)."""
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in (c / 255 for c in rgb[:3])
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(node: Locator, pseudo: str | None = None) -> float:
    light, dark = sorted((luminance(rgb) for rgb in node.evaluate(COLOURS, pseudo)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def search_as(page: Page, user: str, query: str) -> None:
    page.select_option("#user", user)
    typed(page, query)
    with page.expect_response("**/v1/events"):
        page.keyboard.press("Enter")


def test_search_of_a_person_comes_first_for_that_person_only(visit: Visit) -> None:
    page = visit()
    search_as(page, "user-1", "guitar solo")
    expect(page.locator("#log li").first).to_contain_text("user-1 searched “guitar solo”")
    typed(page, "guitar")
    expect(rows(page).first).to_have_text("guitar solo, searched before")
    page.select_option("#user", "user-2")
    typed(page, "guitar")
    expect(rows(page).first).to_have_text("guitar")


def suggestion(query: str, source: str) -> dict[str, Any]:
    return {"query": query, "score": 1, "source": source, "highlights": []}


def show(page: Page, suggestions: list[dict[str, Any]]) -> None:
    """Opens the box on a list of these."""
    page.route(ANSWERS, lambda route: route.fulfill(json={"request_id": "r", "suggestions": suggestions}))
    box(page).click()
    expect(rows(page)).to_have_count(len(suggestions))


def test_row_says_why_it_is_there_unless_it_begins_with_what_was_typed(visit: Visit) -> None:
    page = visit()
    show(page, [suggestion("soap", source) for source in ("prefix", "history", "words", "typo", "script", "new-kind")])
    told = ["soap", "soap, searched before", "soap, same words", "soap, corrected", "soap, other script", "soap"]
    expect(rows(page)).to_have_text(told)
    assert [label.is_visible() for label in rows(page).locator(".source").all()] == [True] * 4
    expect(page.get_by_role("option", name=re.compile("soap ?, corrected"))).to_have_count(1)


def test_every_source_but_what_was_typed_has_words(visit: Visit) -> None:
    """What an item answers is shown beside it, not in a box."""
    worded = visit().evaluate("import('/static/suggest-box.js').then(({ messages }) => Object.keys(messages.sources))")
    assert set(worded) == set(get_args(Source)) - {"prefix", "item"}


def test_box_of_another_page_names_sources_to_screen_readers_only(visit: Visit, server: PageServer) -> None:
    page = visit(own_page(server, "<suggest-box></suggest-box>"))
    show(page, [suggestion("soap", "typo")])
    expect(page.get_by_role("option", name=re.compile("soap ?, corrected"))).to_have_count(1)
    assert rows(page).locator(".source").bounding_box()["width"] <= 1


@pytest.mark.parametrize(("query", "side"), [("soap", "right"), ("صابون", "left")])
def test_label_stands_at_the_end_of_its_row(visit: Visit, query: str, side: str) -> None:
    page = visit()
    show(page, [suggestion(query, "typo")])
    row, label = (node.bounding_box() for node in (rows(page), rows(page).locator(".source")))
    gaps = {"left": label["x"] - row["x"], "right": row["x"] + row["width"] - label["x"] - label["width"]}
    assert gaps[side] == pytest.approx(18, abs=1)


@pytest.mark.parametrize(
    "settings", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"forced_colors": "active"}], ids=str
)
def test_label_has_contrast(visit: Visit, settings: dict[str, Any]) -> None:
    page = visit(**settings)
    show(page, [suggestion("soap", "typo"), suggestion("sofa", "words")])
    box(page).press("ArrowDown")
    for label in rows(page).locator(".source").all():
        assert contrast(label) >= 4.5


def test_label_leaves_the_query_room_on_a_phone(visit: Visit) -> None:
    page = visit(viewport={"width": 320, "height": 600}, is_mobile=True, has_touch=True)
    show(page, [suggestion("a query of many words that has to wrap " * 2, "history"), suggestion("w" * 80, "typo")])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for row in rows(page).all():
        assert row.evaluate("row => row.scrollWidth <= row.clientWidth")
        assert row.locator(".text").bounding_box()["width"] > row.bounding_box()["width"] / 3


def test_own_searches_carry_another_icon(visit: Visit) -> None:
    page = visit()
    search_as(page, "user-1", "garden")
    typed(page, "g")
    icons = rows(page).locator("svg path").evaluate_all("paths => paths.map((path) => path.getAttribute('d'))")
    assert len(set(icons[1:])) == 1
    assert icons[0] != icons[1]


def test_person_with_another_name_can_be_given(visit: Visit, server: PageServer) -> None:
    page = visit()
    page.select_option("#user", "other")
    page.get_by_label("named").fill("Zoë")
    typed(page, "guitar")
    assert server.questions[-1]["user"] == "Zoë"


def test_nobody_is_told_that_nothing_is_remembered(visit: Visit, server: PageServer) -> None:
    page = visit()
    typed(page, "guitar").press("Enter")
    expect(page.locator("#log li").first).to_contain_text("Nobody searched “guitar”")
    assert server.events == []


def test_refused_search_is_said_to_be_not_recorded(visit: Visit) -> None:
    page = visit()
    answer = {"accepted": 1, "duplicates": 0, "rejected": [{"index": 1, "reason": "future_ts"}]}
    page.route("**/v1/events", lambda route: route.fulfill(status=202, json=answer))
    search_as(page, "user-1", "guitar")
    expect(page.locator("#log li").first).to_contain_text("not recorded: future_ts")


def test_language_is_part_of_the_question(visit: Visit, server: PageServer) -> None:
    page = visit()
    page.select_option("#locale", "de-DE")
    typed(page, "guitar")
    assert server.questions[-1]["locale"] == "de-DE"


def test_times_and_generation_of_the_last_answer_are_shown(visit: Visit, server: PageServer) -> None:
    page = visit()
    typed(page, "guitar")
    told = re.compile(rf"^[\d.]+ ms there and back, 0\.3 ms of it in the service generation {server.generation}$")
    expect(page.locator("#answer")).to_have_text(told)


def test_degraded_answer_is_said_to_be_so(visit: Visit) -> None:
    page = visit()
    answer = {"request_id": "r", "suggestions": [], "generation": "g", "degraded": True}
    page.route(ANSWERS, lambda route: route.fulfill(json=answer))
    typed(page, "guitar")
    expect(page.locator("#answer")).to_contain_text("the service is busy")


def test_query_in_the_address_fills_the_box(visit: Visit) -> None:
    expect(box(visit("/?q=guitar%20solo"))).to_have_value("guitar solo")


def test_everything_comes_from_the_service_itself(visit: Visit, server: PageServer) -> None:
    asked: list[str] = []
    page = visit(own_page(server, ""))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.url)
    typed(page, "guitar")
    assert len(asked) >= 4
    assert [url for url in asked if not url.startswith(server.url + "/")] == []


def test_without_scripts_the_form_still_asks_the_service(visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    page.get_by_role("textbox", name="Search").fill("garden")
    with page.expect_navigation(url="**/v1/complete?q=garden"):
        page.keyboard.press("Enter")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast_in_both_schemes(visit: Visit, scheme: str) -> None:
    """4.5 to 1, level AA of WCAG 2.2, and the scheme is the one asked for."""
    page = visit(color_scheme=scheme)
    assert contrast(box(page), "::placeholder") >= 4.5
    for text in ("h1", "#answer", "#log .hint", "header nav a", ".choices label", "#user"):
        assert contrast(page.locator(text).first) >= 4.5, text
    typed(page, "guit").press("ArrowDown")
    for node in (box(page), rows(page).nth(0), rows(page).nth(1), rows(page).nth(1).locator("svg")):
        assert contrast(node) >= 4.5
    page.route(ANSWERS, lambda route: route.abort())
    box(page).press("x")
    expect(page.locator("suggest-box p")).to_be_visible()
    assert contrast(page.locator("suggest-box p")) >= 4.5


def test_scheme_is_the_one_of_the_person(visit: Visit) -> None:
    grounds = [
        luminance(visit(color_scheme=scheme).locator("h1").evaluate(COLOURS, None)[1]) for scheme in ("light", "dark")
    ]
    assert grounds[0] > 0.8
    assert grounds[1] < 0.05


def test_focus_is_visible(visit: Visit) -> None:
    page = visit()
    outline = "node => getComputedStyle(node).outlineStyle"
    frame = page.locator("suggest-box .box")
    assert frame.evaluate(outline) == "none"
    box(page).focus()
    assert frame.evaluate(outline) == "solid"


def test_reduced_motion_stops_the_busy_mark(visit: Visit) -> None:
    name = "box => { box.classList.add('busy'); return getComputedStyle(box, '::after').animationName; }"
    names = [
        visit(reduced_motion=wish).locator("suggest-box .box").evaluate(name) for wish in ("no-preference", "reduce")
    ]
    assert names == ["busy", "none"]


def test_active_row_stands_out_in_forced_colours(visit: Visit) -> None:
    page = visit(forced_colors="active")
    typed(page, "guitar").press("ArrowDown")
    grounds = [rows(page).nth(row).evaluate(COLOURS, None)[1] for row in (0, 1)]
    assert grounds[0] != grounds[1]
    assert contrast(rows(page).first) >= 4.5


def test_phone_shows_the_page_without_scrolling_sideways(visit: Visit) -> None:
    page = visit(viewport={"width": 320, "height": 600}, is_mobile=True, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sizes = [node.bounding_box()["height"] for node in page.locator("select, button:visible, header a").all()]
    assert min(sizes) >= 44
