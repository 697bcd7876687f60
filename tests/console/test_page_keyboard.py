"""The page by keyboard alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.console.reading import ended, row

GO = {"o": "Overview", "q": "Queues", "t": "Tasks", "f": "Failures", "s": "Schedules", "w": "Workers"}


def test_g_and_a_letter_go_to_a_view(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/nowhere", at=datetime(2026, 11, 22, 12, tzinfo=UTC))  # the letter is in time
    page.get_by_role("heading", name="Nothing is here").wait_for()

    for key, name in GO.items():
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.get_by_role("heading", name=name, level=1).wait_for()
        assert page.evaluate("document.activeElement.id") == "main"


def test_a_question_mark_tells_the_keys_and_escape_closes_them(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/queues")
    row(page, "press").wait_for()

    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keys")
    help_.get_by_text("Filter or search").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Close"
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.keyboard.press("Escape")

    help_.wait_for(state="detached")
    assert page.url.endswith("#/queues")


def test_j_and_k_go_through_the_rows_and_enter_opens_one(console: Any, page_at: Any) -> None:
    ids = [ended(console, "shop.fail", f"number {index}") for index in range(3)]
    page = page_at(console, "#/failures")
    row(page, "number 0").wait_for()

    for key in "jjjjk":
        page.keyboard.press(key)
    page.keyboard.press("x")
    page.get_by_text("1 selected").wait_for()
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="shop.fail").wait_for()
    assert page.url.endswith(ids[1])


def test_a_slash_goes_to_the_search_where_letters_are_letters(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/tasks")
    page.get_by_role("searchbox").wait_for()

    page.keyboard.press("/")
    page.keyboard.type("gq?")

    assert page.get_by_role("searchbox").input_value() == "gq?"
    assert page.get_by_role("dialog").count() == 0


def test_every_button_and_link_is_reached_by_tab_and_seen_there(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/queues")
    row(page, "press").wait_for()
    there = page.locator("a:visible, button:visible").count()
    seen = set()

    for _ in range(there + 2):
        page.keyboard.press("Tab")
        place, outline = page.evaluate(
            "[document.activeElement.outerHTML, getComputedStyle(document.activeElement).outlineStyle]"
        )
        if not place.startswith("<body"):
            assert outline != "none", place
            seen.add(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))

    assert len(seen) >= there


def test_a_dialog_gives_the_focus_back(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/queues")
    button = page.get_by_role("button", name="Pause press")
    button.focus()

    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")

    page.get_by_role("dialog").wait_for(state="detached")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Pause press"


def test_the_focus_goes_to_the_button_that_an_act_leaves_in_place_of_its_own(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/queues")
    page.get_by_role("button", name="Pause press").focus()

    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Pause").click()

    page.get_by_role("dialog").wait_for(state="detached")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Resume press"


def keys_switch(page: Any) -> Any:
    """The switch of the keys, in the help that a button opens."""
    page.get_by_role("button", name="Help: keys").click()
    return page.get_by_role("dialog").get_by_role("switch", name="Keys of one character")


def test_keys_of_one_character_can_be_switched_off_and_stay_so(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/queues")
    row(page, "press").wait_for()

    keys_switch(page).uncheck()
    page.keyboard.press("Escape")
    page.reload()
    row(page, "press").wait_for()
    for key in "?gtpj/":
        page.keyboard.press(key)

    assert page.get_by_role("dialog").count() == 0
    assert page.url.endswith("#/queues")
    assert page.get_by_role("button", name="Pause the live updates").get_attribute("aria-pressed") == "false"
    assert page.evaluate("document.activeElement === document.body")
    titles = page.locator("#top [title], #nav [title]").evaluate_all("all => all.map((one) => one.title).join()")
    assert "(" not in titles

    keys_switch(page).check()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('[data-row]') !== null")
    assert page.get_by_role("button", name="Help: keys").get_attribute("title") == "Keys (?)"


def test_the_switch_holds_in_a_browser_that_keeps_nothing(console: Any, page_at: Any) -> None:
    page = page_at(console, is_alone=True)
    page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('forbidden'); }});")
    page.reload()

    keys_switch(page).uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.get_by_role("dialog").count() == 0

    page.get_by_role("button", name="Colours: as the system").click()
    page.get_by_role("button", name="Colours: light").click()
    page.get_by_role("button", name="Colours: dark").click()
    page.get_by_role("button", name="Colours: as the system").wait_for()
