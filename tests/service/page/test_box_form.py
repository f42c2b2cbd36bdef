"""The box as a part of other people's pages: forms, several boxes, other origins, names and roles."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.service.page.box import Visit, box, own_page, rows, seen, typed, wait_for_answer
from tests.service.page.known_server import PageServer, serving

FORM = '<form action="/own"><button>Go</button><suggest-box name="q" value="piano"></suggest-box></form>'


def form_text(page: Page) -> str | None:
    return page.evaluate("new FormData(document.querySelector('form')).get('q')")


@pytest.mark.parametrize("submit", ["Enter", "button", "pick"])
def test_form_is_sent_with_the_text(visit: Visit, server: PageServer, submit: str) -> None:
    page = visit(own_page(server, FORM))
    field = typed(page, "garden")
    with page.expect_navigation(url="**/own?q=garden"):
        if submit == "button":
            page.get_by_role("button", name="Go").click()
        elif submit == "pick":
            rows(page).first.click()
        else:
            field.press("Enter")


def test_button_of_the_form_is_a_search_too(visit: Visit, server: PageServer) -> None:
    page = visit(own_page(server, FORM))
    page.evaluate("document.forms[0].addEventListener('submit', (event) => event.preventDefault())")
    typed(page, "garden")
    page.get_by_role("button", name="Go").click()
    assert [detail["query"] for detail in seen(page, "submit")] == ["garden"]


def test_cancelled_suggest_submit_keeps_the_form(visit: Visit, server: PageServer) -> None:
    page = visit(own_page(server, FORM))
    page.evaluate("addEventListener('suggest-submit', (event) => event.preventDefault())")
    typed(page, "garden").press("Enter")
    assert len(seen(page, "submit")) == 1
    assert page.url.endswith("/own")


def test_invalid_form_is_not_a_search(visit: Visit, server: PageServer) -> None:
    page = visit(own_page(server, FORM.replace("<button", "<input required><button")))
    typed(page, "garden").press("Enter")
    assert seen(page, "submit") == []


def test_form_value_follows_typing_picking_and_reset(visit: Visit, server: PageServer) -> None:
    page = visit(own_page(server, FORM))
    assert form_text(page) == "piano"
    field = typed(page, "guit")
    assert form_text(page) == "guit"
    field.press("ArrowDown")
    field.press("ArrowRight")
    assert form_text(page) == "guitar"
    page.evaluate("document.forms[0].reset()")
    expect(field).to_have_value("piano")
    assert form_text(page) == "piano"


def test_disabled_fieldset_disables_the_box(visit: Visit, server: PageServer) -> None:
    page = visit(own_page(server, f"<fieldset disabled>{FORM}</fieldset>"))
    expect(box(page)).to_be_disabled()
    assert form_text(page) is None


def test_label_names_and_focuses_the_box(visit: Visit, server: PageServer) -> None:
    page = visit(own_page(server, '<label for="film">Find a film</label><suggest-box id="film"></suggest-box>'))
    page.get_by_text("Find a film").click()
    expect(box(page, "Find a film")).to_be_focused()


def test_two_boxes_on_one_page_do_not_mix(visit: Visit, server: PageServer) -> None:
    page = visit(own_page(server, '<suggest-box label="A" k="2"></suggest-box><suggest-box label="B"></suggest-box>'))
    box(page, "A").fill("guitar")
    wait_for_answer(page, "guitar")
    expect(rows(page)).to_have_count(2)
    box(page, "B").fill("garden")
    expect(rows(page)).to_have_text(["garden"])
    box(page, "B").press("ArrowDown")
    box(page, "B").press("Enter")
    expect(box(page, "A")).to_have_value("guitar")
    expect(box(page, "B")).to_have_value("garden")


def test_box_works_on_a_page_of_another_origin(visit: Visit, server: PageServer) -> None:
    """Module, answers and events come from and go to `src`, with the token."""
    with serving() as other:
        body = f'<suggest-box src="{server.url}" token="secret" user="u1" events="on"></suggest-box>'
        other.pages["/own"] = f'<script type="module" src="{server.url}/static/suggest-box.js"></script>{body}'
        page = visit()
        page.goto(f"{other.url}/own")
        field = typed(page, "garden")
        with page.expect_response(f"{server.url}/v1/events"):
            field.press("Enter")
        expect(field).to_have_attribute("aria-expanded", "false")
    assert set(server.tokens) == {"Bearer secret"}
    assert other.questions == []
    assert [event["type"] for event in server.events] == ["impression", "search"]


def test_src_may_hold_a_path(visit: Visit, server: PageServer) -> None:
    page = visit(own_page(server, '<suggest-box src="/behind/a/proxy"></suggest-box>'))
    with page.expect_request("**/behind/a/proxy/v1/complete?q=x"):
        box(page).fill("x")


def test_attribute_that_changes_who_asks_drops_the_list(visit: Visit, server: PageServer) -> None:
    """Also while it is open: one person's searches are not shown to the next."""
    server.events.append({"type": "search", "user": "u1", "query": "gardening gloves"})
    page = visit(own_page(server, '<suggest-box user="u1"></suggest-box>'))
    typed(page, "gard")
    expect(rows(page)).to_have_text(["gardening gloves, searched before", "garden"])
    page.evaluate("document.querySelector('suggest-box').setAttribute('user', 'u2')")
    expect(rows(page)).to_have_text(["garden"])


def test_accessibility_tree_is_that_of_a_combobox(visit: Visit) -> None:
    page = visit()
    field = typed(page, "garden")
    field.press("ArrowDown")
    expect(page.locator("suggest-box")).to_match_aria_snapshot(
        """
        - combobox "Search" [expanded] [active]: garden
        - button "Clear"
        - listbox "Suggestions":
          - option "garden" [selected]
        - status
        """
    )


def test_screen_reader_hears_the_count_when_typing_rests(visit: Visit) -> None:
    page = visit(still_clock=True)
    status = page.locator("suggest-box").get_by_role("status")
    for text, heard in (("guitar", "5 suggestions"), ("garden", "1 suggestion"), ("xyz", "No suggestions")):
        typed(page, text)
        expect(status).not_to_have_text(heard)
        page.clock.run_for(1000)
        expect(status).to_have_text(heard)
