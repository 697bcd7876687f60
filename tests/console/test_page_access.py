"""Who may only look, and who lacks a permission."""

from __future__ import annotations

from typing import Any

from tests.console.reading import VIEWS, ended, go, row, settled

CHANGING = (
    "Pause",
    "Resume",
    "Purge",
    "Redrive",
    "Retry",
    "Drop",
    "Revoke",
    "Terminate",
    "New schedule",
    "Edit",
    "Delete",
)
GATEWAY_SAYS = {"Message": "User: arn:aws:iam::1:user/ada is not authorized to perform: execute-api:Invoke"}


def test_a_console_for_reading_has_no_button_that_changes_anything(open_console: Any, page_at: Any) -> None:
    console = open_console(read_only=True)
    task_id = ended(console, "shop.fail")
    console.twin.apps["shop"].schedules.create("nightly", "shop.add", "30 3 * * *")

    page = page_at(console)

    page.get_by_text("read-only", exact=True).wait_for()
    for view in (*VIEWS, f"task/{task_id}"):
        go(page, f"#/{view}")
        settled(page)
        buttons = page.locator("main button").all_inner_texts()
        assert [text for text in buttons if text.startswith(CHANGING)] == [], view
        assert page.locator("main input[type=checkbox]").count() == 0


def test_a_refused_change_names_the_permission_that_is_missing(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/queues")
    row(page, "press").wait_for()
    page.route("**/api/queues/press/pause", lambda route: route.fulfill(status=403, json=GATEWAY_SAYS))

    page.get_by_role("button", name="Pause press").click()
    page.get_by_role("dialog").get_by_role("button", name="Pause").click()

    page.get_by_role("alert").get_by_text("This needs the permission “operate”.").wait_for()


def test_a_refused_look_names_the_permission_that_is_missing(console: Any, page_at: Any) -> None:
    page = page_at(console)
    page.route("**/api/queues", lambda route: route.fulfill(status=403, json=GATEWAY_SAYS))

    go(page, "#/queues")

    page.locator("#banner").get_by_text("This needs the permission “read”.").wait_for()
