"""What tasks are called and say is text, however it is meant; and much of it is no trouble."""

from __future__ import annotations

from typing import Any

from tests.console.reading import PHONE, ended, row, sent, until

MARKUP = '<img src=x onerror="document.title=\'broken\'"><script>document.title="broken"</script>'
TURNED = "invoice_\u202egnp.exe"
CLOSING = "\"'`</style></title>{{7*7}}${7*7}javascript:alert(1)"


def test_markup_in_names_arguments_and_errors_is_shown_and_not_read(console: Any, page_at: Any) -> None:
    task_id = ended(console, "shop.fail", f"{MARKUP} {CLOSING}")
    page = page_at(console, "#/failures")
    row(page, "<img src=x").wait_for()

    row(page, "<img src=x").get_by_role("link").click()

    page.get_by_role("region", name="Error", exact=True).get_by_text(MARKUP).first.wait_for()
    assert page.locator("main img, main script").count() == 0
    assert page.title() == "Task · celeriac-test"
    assert page.url.endswith(task_id)


def test_a_task_of_a_hostile_name_and_id_can_be_opened_and_retried(console: Any, page_at: Any) -> None:
    hostile = "a/b?c=<d>&e=%2F'\""
    console.app.send_task(f"shop.{MARKUP}", task_id=hostile)
    until(lambda: (found := console.twin.backend.get(hostile)) is not None and found.ready)
    page = page_at(console, "#/failures")

    row(page, "NotRegistered").get_by_role("link").click()
    page.get_by_role("heading", name="<img src=x").wait_for()
    page.locator(".head .id").get_by_text(hostile).wait_for()

    assert page.locator("main img, main script").count() == 0


def test_marks_that_turn_text_around_are_written_out(console: Any, page_at: Any) -> None:
    ended(console, "shop.fail", TURNED)

    page = page_at(console, "#/failures")

    row(page, "invoice_\\u202egnp.exe").wait_for()
    assert "\u202e" not in page.locator("main").inner_text()


def test_a_hundred_kilobytes_of_error_are_shown_in_part_and_fit_the_page(console: Any, page_at: Any) -> None:
    task_id = ended(console, "shop.fail", "x" * 100_000)
    page = page_at(console, f"#/task/{task_id}", viewport=PHONE)

    message = page.get_by_role("region", name="Message", exact=True)
    message.get_by_text("All of it").click()

    message.get_by_role("region", name="all of it").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert len(page.get_by_role("region", name="Error", exact=True).inner_text()) < 20_000


def test_a_thousand_failures_are_as_quick_as_ten(console: Any, page_at: Any) -> None:
    for number in range(1000):
        sent(console, "shop.fail", f"number {number}")
    until(lambda: not console.twin.broker.messages["shop"])

    page = page_at(console, "#/failures", is_alone=True)
    page.locator("[data-row]").nth(99).wait_for()
    page.get_by_label("All 100 failures of this page").check()
    page.get_by_text("100 selected").wait_for()

    assert processor_s(page) < 5
    page.get_by_role("link", name="Older").wait_for()


def processor_s(page: Any) -> float:
    """How long the page's process has had a processor: on a busy machine the clock runs on without it."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    told = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    return float(told["ProcessTime"])


def test_a_long_name_does_not_widen_the_page(console: Any, page_at: Any) -> None:
    console.app.send_task("shop." + "w" * 240)
    until(lambda: not console.twin.broker.messages["shop"])

    for viewport in (PHONE, {"width": 1000, "height": 700}):
        page = page_at(console, "#/failures", viewport=viewport)
        row(page, "NotRegistered").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
