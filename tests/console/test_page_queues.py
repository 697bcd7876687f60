"""The view of queues: what each of its buttons does to the queue behind it."""

from __future__ import annotations

from typing import Any

from tests.console.reading import row, sent, until


def cells(line: Any) -> dict[str, str]:
    """A row's cells by their headings."""
    found = line.locator("td").evaluate_all("cells => cells.map((cell) => [cell.dataset.label, cell.innerText.trim()])")
    return dict(found)


def paused_with(console: Any, *args: int) -> None:
    """Pause the queue `shop` and send it tasks, which then wait."""
    console.twin.operations.pause("shop")
    for arg in args:
        sent(console, "shop.add", arg)


def test_it_tells_how_full_each_queue_is_lanes_included(console: Any, page_at: Any) -> None:
    paused_with(console, 1, 2)

    page = page_at(console, "#/queues")

    row(page, "shop.bulk").wait_for()
    told = cells(page.locator('tr[data-key="shop"]'))
    assert (told["Waiting"], told["State"], told["Dead letters"]) == ("2", "paused", "0")
    assert cells(row(page, "shop.bulk"))["State"] == "reading"


def test_pausing_is_asked_about_and_stops_the_reading(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/queues")

    page.get_by_role("button", name="Pause press").click()
    dialog = page.get_by_role("dialog", name="Pause press?")
    dialog.get_by_text("Messages are taken and kept").wait_for()
    assert "press" not in console.twin.operations.paused
    dialog.get_by_role("button", name="Pause").click()

    page.get_by_text("press is paused.").wait_for()
    assert console.twin.operations.paused == {"press"}
    assert cells(row(page, "press"))["State"] == "paused"


def test_resuming_has_what_waits_worked_off(console: Any, page_at: Any) -> None:
    paused_with(console, 1)
    page = page_at(console, "#/queues")

    page.get_by_role("button", name="Resume shop", exact=True).click()
    page.get_by_role("dialog").get_by_text("1 message waits").wait_for()
    page.get_by_role("dialog").get_by_role("button", name="Resume").click()

    page.get_by_text("shop is read again.").wait_for()
    until(lambda: not console.twin.broker.messages["shop"])


def test_a_purge_wants_the_name_of_the_queue_and_then_deletes(console: Any, page_at: Any) -> None:
    paused_with(console, 1, 2, 3)
    page = page_at(console, "#/queues")

    page.get_by_role("button", name="Purge shop", exact=True).click()
    dialog = page.get_by_role("dialog", name="Purge shop?")
    button, field = dialog.get_by_role("button", name="Purge"), dialog.get_by_label("Type shop to go on")
    assert button.is_disabled()
    field.fill("sho")
    assert button.is_disabled()
    field.press("Enter")
    assert len(console.twin.broker.messages["shop"]) == 3
    field.fill("shop")
    button.click()

    page.get_by_text("About 3 messages of shop were deleted.").wait_for()
    assert not console.twin.broker.messages["shop"]


def test_cancelling_changes_nothing(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/queues")

    page.get_by_role("button", name="Pause press").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    page.get_by_role("dialog").wait_for(state="detached")
    page.get_by_role("button", name="Pause press").click()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")

    assert not console.twin.operations.paused
    assert not [call for call in console.gateway.calls if call.startswith("POST")]


def test_redriving_is_offered_for_dead_letters_and_sends_them_again(console: Any, page_at: Any) -> None:
    console.twin.operations.pause("shop")
    sent(console, "shop.add", 1)
    (message,) = console.twin.broker.messages["shop"]
    console.twin.broker.messages["shop"].remove(message)
    console.twin.operations.letters.append(("shop", message))
    page = page_at(console, "#/queues")

    page.get_by_role("button", name="Redrive shop").click()
    page.get_by_role("dialog").get_by_role("button", name="Redrive").click()

    page.get_by_text("1 dead letter of shop was sent again.").wait_for()
    assert console.twin.operations.letters == []
    until(lambda: not console.twin.broker.messages["shop"] or console.twin.operations.resume("shop"))
    assert page.get_by_role("button", name="Redrive press").count() == 0


def test_a_refusal_is_told_in_the_dialog_which_stays(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/queues")
    page.get_by_role("button", name="Pause press").click()
    console.gateway.answers = False

    page.get_by_role("dialog").get_by_role("button", name="Pause").click()

    page.get_by_role("dialog").get_by_role("alert").get_by_text("Service Unavailable").wait_for()
    assert page.get_by_role("dialog").get_by_role("button", name="Pause").is_enabled()
