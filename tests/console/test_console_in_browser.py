"""The console as a browser sees it: whose it is, where one can go, how it looks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.console.reading import PHONE, VIEWS, WIDE, go

NAMES = {view: view.capitalize() for view in VIEWS}


def test_the_address_with_the_token_opens_the_overview(console: Any, page_at: Any) -> None:
    page = page_at(console)

    page.get_by_role("heading", name="Overview").wait_for()
    page.get_by_text("celeriac-test").first.wait_for()
    assert page.url == f"http://127.0.0.1:{console.server.port}/"
    assert page.title() == "Overview · celeriac-test"


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_every_view_is_a_link_away_and_names_itself(console: Any, page_at: Any, viewport: Any) -> None:
    page = page_at(console, viewport=viewport)

    for view in VIEWS:
        page.get_by_role("navigation", name="Views").get_by_role("link", name=NAMES[view]).click()
        page.get_by_role("heading", name=NAMES[view], exact=True, level=1).wait_for()
        assert page.title() == f"{NAMES[view]} · celeriac-test"
        assert page.locator("#nav [aria-current=page]").inner_text() == NAMES[view]


def test_the_way_back_leads_to_the_view_before(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/queues")
    page.get_by_role("heading", name="Queues").wait_for()

    go(page, "#/workers")
    page.get_by_role("heading", name="Workers").wait_for()
    page.go_back()

    page.get_by_role("heading", name="Queues").wait_for()


def test_an_address_that_leads_nowhere_says_so(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/constructor")

    page.get_by_role("heading", name="Nothing is here").wait_for()
    page.get_by_role("link", name="Go to the overview").click()
    page.get_by_role("heading", name="Overview").wait_for()


def test_colours_go_by_the_system_until_they_are_chosen_and_the_choice_stays(console: Any, page_at: Any) -> None:
    page = page_at(console, color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)

    page.get_by_role("button", name="Colours: as the system").click()
    light = page.evaluate(ground)
    page.reload()
    page.get_by_role("button", name="Colours: light").wait_for()

    assert dark != light == page.evaluate(ground)
    page.get_by_role("button", name="Colours: light").click()
    assert page.evaluate(ground) == dark


def test_the_first_tab_leads_past_the_navigation(console: Any, page_at: Any) -> None:
    page = page_at(console)
    page.get_by_role("heading", name="Overview").wait_for()

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"
    assert page.url.endswith("/")


def test_a_page_without_a_session_says_how_to_get_one(console: Any, page_at: Any) -> None:
    page = page_at(console)
    page.get_by_role("heading", name="Overview").wait_for()

    page.context.clear_cookies()
    page.evaluate("dispatchEvent(new HashChangeEvent('hashchange'))")

    page.get_by_text("Open the address that `celeriac console` printed, with its token.").first.wait_for()


def test_a_page_whose_files_do_not_all_come_says_so_after_a_while(console: Any, page_at: Any) -> None:
    page = page_at(console)
    page.route("**/table.js", lambda route: route.abort())
    page.goto(f"http://127.0.0.1:{console.server.port}/", wait_until="load")
    says = page.get_by_text("Some of the page has not come.")
    says.evaluate("says => { const [late] = says.getAnimations(); late.pause(); late.currentTime = 9_900; }")
    assert not says.is_visible()

    says.evaluate("says => says.getAnimations()[0].finish()")

    assert says.is_visible()
