"""The view of tasks: its filters, which are in the address, its pages, and finding a task by its id."""

from __future__ import annotations

import re
from typing import Any

from tests.console.reading import ended, go, row, sent, until


def test_failures_are_listed_with_their_errors(console: Any, page_at: Any) -> None:
    ended(console, "shop.fail", "the paper is out")

    page = page_at(console, "#/tasks?state=FAILURE")

    line = row(page, "shop.fail")
    line.get_by_text("ValueError: the paper is out").wait_for()
    line.get_by_text("FAILURE", exact=True).wait_for()


def test_a_filter_is_in_the_address_and_the_address_is_a_filter(console: Any, page_at: Any) -> None:
    ended(console, "shop.fail")
    page = page_at(console, "#/tasks?state=FAILURE")
    row(page, "shop.fail").wait_for()

    page.get_by_label("State").select_option("STARTED")

    page.get_by_text("Nothing is listed that fits these filters.").wait_for()
    assert page.url.endswith("#/tasks?state=STARTED")
    page.go_back()
    row(page, "shop.fail").wait_for()
    assert page.get_by_label("State").input_value() == "FAILURE"


def test_names_can_be_chosen_from_those_that_workers_have_told(console: Any, page_at: Any) -> None:
    ended(console, "shop.fail")
    ended(console, "press.print_all", "no number")
    page = page_at(console, "#/tasks?state=FAILURE")
    row(page, "press.print_all").wait_for()

    page.get_by_label("Name").select_option("shop.fail")

    row(page, "press.print_all").wait_for(state="detached")
    assert page.locator("[data-row]").count() == 1
    assert re.search(r"name=shop\.fail", page.url)
    page.get_by_role("link", name="Clear").click()
    page.wait_for_url(lambda url: url.endswith("#/tasks"))


def test_what_runs_is_listed_while_it_runs(console: Any, page_at: Any, held: Any) -> None:
    task_id = sent(console, "shop.hold")
    until(lambda: console.twin.backend.get(task_id))

    page = page_at(console, "#/tasks?state=STARTED")
    row(page, "shop.hold").get_by_text("STARTED").wait_for()
    held.set()
    until(lambda: console.twin.backend.get(task_id).ready)
    page.locator("body").press("r")

    row(page, "shop.hold").wait_for(state="detached")


def test_pages_lead_to_older_tasks_and_back(console: Any, page_at: Any) -> None:
    first = ended(console, "shop.fail", "the first")
    for number in range(55):
        sent(console, "shop.fail", f"number {number}")
    until(lambda: not console.twin.broker.messages["shop"])
    page = page_at(console, "#/tasks?state=FAILURE")
    page.locator("[data-row]").nth(49).wait_for()

    assert page.locator("[data-row]").count() == 50
    page.get_by_role("link", name="Older").click()
    page.locator(f'tr[data-key="{first}"]').wait_for()
    assert page.locator("[data-row]").count() == 6
    assert "next=" in page.url
    page.get_by_role("link", name="Newest").click()

    page.locator(f'tr[data-key="{first}"]').wait_for(state="detached")


def test_an_id_leads_to_its_task(console: Any, page_at: Any) -> None:
    task_id = ended(console, "shop.add", 2, 3)
    page = page_at(console, "#/tasks")

    page.get_by_role("searchbox", name="Find a task by its id").fill(f" {task_id} ")
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="shop.add").wait_for()
    assert page.url.endswith(f"#/task/{task_id}")


def test_an_empty_list_says_what_would_be_in_it(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/tasks?state=FAILURE")

    page.get_by_text("list_tasks = true").wait_for()


def test_a_filter_that_the_api_refuses_is_told_until_it_is_changed(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/tasks?state=LOST")

    page.get_by_role("alert").get_by_text("state").wait_for()
    page.get_by_label("State").select_option("FAILURE")
    page.get_by_role("alert").wait_for(state="detached")


def test_the_rows_lead_to_their_tasks(console: Any, page_at: Any) -> None:
    task_id = ended(console, "shop.fail")
    page = page_at(console, "#/tasks?state=FAILURE")

    row(page, "shop.fail").get_by_role("link", name="shop.fail").click()

    page.get_by_role("heading", name="shop.fail").wait_for()
    go(page, "#/tasks?state=FAILURE")
    row(page, task_id[:8]).wait_for()
