"""The page of a video: what it shows, what it shows instead where something is missing, and how it looks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.service.page.box import Held, Visit, box, typed
from tests.service.page.known_server import PageServer
from tests.service.page.known_videos import BESIDE, VIDEOS
from tests.service.page.test_page import contrast
from tests.service.page.video import FRAMES, bar, chips, comment, expect_results, results, watch

PHONE = {"viewport": {"width": 320, "height": 600}, "is_mobile": True, "has_touch": True}
SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => (window.shifted += value)))
    .observe({ type: "layout-shift", buffered: true });
"""
OPTIONS = (
    "id => [...document.getElementById(id).options].map(({ value, lang, textContent }) => [value, lang, textContent])"
)


def test_video_is_shown_with_its_words(visit: Visit) -> None:
    page = watch(visit)
    expect(page).to_have_title(f"{VIDEOS['v1']['title']} · suggest")
    expect(page.locator("#tags li")).to_have_text([f"#{tag}" for tag in VIDEOS["v1"]["tags"]])
    expect(page.get_by_role("heading", name="Comments")).to_have_text("Comments 4")
    expect(page.locator("#comments .by").first).to_have_text("user-0 Oct 1")
    expect(bar(page).locator("bdi")).to_have_text(BESIDE["v1"][0])


def test_next_video_is_a_link_away_and_for_the_same_person(visit: Visit, server: PageServer) -> None:
    page = watch(visit, user="user-2")
    page.get_by_role("link", name="pancakes").click()
    expect(page.locator("#title")).to_have_text("pancakes")
    expect(page.locator("#user")).to_have_value("user-2")
    expect(page.locator("#comments-note")).to_have_text("Nobody has written anything yet.")
    expect(page.locator("#chips-note")).to_have_text("Nothing to search beside this video.")
    path, question = next(asked for asked in reversed(server.videos.asked) if asked[0].startswith("/v1/items"))
    assert path == "/v1/items/a%2Fb%20c%3F/queries"
    assert question == {"k": "5", "user": "user-2"}


def test_address_without_a_video_shows_one_and_names_it(visit: Visit) -> None:
    page = visit("/video")
    expect(page.locator("#title")).to_have_text(VIDEOS["v1"]["title"])
    expect(page).to_have_url(re.compile(r"/video\?item=v1$"))


def test_first_page_leads_to_videos_in_the_language_of_the_person(visit: Visit) -> None:
    page = visit()
    page.select_option("#locale", "ja-JP")
    expect(page.locator("#cards a")).to_have_text([VIDEOS["v3"]["title"]])
    page.get_by_role("link", name="Videos", exact=True).click()
    expect(page.locator("#title")).to_have_text(VIDEOS["v3"]["title"])
    expect(page.locator("#locale")).to_have_value("ja-JP")


def test_video_of_nobody_in_particular_is_in_the_language_of_the_browser(visit: Visit) -> None:
    page = visit("/video", locale="ja-JP")
    expect(page.locator("#title")).to_have_text(VIDEOS["v3"]["title"])
    expect(page.locator("#locale")).to_have_value("")


def test_one_query_alone_stands_in_the_bar_and_the_page_says_why_no_other_does(visit: Visit) -> None:
    page = visit("/video?item=v3")
    expect(bar(page).locator("bdi")).to_have_text(BESIDE["v3"][0])
    expect(page.locator("#chips-note")).to_have_text("Nothing else fits well enough.")


def test_first_page_of_a_service_without_videos_names_none(visit: Visit, server: PageServer) -> None:
    server.videos.missing = ("/demo",)
    page = visit()
    with page.expect_response("**/demo/videos*"):
        page.reload()
    typed(page, "guitar")
    for hidden in ("#videos", "#watch"):
        expect(page.locator(hidden)).to_be_hidden()


@pytest.mark.parametrize(("missing", "query"), [(("/demo",), "item=v1"), ((), "item=none")])
def test_video_that_is_not_there_is_said_so(visit: Visit, server: PageServer, missing: tuple[str], query: str) -> None:
    server.videos.missing = missing
    page = visit(f"/video?{query}")
    expect(page.get_by_role("alert")).to_contain_text("suggest serve --demo")
    expect(page.locator("main")).to_be_hidden()
    expect(box(page)).to_be_visible()


def test_surfaces_that_were_not_built_leave_a_calm_page(visit: Visit, server: PageServer) -> None:
    server.videos.missing = ("/v1/items", "/v1/related", "/v1/comments")
    page = watch(visit, user="user-1")
    expect(page.locator("#chips-note")).to_contain_text("built without videos")
    expect(page.locator("#comments-note")).to_contain_text("finds nothing to search in comments")
    assert (bar(page).count(), chips(page).count(), page.locator("#comments a").count()) == (0, 0, 0)
    expect(page.locator("#bar")).to_be_hidden()
    expect(comment(page, 0)).to_be_visible()
    typed(page, "ramen").press("Enter")
    expect_results(page, "ramen")
    expect(page.locator("#related-note")).to_contain_text("built without related queries")
    expect(page.locator("#found a")).to_have_text([VIDEOS["v1"]["title"]])


