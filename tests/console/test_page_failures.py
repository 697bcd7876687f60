"""The view of failures: choosing many, and what became of each."""

from __future__ import annotations

from typing import Any

from tests.console.reading import ended, row, until


def failed(console: Any, number: int) -> list[str]:
    """The ids of so many failures."""
    return [ended(console, "shop.fail", f"number {index}") for index in range(number)]


def test_all_of_a_page_are_retried_at_once(console: Any, page_at: Any) -> None:
    ids = failed(console, 6)
    page = page_at(console, "#/failures")

    page.get_by_label("All 6 failures of this page").check()
    page.get_by_text("6 selected").wait_for()
    page.get_by_role("button", name="Retry selected").click()
    page.get_by_role("dialog", name="Retry 6 failures?").get_by_role("button", name="Retry 6").click()

    page.get_by_text("6 failures sent again.").wait_for()
    until(lambda: all((row := console.twin.backend.get(one)).attempt == 1 and row.ready for one in ids))
    page.get_by_text("0 selected").wait_for()


def test_those_that_are_chosen_are_dropped_and_the_others_stay(console: Any, page_at: Any) -> None:
    ids = failed(console, 3)
    page = page_at(console, "#/failures")

    row(page, "number 1").get_by_role("checkbox").check()
    page.get_by_role("button", name="Drop selected").click()
    page.get_by_role("dialog", name="Drop 1 failure?").get_by_role("button", name="Drop 1").click()

    row(page, "number 1").wait_for(state="detached")
    kept = [console.twin.backend.get(one).message is not None for one in ids]
    assert kept == [True, False, True]
    assert page.locator("[data-row]").count() == 2


def test_each_refusal_is_told_beside_what_was_done(console: Any, page_at: Any) -> None:
    ids = failed(console, 3)
    page = page_at(console, "#/failures")
    page.get_by_label("All 3 failures of this page").check()
    page.locator("body").press("p")
    console.twin.apps["shop"].failures.drop(ids[1])

    page.get_by_role("button", name="Retry selected").click()
    page.get_by_role("dialog").get_by_role("button", name="Retry 3").click()

    dialog = page.get_by_role("dialog", name="2 failures sent again")
    dialog.get_by_role("region", name="Refused").get_by_text("is not among the failures").wait_for()
    dialog.get_by_role("button", name="Close").click()
    page.get_by_text("2 failures sent again; 1 refused.").wait_for()


def test_a_refusal_leads_to_its_task_and_not_behind_the_dialog(console: Any, page_at: Any) -> None:
    (task_id,) = failed(console, 1)
    page = page_at(console, "#/failures")
    page.get_by_label("All 1 failure of this page").check()
    page.locator("body").press("p")
    console.twin.apps["shop"].failures.drop(task_id)
    page.get_by_role("button", name="Retry selected").click()
    page.get_by_role("dialog").get_by_role("button", name="Retry 1").click()

    page.get_by_role("region", name="Refused").get_by_role("link").click()

    page.get_by_role("heading", name="shop.fail").wait_for()
    assert page.get_by_role("dialog").count() == 0
    assert page.evaluate("document.activeElement.id") == "main"


def test_what_is_chosen_stays_chosen_while_others_arrive(console: Any, page_at: Any) -> None:
    failed(console, 2)
    page = page_at(console, "#/failures")
    row(page, "number 0").get_by_role("checkbox").check()

    ended(console, "shop.fail", "a new one")
    page.locator("body").press("r")

    row(page, "a new one").wait_for()
    assert row(page, "number 0").get_by_role("checkbox").is_checked()
    assert not row(page, "a new one").get_by_role("checkbox").is_checked()


def test_a_failure_that_was_sent_again_says_so(console: Any, page_at: Any) -> None:
    (task_id,) = failed(console, 1)
    console.twin.operations.pause("shop")
    console.twin.apps["shop"].failures.retry(task_id)

    page = page_at(console, "#/failures")

    row(page, "was sent again").get_by_text("PENDING").wait_for()


def test_nothing_failed_is_good_news(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/failures")

    page.get_by_text("Nothing has failed in the last fourteen days.").wait_for()
    assert page.get_by_role("button", name="Retry selected").count() == 0


def test_the_question_names_what_it_is_about(console: Any, page_at: Any) -> None:
    failed(console, 2)
    ended(console, "shop.total", 7)
    page = page_at(console, "#/failures")
    page.get_by_label("All 3 failures of this page").check()

    page.get_by_role("button", name="Drop selected").click()

    names = page.get_by_role("dialog", name="Drop 3 failures?").get_by_role("listitem")
    assert names.all_inner_texts() == ["shop.fail × 2", "shop.total"]
