"""Keys, mouse, touch and focus: the combobox pattern of the WAI-ARIA Authoring Practices."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.service.page.box import Visit, active_option, box, own_page, rows, seen, typed, wait_for_answer
from tests.service.page.known_server import PageServer

POPULAR = ["guitar", "guitar chords", "guitar lessons for beginners", "guitar solo"]


def test_typing_shows_what_the_service_answers(visit: Visit, server: PageServer) -> None:
    page = visit()
    typed(page, "guitar")
    assert server.questions[-1] == {"q": "guitar", "k": "8"}
    expected = server.complete({"q": "guitar"})["suggestions"]
    expect(rows(page)).to_have_text([suggestion["query"] for suggestion in expected])


def test_trailing_space_is_sent_as_typed(visit: Visit, server: PageServer) -> None:
    """A space at the end says that the word is complete."""
    typed(visit(), "guitar ")
    assert server.questions[-1]["q"] == "guitar "


@pytest.mark.parametrize(
    ("key", "ring"), [("ArrowDown", [*POPULAR, None, POPULAR[0]]), ("ArrowUp", [*POPULAR[::-1], None, POPULAR[-1]])]
)
def test_arrow_keys_go_round_through_rows_and_typed_text(
    visit: Visit, server: PageServer, key: str, ring: list
) -> None:
    page = visit(own_page(server, '<suggest-box k="4"></suggest-box>'))
    field = typed(page, "guitar")
    stops = []
    for _ in ring:
        field.press(key)
        stops.append(active_option(page))
    assert stops == ring
    assert field.input_value() == "guitar"


def test_enter_picks_the_active_row(visit: Visit) -> None:
    page = visit()
    field = typed(page, "guitar")
    field.press("ArrowDown")
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("guitar chords")
    expect(rows(page)).to_have_count(0)
    request_id = seen(page, "answer")[-1]["requestId"]
    detail = {"query": "guitar chords", "position": 1, "source": "prefix", "requestId": request_id}
    assert seen(page, "select") == seen(page, "submit") == [detail]


def test_enter_without_active_row_submits_the_typed_text(visit: Visit) -> None:
    page = visit()
    typed(page, "guitar").press("Enter")
    expect(rows(page)).to_have_count(0)
    assert seen(page, "select") == []
    assert seen(page, "submit") == [{"query": "guitar", "position": None, "source": "typed", "requestId": None}]


def test_enter_on_blank_text_submits_nothing(visit: Visit) -> None:
    page = visit()
    typed(page, "  ").press("Enter")
    assert seen(page, "submit") == []


def test_escape_closes_then_clears(visit: Visit) -> None:
    page = visit()
    field = typed(page, "guitar")
    field.press("Escape")
    expect(rows(page)).to_have_count(0)
    expect(field).to_have_value("guitar")
    field.press("Escape")
    expect(field).to_have_value("")
    expect(field).to_have_attribute("aria-expanded", "false")


def test_tab_leaves_without_picking(visit: Visit) -> None:
    page = visit()
    field = typed(page, "guitar")
    field.press("ArrowDown")
    field.press("Tab")
    expect(field).not_to_be_focused()
    expect(field).to_have_value("guitar")
    expect(rows(page)).to_have_count(0)
    assert seen(page, "select") == []


def test_alt_down_opens_without_moving_and_alt_up_closes(visit: Visit) -> None:
    page = visit()
    field = typed(page, "guitar")
    field.press("Escape")
    field.press("Alt+ArrowDown")
    expect(rows(page)).not_to_have_count(0)
    assert active_option(page) is None
    field.press("Alt+ArrowUp")
    expect(rows(page)).to_have_count(0)


def test_down_on_a_closed_list_opens_it_at_the_first_row(visit: Visit) -> None:
    page = visit()
    field = typed(page, "guitar")
    field.press("Escape")
    field.press("ArrowDown")
    assert active_option(page) == "guitar"


def test_right_at_the_end_takes_the_row_to_type_on(visit: Visit) -> None:
    """The text is the row's, its suggestions follow, nothing is searched yet; a search by Enter was a suggestion."""
    page = visit()
    field = typed(page, "guitar")
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        field.press(key)
    wait_for_answer(page, "guitar chords")
    expect(field).to_have_value("guitar chords")
    assert seen(page, "submit") == []
    field.press("Enter")
    assert seen(page, "submit")[0]["position"] == 1


@pytest.mark.parametrize(("key", "caret"), [("Home", 0), ("ArrowLeft", 5)])
def test_caret_keys_go_back_to_the_typed_text(visit: Visit, key: str, caret: int) -> None:
    page = visit()
    field = typed(page, "guitar")
    field.press("ArrowDown")
    field.press(key)
    assert active_option(page) is None
    assert field.evaluate("input => input.selectionStart") == caret


# Mouse, touch, focus


def test_click_picks_and_keeps_the_focus(visit: Visit) -> None:
    page = visit()
    field = typed(page, "guitar")
    rows(page).nth(2).click()
    expect(field).to_have_value("guitar lessons for beginners")
    expect(field).to_be_focused()
    assert seen(page, "select")[0]["position"] == 2


def test_touch_picks_and_rows_are_large_enough_for_fingers(visit: Visit) -> None:
    page = visit(has_touch=True, is_mobile=True, viewport={"width": 375, "height": 700})
    field = box(page)
    field.tap()
    field.press_sequentially("guitar")
    wait_for_answer(page, "guitar")
    assert min(row.bounding_box()["height"] for row in rows(page).all()) >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    rows(page).nth(1).tap()
    expect(field).to_have_value("guitar chords")


def test_refocus_shows_the_list_again(visit: Visit) -> None:
    page = visit()
    field = typed(page, "guitar")
    before = rows(page).all_text_contents()
    page.get_by_role("heading", level=1).click()
    expect(rows(page)).to_have_count(0)
    field.click()
    expect(rows(page)).to_have_text(before)


def test_click_on_the_focused_box_reopens_a_closed_list(visit: Visit) -> None:
    page = visit()
    field = typed(page, "guitar")
    field.press("Escape")
    field.click()
    expect(rows(page)).not_to_have_count(0)


def test_focus_on_an_empty_box_asks_for_what_is_popular(visit: Visit, server: PageServer) -> None:
    page = visit()
    box(page).click()
    expect(rows(page)).to_have_count(8)
    assert [question["q"] for question in server.questions] == [""]


def test_clear_button_empties_the_box_and_keeps_the_focus(visit: Visit) -> None:
    page = visit()
    field = typed(page, "guitar")
    page.get_by_role("button", name="Clear").click()
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    wait_for_answer(page, "")
