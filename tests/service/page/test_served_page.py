"""The page as the service itself serves it, over a real index and state."""

from __future__ import annotations

from pathlib import Path

import httpx
from playwright.sync_api import expect

from tests.service.page.box import Visit, rows, typed
from tests.service.processes import started


def test_served_page_suggests_learns_and_keeps_its_policy(visit: Visit, built: Path, tmp_path: Path) -> None:
    """`visit` fails on any violation of the policy that the service sends with the page."""
    with started(built, f"sqlite:///{tmp_path / 'state.sqlite'}") as service:
        policy = httpx.get(service.url).headers["Content-Security-Policy"]
        assert {"script-src 'self'", "style-src 'self'"} <= set(policy.split("; "))
        page = visit(service.url)
        typed(page, "nivea")
        expect(rows(page)).to_have_text(["nivea cream", "nivea soft"])
        page.select_option("#user", "user-1")
        typed(page, "nivea soft")
        with page.expect_response("**/v1/events"):
            page.keyboard.press("Enter")
        expect(page.locator("#log li").first).to_contain_text("Type its first letters again")
        typed(page, "niv")
        expect(rows(page).first).to_have_text("nivea soft, searched before")
