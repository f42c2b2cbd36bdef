"""A slow, failing or reordering network never shows a wrong list and never stops the typing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.service.page.box import ANSWERS, Visit, box, own_page, rows, seen, typed, wait_for_answer
from tests.service.page.known_server import PageServer

# Holds every list until the test lets it go, and does not hear of aborts.
HOLD_ANSWERS = """
window.held = [];
const realFetch = window.fetch;
window.fetch = (url, { signal, ...options } = {}) => new Promise((go) => {
    if (!`${url}`.includes("v1/complete")) return go(realFetch(url, options));
    held.push(() => {
        const answer = realFetch(url, options);
        go(answer.then((response) => response.clone()));
        return answer.then((response) => response.text());
    });
});
"""


def never_answer(route: Route) -> None:
    """Leaves the question open."""


def fail_answers(route: Route) -> None:
    route.fulfill(status=503, content_type="application/problem+json", body='{"title": "Too busy", "status": 503}')


def test_older_answers_are_never_shown(visit: Visit) -> None:
    """Whatever the order of arrival, the list is the one for the text that stands there."""
    page = visit(script=HOLD_ANSWERS)
    box(page).click()
    box(page).press_sequentially("gar")
    assert page.evaluate("held.length") == 4
    page.evaluate("held[3]()")
    wait_for_answer(page, "gar")
    for earlier in (2, 0, 1):
        page.evaluate(f"held[{earlier}]()")
    expect(rows(page)).to_have_text(["garden"])
    assert [answer["query"] for answer in seen(page, "answer")] == ["gar"]


def test_typing_on_drops_the_question_under_way(visit: Visit) -> None:
    page = visit()
    dropped = []
    page.on("requestfailed", lambda request: dropped.append(request.url.split("q=")[1][0]))
    page.route(ANSWERS, lambda route: route.continue_() if "q=gui" in route.request.url else never_answer(route))
    box(page).click()
    box(page).press_sequentially("gui")
    wait_for_answer(page, "gui")
    assert len(dropped) == 3


def test_slow_network_keeps_the_list_and_marks_the_box_busy(visit: Visit) -> None:
    page = visit(still_clock=True)
    field = typed(page, "guitar")
    before = rows(page).all_text_contents()
    page.route(ANSWERS, never_answer)
    field.press("Backspace")
    busy = page.locator("suggest-box .busy")
    page.clock.run_for(200)
    expect(busy).to_have_count(0)
    page.clock.run_for(200)
    expect(busy).to_have_count(1)
    expect(rows(page)).to_have_text(before)
    page.unroute(ANSWERS)
    field.press("Backspace")
    wait_for_answer(page, "guit")
    expect(busy).to_have_count(0)


def test_debounce_asks_once_for_a_burst_of_keys(visit: Visit, server: PageServer) -> None:
    page = visit(own_page(server, '<suggest-box debounce_ms="100"></suggest-box>'), still_clock=True)
    field = box(page)
    field.click()
    wait_for_answer(page, "")
    field.press_sequentially("guit")
    page.clock.run_for(150)
    wait_for_answer(page, "guit")
    assert [question["q"] for question in server.questions] == ["", "guit"]


def test_failing_service_says_so_and_the_next_key_tries_again(visit: Visit) -> None:
    page = visit()
    page.route(ANSWERS, fail_answers)
    field = box(page)
    field.click()
    field.press_sequentially("gui")
    expect(page.get_by_text("Suggestions are unavailable").first).to_be_visible()
    expect(page.locator("#answer")).to_have_text("Too busy (503)")
    expect(page.locator("suggest-box").get_by_text("Too busy")).to_have_count(0)
    page.unroute(ANSWERS)
    field.press("t")
    expect(rows(page).first).to_have_text("guitar")
    expect(page.locator("suggest-box p")).to_be_hidden()


def test_search_works_while_suggestions_fail(visit: Visit, server: PageServer) -> None:
    page = visit()
    page.route(ANSWERS, fail_answers)
    page.select_option("#user", "user-1")
    field = box(page)
    field.click()
    field.press_sequentially("tuba")
    with page.expect_response("**/v1/events"):
        field.press("Enter")
    assert [event["query"] for event in server.events] == ["tuba"]


@pytest.mark.parametrize("body", ["<html>", "null", "{}", '{"suggestions": null}'])
def test_answer_that_is_none_counts_as_failure(visit: Visit, body: str) -> None:
    """A login page of the network, say, that comes with status 200."""
    page = visit()
    page.route(ANSWERS, lambda route: route.fulfill(status=200, body=body))
    box(page).click()
    expect(page.locator("suggest-box p")).to_have_text("Suggestions are unavailable")


def test_offline_says_unavailable_and_recovers(visit: Visit) -> None:
    page = visit(offline=False)
    field = typed(page, "guit")
    page.context.set_offline(True)
    field.press("a")
    expect(page.locator("suggest-box p")).to_be_visible()
    expect(page.locator("#answer")).to_have_text("The service cannot be reached")
    page.context.set_offline(False)
    field.press("r")
    expect(rows(page).first).to_have_text("guitar")
