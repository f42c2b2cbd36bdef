"""What a test reads from, and does to, the page of a video."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.service.page.box import Visit
from tests.service.page.known_server import PageServer

READY = "() => document.querySelectorAll('main [aria-busy=false]').length === 2"
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
"""What is in view is known a frame after it is shown."""


def watch(visit: Visit, item: str = "v1", *, user: str = "", served: str = "", **settings: Any) -> Page:
    """Opens a video, of a real service where its address is given, and waits for all that comes after the page."""
    page = visit(f"{served}/video?item={item}", **settings)
    page.wait_for_function(READY)
    if user:
        choose(page, "user", user)
    page.evaluate(FRAMES)
    return page


def choose(page: Page, name: str, value: str) -> None:
    """Becomes another person, or one of another language, and waits for what is shown to them."""
    page.select_option(f"#{name}", value)
    page.wait_for_function(READY)
    page.evaluate(FRAMES)


def bar(page: Page) -> Locator:
    return page.locator("#bar a")


def chips(page: Page) -> Locator:
    return page.locator("#chips a")


def comment(page: Page, position: int) -> Locator:
    return page.locator("#comments .text").nth(position)


def results(page: Page) -> Locator:
    return page.get_by_role("dialog")


def expect_results(page: Page, query: str) -> None:
    """The sheet shows this search, and its lists have come."""
    expect(results(page).get_by_role("heading", level=2)).to_have_text(f"Results for {query}")
    expect(page.locator("#results-body")).to_be_visible()
    page.evaluate(FRAMES)


def tap(page: Page, link: Locator) -> None:
    """Taps a link of a list and waits until the service was told."""
    with page.expect_response("**/v1/events"):
        link.click()


def told(server: PageServer, kind: str) -> list[dict[str, Any]]:
    """Events of one type, without what is the same in all of them."""
    common = {"type", "ts", "user", "locale"}
    return [{k: v for k, v in event.items() if k not in common} for event in server.events if event["type"] == kind]
