"""The page of a video by keyboard and for screen readers; its results as steps of the browser's history."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.service.page.box import Visit, box, typed
from tests.service.page.known_videos import BESIDE
from tests.service.page.video import bar, expect_results, results, watch


def focused(page: Page) -> str:
    """The words of what has the focus."""
    return page.evaluate("() => document.activeElement.textContent.trim()")


def test_focus_goes_from_the_bar_to_the_chips_to_the_words_of_comments(visit: Visit) -> None:
    page = watch(visit)
    page.get_by_role("button", name="Pause").focus()
    order = []
    for _ in range(9):
        page.keyboard.press("Tab")
        order.append(focused(page))
    words = ["chicken ramen", "sippli", "chicken ramen"]
    assert order[:8] == ["Searchchicken ramen recipe", *BESIDE["v1"][1:], *words]


def test_focus_is_visible(visit: Visit) -> None:
    page = watch(visit)
    page.get_by_role("button", name="Pause").focus()
    for _ in range(6):
        page.keyboard.press("Tab")
        assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_keys_search_close_and_come_back(visit: Visit) -> None:
    page = watch(visit)
    bar(page).press("Enter")
    expect_results(page, "chicken ramen recipe")
    assert focused(page) == "Results for chicken ramen recipe"
    inside = "() => document.getElementById('results').contains(document.activeElement)"
    for _ in range(5):
        page.keyboard.press("Tab")
        assert page.evaluate(f"{inside} || document.activeElement === document.body")
    page.keyboard.press("Escape")
    expect(results(page)).to_be_hidden()
    expect(bar(page)).to_be_focused()
    # The browser takes the step back in its own time.
    expect(page).to_have_url(re.compile(r"/video\?item=v1$"))


def test_focus_comes_back_to_the_box_after_a_typed_search(visit: Visit) -> None:
    page = watch(visit)
    typed(page, "guitar").press("Enter")
    expect_results(page, "guitar")
    page.keyboard.press("Escape")
    expect(box(page)).to_be_focused()


def test_back_goes_from_search_to_search_to_the_video(visit: Visit) -> None:
    page = watch(visit)
    bar(page).click()
    expect_results(page, "chicken ramen recipe")
    results(page).get_by_role("link", name="ramen eggs").click()
    expect_results(page, "ramen eggs")
    page.go_back()
    expect_results(page, "chicken ramen recipe")
    page.go_back()
    expect(results(page)).to_be_hidden()
    page.go_forward()
    expect_results(page, "chicken ramen recipe")


def test_closing_goes_back_to_before_the_first_search(visit: Visit) -> None:
    page = watch(visit)
    bar(page).click()
    expect_results(page, "chicken ramen recipe")
    results(page).get_by_role("link", name="ramen eggs").click()
    expect_results(page, "ramen eggs")
    page.get_by_role("button", name="Close").click()
    page.wait_for_url("**/video?item=v1")
    expect(results(page)).to_be_hidden()
    bar(page).click()
    expect_results(page, "chicken ramen recipe")


def test_click_beside_the_sheet_closes_it(visit: Visit) -> None:
    page = watch(visit)
    bar(page).click()
    expect_results(page, "chicken ramen recipe")
    page.mouse.click(40, 300)
    expect(results(page)).to_be_hidden()


def test_address_of_a_search_shows_it(visit: Visit) -> None:
    page = watch(visit, "v1&q=ramen%20eggs")
    expect_results(page, "ramen eggs")
    page.keyboard.press("Escape")
    page.wait_for_url("**/video?item=v1")
    expect(results(page)).to_be_hidden()


def test_search_opens_in_a_tab_of_its_own(visit: Visit) -> None:
    page = watch(visit)
    with page.context.expect_page() as opened:
        bar(page).click(modifiers=["ControlOrMeta"])
    expect_results(opened.value, "chicken ramen recipe")
    opened.value.close()
    expect(results(page)).to_be_hidden()


def test_parts_of_the_page_have_names(visit: Visit) -> None:
    page = watch(visit)
    for role, name in (
        ("search", ""),
        ("group", "Video"),
        ("button", "Pause"),
        ("progressbar", "Played"),
        ("region", "Others search next"),
        ("region", "Comments 4"),
        ("region", "Watch next"),
        ("combobox", "You are"),
    ):
        expect(page.get_by_role(role, name=name).first).to_be_visible()  # type: ignore[arg-type]
    bar(page).click()
    expect(page.get_by_role("dialog", name="Results for chicken ramen recipe")).to_be_visible()
    expect(page.get_by_role("list", name="Others searched for")).to_be_visible()
