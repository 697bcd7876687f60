"""Every view before axe, light and dark, wide and narrow; and none is wider than the window."""

from __future__ import annotations

from typing import Any

import pytest

from tests.console.reading import PHONE, VIEWS, WIDE, axe_finds, ended, go, sent, settled, until

TABLET = {"width": 768, "height": 1024}


@pytest.fixture
def busy(console: Any, held: Any) -> Any:
    """A console of a system in which something of everything has happened."""
    failed, parent = ended(console, "shop.fail", "no ink"), ended(console, "press.print_all", 7)
    console.twin.apps["shop"].schedules.create("nightly", "shop.add", "30 3 * * *")
    console.twin.operations.pause("press")
    running = sent(console, "shop.hold")
    until(lambda: console.twin.backend.get(running))
    return console, [f"task/{task_id}" for task_id in (failed, parent, running, "unknown")]


def shown(page: Any, view: str) -> None:
    """Go to a view and wait until it is all there."""
    go(page, f"#/{view}")
    settled(page)


def nothing_is_found(page: Any) -> bool:
    """Whether axe finds nothing, in the light, or in the dark: there all is as before but for the colours."""
    assert axe_finds(page) == []
    page.emulate_media(color_scheme="dark")
    assert axe_finds(page, ["color-contrast", "link-in-text-block"]) == []
    page.emulate_media(color_scheme="light")
    return True


@pytest.mark.parametrize("viewport", [WIDE, TABLET, PHONE], ids=["wide", "tablet", "phone"])
def test_axe_finds_nothing_in_any_view(busy: Any, page_at: Any, viewport: Any) -> None:
    console, tasks = busy
    page = page_at(console, viewport=viewport, reduced_motion="reduce")

    for view in (*VIEWS, *tasks):
        shown(page, view)
        assert nothing_is_found(page), view
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view


def test_axe_finds_nothing_in_the_dialogs(busy: Any, page_at: Any) -> None:
    page = page_at(busy[0], "#/schedules", viewport=PHONE, reduced_motion="reduce")

    page.get_by_role("button", name="New schedule").click()
    page.get_by_role("button", name="Create").click()
    page.get_by_role("alert").get_by_text("wrong").wait_for()
    assert nothing_is_found(page)
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    shown(page, "queues")
    page.get_by_role("button", name="Purge press").click()
    assert nothing_is_found(page)
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    page.keyboard.press("?")
    assert nothing_is_found(page)


def test_nothing_moves_for_who_asked_for_no_motion(busy: Any, page_at: Any) -> None:
    page = page_at(busy[0], "#/overview", reduced_motion="reduce")
    page.get_by_role("heading", name="Overview").wait_for()

    assert page.evaluate("document.getAnimations().length") == 0
    durations = (
        "[...new Set([...document.querySelectorAll('*')].map((one) => getComputedStyle(one).transitionDuration))]"
    )
    assert page.evaluate(durations) == ["0s"]
