"""A real browser on the pages of a server whose answers are known."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.service.page.box import Visit
from tests.service.page.known_server import PageServer, serving

CHROMIUM = shutil.which("chromium")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
KEEP_EVENTS = """
window.seen = [];
for (const type of ["answer", "error", "select", "submit", "recorded"])
    addEventListener(`suggest-${type}`, ({ detail }) => seen.push([type, detail]));
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser a file: while it runs, no other event loop can be started in this thread."""
    if CHROMIUM is None and not os.environ.get("CI"):
        pytest.skip("needs chromium (Debian package `chromium`) on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def server() -> Iterator[PageServer]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def plain_page(browser: Browser) -> Page:
    """A page of ordinary settings, kept for the whole file: a new one costs as much as a whole test."""
    return _new_page(browser, {})


@pytest.fixture
def visit(browser: Browser, plain_page: Page, server: PageServer) -> Iterator[Visit]:
    """Opens a path of the known server, or an address; any script error or policy violation fails the test."""
    visited, errors = [], []

    def visit(path: str = "/", *, script: str = "", still_clock: bool = False, **settings: Any) -> Page:
        page = _new_page(browser, settings) if script or still_clock or settings else plain_page
        visited.append(page)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if "Security Policy" in line.text else None)
        page.add_init_script(script)
        if still_clock:
            page.clock.install(time="2026-01-01T00:00:00Z")
        page.goto(path if path.startswith("http") else server.url + path)
        if still_clock:
            page.clock.pause_at("2026-01-01T01:00:00Z")
        return page

    yield visit
    for page in visited:
        if page is plain_page:
            page.unroute_all()
            page.goto("about:blank")
        else:
            page.context.close()
    assert errors == []


def _new_page(browser: Browser, settings: dict[str, Any]) -> Page:
    context = browser.new_context(**settings)
    context.add_init_script(KEEP_EVENTS)
    context.set_default_timeout(10_000)
    return context.new_page()