def test_failing_service_is_said_in_the_place_of_its_answer(visit: Visit) -> None:
    page = watch(visit)
    page.route("**/v1/**", lambda route: route.fulfill(status=503, json={"title": "Too busy", "status": 503}))
    page.select_option("#locale", "de-DE")
    for note in ("#chips-note", "#comments-note"):
        expect(page.locator(note)).to_have_text("Too busy.")
    expect(comment(page, 0)).to_be_visible()


@pytest.mark.parametrize("settings", [{}, PHONE], ids=["desk", "phone"])
def test_nothing_moves_while_answers_come(visit: Visit, settings: dict[str, Any]) -> None:
    page = visit("/static/icon.svg", script=SHIFTS, **settings)
    held = Held(page, "**/v1/**")
    page.goto(page.url.replace("static/icon.svg", "video?item=v1"))
    page.wait_for_function("() => document.querySelectorAll('[aria-busy=true]').length === 2")
    held.wait_for(2)
    while held.routes:
        page.evaluate(FRAMES)
        held.routes.pop().continue_()
    expect(comment(page, 0).get_by_role("link")).to_have_count(1)
    expect(chips(page)).to_have_count(4)
    page.evaluate(FRAMES)
    assert page.evaluate("shifted") == 0


def test_answers_of_a_person_before_are_never_shown(visit: Visit) -> None:
    """Whatever the order of arrival."""
    page = watch(visit)
    held = Held(page, "**/v1/items/**")
    for count, user in enumerate(("user-1", "user-2"), start=1):
        page.select_option("#user", user)
        held.wait_for(count)
    first, second = ({"request_id": "r", "suggestions": [{"query": query}]} for query in ("one", "two"))
    with page.expect_response("**/v1/items/**"):
        held.routes[1].fulfill(json=second)
    expect(bar(page).locator("bdi")).to_have_text("two")
    with page.expect_response("**/v1/items/**"):
        held.routes[0].fulfill(json=first)
    page.evaluate(FRAMES)
    expect(bar(page).locator("bdi")).to_have_text("two")


def test_related_queries_are_those_of_the_search_they_stand_under(visit: Visit) -> None:
    """Whatever the order of arrival."""
    page = watch(visit)
    held = Held(page, "**/v1/related*")
    bar(page).click()
    held.wait_for(1)
    page.go_back()
    chips(page).first.click()
    held.wait_for(2)
    while held.routes:
        with page.expect_response("**/v1/related*"):
            held.routes.pop().continue_()
    expect_results(page, "easy ramen eggs")
    expect(page.locator("#related-note")).to_have_text("Nothing else is known about it yet.")


def test_people_and_languages_are_the_same_on_both_pages(visit: Visit) -> None:
    page = visit()
    first = [page.evaluate(OPTIONS, field) for field in ("user", "locale")]
    page = watch(visit)
    assert [page.evaluate(OPTIONS, field) for field in ("user", "locale")] == first


def test_everything_comes_from_the_service_itself(visit: Visit, server: PageServer) -> None:
    asked: list[str] = []
    page = visit("/static/icon.svg")
    page.on("request", lambda request: asked.append(request.url))
    watch(visit, "v1&q=ramen")
    assert len(asked) > 10
    assert [url for url in asked if not url.startswith(server.url + "/")] == []


@pytest.mark.parametrize("item", ["v1", "v2", "evil"])
def test_phone_shows_the_page_without_scrolling_sideways(visit: Visit, item: str) -> None:
    page = watch(visit, item, **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    targets = page.locator("select, button:visible, header a, #bar a, #chips a, .card")
    assert min(node.bounding_box()["height"] for node in targets.all()) >= 44
    bar(page).tap()
    expect(results(page)).to_be_visible()
    assert results(page).evaluate("sheet => sheet.scrollWidth <= sheet.clientWidth")
    assert results(page).bounding_box()["width"] == 320


@pytest.mark.parametrize(
    "settings", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"forced_colors": "active"}], ids=str
)
def test_text_has_contrast(visit: Visit, settings: dict[str, Any]) -> None:
    """4.5 to 1, level AA of WCAG 2.2."""
    page = watch(visit, **settings)
    for text in (
        "#title",
        "#date",
        "#tags li",
        "#chips a",
        "#bar .lead",
        ".by",
        "#comments .text",
        "#comments a",
        ".card .title",
    ):
        assert contrast(page.locator(text).first) >= 4.5, text
    bar(page).click()
    expect_results(page, "chicken ramen recipe")
    for text in ("#results-title small", "#results-query", "#related a", "#found-note", "#results-close"):
        assert contrast(page.locator(text).first) >= 4.5, text


def test_reduced_motion_plays_only_when_asked(visit: Visit) -> None:
    page = watch(visit, reduced_motion="reduce")
    moving = "() => getComputedStyle(document.querySelector('.player .scene'), '::before').animationName"
    assert page.evaluate(moving) == "none"
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_function("() => document.getElementById('played').value > 0")
