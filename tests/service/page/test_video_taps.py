"""What a tap beside a video, in a comment and after a search does, and what the service is told of it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from suggest.types import parse_event
from tests.service.page.box import Visit, box, typed
from tests.service.page.known_server import PageServer
from tests.service.page.known_videos import BESIDE, EVIL
from tests.service.page.video import bar, chips, choose, comment, expect_results, results, tap, told, watch

TALL = {"viewport": {"width": 1200, "height": 2400}}


def log(page: Page) -> str:
    return page.locator("#log li").first.inner_text()


def test_bar_searches_the_first_query_and_tells_what_was_shown(visit: Visit, server: PageServer) -> None:
    page = watch(visit, user="user-1", **TALL)
    expect(bar(page)).to_have_accessible_name("Search · chicken ramen recipe")
    tap(page, bar(page))
    expect_results(page, "chicken ramen recipe")
    request_id = told(server, "click")[0]["request_id"]
    row = {"request_id": request_id, "query": "chicken ramen recipe"}
    shown = {"surface": "item", "request_id": request_id, "input": "v1", "item": "v1", "shown": BESIDE["v1"]}
    assert told(server, "impression") == [shown]
    assert told(server, "click") == [{"surface": "item", "position": 0, **row}]
    assert told(server, "search") == [{"source": "item", "item": "v1", **row}]
    assert [event["type"] for event in server.events] == ["impression", "click", "search"]
    expect(box(page)).to_have_value("chicken ramen recipe")
    page.wait_for_function("() => document.querySelector('#log time')")
    assert "user-1 searched “chicken ramen recipe”, beside the video." in log(page)


def test_chip_searches_the_query_of_its_position(visit: Visit, server: PageServer) -> None:
    page = watch(visit, user="user-1")
    expect(chips(page)).to_have_text(BESIDE["v1"][1:])
    tap(page, chips(page).nth(1))
    expect_results(page, "ramen near me")
    assert [(click["query"], click["position"]) for click in told(server, "click")] == [("ramen near me", 2)]


def test_word_of_a_comment_searches_its_query(visit: Visit, server: PageServer) -> None:
    page = watch(visit, user="user-1")
    tap(page, comment(page, 1).get_by_role("link").nth(1))
    expect_results(page, "chicken ramen recipe")
    request_id = told(server, "click")[0]["request_id"]
    row = {"request_id": request_id, "query": "chicken ramen recipe"}
    shown = ["sippli", "chicken ramen recipe"]
    assert told(server, "impression") == [
        {"surface": "comment", "request_id": request_id, "input": "v1-1", "item": "v1", "shown": shown}
    ]
    assert told(server, "click") == [{"surface": "comment", "position": 1, **row}]
    assert told(server, "search") == [{"source": "comment", "item": "v1", **row}]


def test_related_query_goes_on_from_the_search_it_stands_under(visit: Visit, server: PageServer) -> None:
    page = watch(visit, user="user-1")
    tap(page, bar(page))
    expect_results(page, "chicken ramen recipe")
    del server.events[:]
    tap(page, results(page).get_by_role("link", name="ramen broth"))
    expect_results(page, "ramen broth")
    request_id = told(server, "click")[0]["request_id"]
    row = {"request_id": request_id, "query": "ramen broth"}
    shown = {"surface": "related", "request_id": request_id, "input": "chicken ramen recipe"}
    assert told(server, "impression") == [{**shown, "shown": ["ramen eggs", "ramen broth", EVIL]}]
    assert told(server, "click") == [{"surface": "related", "position": 1, **row}]
    assert told(server, "search") == [{"source": "related", **row}]


def test_related_queries_that_are_left_were_shown(visit: Visit, server: PageServer) -> None:
    page = watch(visit, user="user-1")
    tap(page, bar(page))
    expect_results(page, "chicken ramen recipe")
    del server.events[:]
    with page.expect_response("**/v1/events"):
        page.get_by_role("button", name="Close").click()
    assert [event["surface"] for event in server.events] == ["related"]


def test_typed_search_shows_results_too(visit: Visit, server: PageServer) -> None:
    page = watch(visit, user="user-1")
    typed(page, "chicken ramen recipe")
    with page.expect_response("**/v1/events"):
        page.keyboard.press("Enter")
    expect_results(page, "chicken ramen recipe")
    assert [search["source"] for search in told(server, "search")] == ["typed"]


def test_every_event_is_one_the_service_accepts(visit: Visit, server: PageServer) -> None:
    """The parser of the service is the judge."""
    page = watch(visit, user="user-2", **TALL)
    choose(page, "locale", "en-US")
    tap(page, bar(page))
    expect_results(page, "chicken ramen recipe")
    tap(page, results(page).get_by_role("link", name="ramen eggs"))
    expect_results(page, "ramen eggs")
    page.goto("about:blank")
    assert {event["type"] for event in server.events} >= {"impression", "click", "search"}
    assert {event.get("surface") for event in server.events} == {"item", "comment", "related", None}
    for event in map(parse_event, server.events):
        assert event.user == "user-2"


def test_nobody_is_asked_for_but_not_told_of(visit: Visit, server: PageServer) -> None:
    page = watch(visit)
    bar(page).click()
    expect_results(page, "chicken ramen recipe")
    assert "Nobody searched “chicken ramen recipe”" in page.locator("#log li").first.text_content()
    page.goto("about:blank")
    assert server.events == []


def test_refused_search_is_said_to_be_not_recorded(visit: Visit) -> None:
    page = watch(visit, user="user-1")
    answer = {"accepted": 2, "duplicates": 0, "rejected": [{"index": 2, "reason": "future_ts"}]}
    page.route("**/v1/events", lambda route: route.fulfill(status=202, json=answer))
    tap(page, bar(page))
    expect(page.locator("#log li").first).to_contain_text("not recorded: future_ts")


def test_service_that_takes_no_events_still_searches(visit: Visit) -> None:
    page = watch(visit, user="user-1")
    page.route("**/v1/events", lambda route: route.fulfill(status=401, json={"title": "Token required"}))
    tap(page, bar(page))
    expect_results(page, "chicken ramen recipe")
    expect(page.locator("#log")).to_contain_text("Token required")


def test_what_lay_below_the_window_was_not_shown(visit: Visit, server: PageServer) -> None:
    page = watch(visit, user="user-1", viewport={"width": 1200, "height": 500})
    last = comment(page, 1).bounding_box()
    assert last["y"] > 500
    with page.expect_response("**/v1/events"):
        page.select_option("#user", "user-2")
    # The bar and the comments are asked at once; whichever is answered first is told first.
    assert sorted(shown["input"] for shown in told(server, "impression")) == ["v1", "v1-0"]


def test_change_of_person_tells_for_the_one_before_and_asks_for_the_next(visit: Visit, server: PageServer) -> None:
    page = watch(visit, user="user-1", **TALL)
    del server.videos.asked[:]
    with page.expect_response("**/v1/events"):
        choose(page, "user", "user-3")
    assert {event["user"] for event in server.events} == {"user-1"}
    asked = dict(server.videos.asked)
    assert asked["/v1/items/v1/queries"]["user"] == "user-3"
    assert {question["user"] for question in asked["/v1/comments:entities"]["comments"]} == {"user-3"}


def test_watching_is_told_when_the_page_is_left(visit: Visit, server: PageServer) -> None:
    page = visit("/video?item=v1", still_clock=True)
    page.select_option("#user", "user-1")
    page.wait_for_function("() => document.querySelector('#bar a')")
    page.clock.run_for(7000)
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(60_000)
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(2000)
    with page.expect_response("**/v1/events"):
        page.select_option("#user", "user-2")
    assert told(server, "view") == [{"item": "v1", "watch_s": 9.0}]


def test_passing_by_is_no_view(visit: Visit, server: PageServer) -> None:
    page = visit("/video?item=v1", still_clock=True)
    page.select_option("#user", "user-1")
    page.wait_for_function("() => document.querySelector('#bar a')")
    page.clock.run_for(500)
    page.goto("about:blank")
    assert told(server, "view") == []
