"""The view of workers."""

from __future__ import annotations

from typing import Any

from tests.console.reading import ended


def test_a_worker_tells_of_its_queues_and_once_it_has_run_of_its_tasks(console: Any, page_at: Any) -> None:
    ended(console, "shop.add", 1)

    page = page_at(console, "#/workers")

    shop = page.get_by_role("region", name="shop")
    shop.get_by_role("link", name="shop.bulk").wait_for()
    shop.get_by_role("link", name="shop.again").wait_for()
    page.get_by_role("region", name="press").get_by_text("when it runs for the first time").wait_for()


def test_a_task_of_a_worker_leads_to_the_list_of_that_task(console: Any, page_at: Any) -> None:
    ended(console, "shop.fail")
    page = page_at(console, "#/workers")

    page.get_by_role("link", name="shop.fail").click()

    page.get_by_role("heading", name="Tasks").wait_for()
    assert page.get_by_label("Name").input_value() == "shop.fail"


def test_a_worker_that_somebody_stopped_is_shown_as_stopped(console: Any, page_at: Any) -> None:
    console.twin.operations.stopped.add("press")

    page = page_at(console, "#/workers")

    page.get_by_role("region", name="press").get_by_text("stopped: concurrency 0").wait_for()
