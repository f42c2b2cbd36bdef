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


@pytest.fixture
def visit(browser: Browser, server: PageServer) -> Iterator[Visit]:
    """Opens a path in a fresh context; any script error or policy violation fails the test."""
    contexts, errors = [], []

    def visit(path: str = "/", *, script: str = "", still_clock: bool = False, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        context.add_init_script(KEEP_EVENTS + script)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if "Security Policy" in line.text else None)
        if still_clock:
            page.clock.install(time="2026-01-01T00:00:00Z")
        page.goto(server.url + path)
        if still_clock:
            page.clock.pause_at("2026-01-01T01:00:00Z")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert errors == []
