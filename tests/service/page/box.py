"""What a test reads from, and does to, a page with one <suggest-box>."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, Route

from tests.service.page.known_server import PageServer

ANSWERS = "**/v1/complete*"

Visit = Callable[..., Page]


class Held:
    """Requests of a page that wait for the test to answer them, in the order they were made."""

    def __init__(self, page: Page, pattern: str) -> None:
        self.routes: list[Route] = []
        self._page = page
        page.route(pattern, self._hold)

    def wait_for(self, count: int) -> None:
        """Until so many are held: a request is announced before it reaches its route."""
        for _ in range(1_000):
            if len(self.routes) >= count:
                return
            self._page.wait_for_timeout(10)
        message = f"{len(self.routes)} requests came in 10 s, {count} were expected"
        raise AssertionError(message)

    def _hold(self, route: Route) -> None:
        self.routes.append(route)


def own_page(server: PageServer, body: str) -> str:
    """Makes a page that loads the component into `body`; returns its path."""
    script = '<script type="module" src="/static/suggest-box.js"></script>'
    server.pages["/own"] = f"<!doctype html><html lang=en><meta charset=utf-8><title>own</title>{script}{body}"
    return "/own"


def box(page: Page, name: str = "Search") -> Locator:
    return page.get_by_role("combobox", name=name, exact=True)


def rows(page: Page) -> Locator:
    return page.locator("suggest-box").get_by_role("option")


def seen(page: Page, kind: str) -> list[dict[str, Any]]:
    """Details of the component's events of one kind, in order."""
    return [detail for type_, detail in page.evaluate("seen") if type_ == kind]


def wait_for_answer(page: Page, text: str) -> None:
    page.wait_for_function("text => seen.findLast(([type]) => type === 'answer')?.[1].query === text", arg=text)


def typed(page: Page, text: str) -> Locator:
    """Enters a text at once, as by paste, and waits for the list that answers it."""
    field = box(page)
    field.focus()
    field.fill(text)
    wait_for_answer(page, text)
    return field


def active_option(page: Page) -> str | None:
    """The row that assistive technology is told of, which must be the one marked; None for the typed text."""
    described, marked = page.evaluate(
        """() => {
            const root = document.querySelector("suggest-box").shadowRoot;
            const id = root.querySelector("input").getAttribute("aria-activedescendant");
            return [id && root.getElementById(id).textContent,
                    [...root.querySelectorAll("[aria-selected=true]")].map((row) => row.textContent)];
        }"""
    )
    assert marked == ([described] if described else [])
    return described
