"""The view of schedules: the timetable, and changes to it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.console.reading import ended, row


@pytest.fixture
def schedules(console: Any) -> Any:
    """The timetable behind the console."""
    ended(console, "shop.add", 1)  # from then on the worker's tasks are known
    return console.twin.apps["shop"].schedules


def test_each_schedule_tells_its_task_its_zone_and_its_next_runs(schedules: Any, console: Any, page_at: Any) -> None:
    schedules.create("nightly", "shop.add", "30 3 * * *", timezone="Europe/Berlin", args=[1])

    page = page_at(console, "#/schedules")

    line = row(page, "nightly")
    line.get_by_text("30 3 * * *").wait_for()
    line.get_by_text("Europe/Berlin").wait_for()
    runs = [entry.isoformat() for entry in schedules.get("nightly").next_runs(3)]
    told = line.locator(".runs .quiet time").evaluate_all("times => times.map((time) => time.dateTime)")
    assert [one.replace("Z", "+00:00") for one in told] == runs


def test_a_schedule_is_paused_resumed_and_deleted(schedules: Any, console: Any, page_at: Any) -> None:
    schedules.create("nightly", "shop.add", "30 3 * * *")
    page = page_at(console, "#/schedules")

    def press(verb: str) -> None:
        page.get_by_role("button", name=f"{verb} nightly").click()
        page.get_by_role("dialog").get_by_role("button", name=verb).click()

    press("Pause")
    page.get_by_text("nightly is paused.").wait_for()
    assert not schedules.get("nightly").enabled
    press("Resume")
    page.get_by_text("nightly fires again.").wait_for()
    assert schedules.get("nightly").enabled
    press("Delete")
    page.get_by_text("nightly was deleted.").wait_for()
    assert schedules.list() == []


def test_a_new_schedule_is_what_the_form_says(schedules: Any, console: Any, page_at: Any) -> None:
    page = page_at(console, "#/schedules")

    page.get_by_role("button", name="New schedule").click()
    form = page.get_by_role("dialog", name="New schedule")
    form.get_by_label("Name").fill("every morning")
    form.get_by_label("Task").fill("shop.add")
    form.get_by_label("When").fill("15 7 * * mon-fri")
    form.get_by_label("Time zone").fill("America/New_York")
    form.get_by_label("args", exact=False).first.fill("[40]")
    form.get_by_label("kwargs").fill('{"y": 2}')
    form.get_by_role("button", name="Create").click()

    row(page, "every morning").wait_for()
    entry = schedules.get("every morning")
    assert (entry.task, [*entry.args], dict(entry.kwargs), entry.enabled) == ("shop.add", [40], {"y": 2}, True)
    assert str(entry.schedule.fields) == "15 7 * * mon-fri"


def test_editing_changes_what_is_changed(schedules: Any, console: Any, page_at: Any) -> None:
    schedules.create("nightly", "shop.add", "30 3 * * *", timezone="Europe/Berlin", args=[1])
    page = page_at(console, "#/schedules")

    page.get_by_role("button", name="Edit nightly").click()
    form = page.get_by_role("dialog", name="Edit nightly")
    assert form.get_by_label("When").input_value() == "30 3 * * *"
    form.get_by_label("When").fill("45 3 * * *")
    form.get_by_role("button", name="Save").click()

    row(page, "45 3 * * *").wait_for()
    assert schedules.get("nightly").schedule.fields == "45 3 * * *"
    assert [*schedules.get("nightly").args] == [1]


def test_what_is_wrong_stands_at_its_field(schedules: Any, console: Any, page_at: Any) -> None:
    page = page_at(console, "#/schedules")
    page.get_by_role("button", name="New schedule").click()
    form = page.get_by_role("dialog", name="New schedule")
    form.get_by_label("Name").fill("wrong")
    form.get_by_label("Task").fill("shop.nothing")
    form.get_by_label("When").fill("30 3 * * *")
    form.get_by_label("kwargs").fill("{")
    form.get_by_role("button", name="Create").click()

    form.get_by_role("alert").get_by_text("kwargs is not JSON.").wait_for()
    form.get_by_label("kwargs").fill("{}")
    form.get_by_role("button", name="Create").click()
    form.locator("#fault-task").get_by_text("There is no task 'shop.nothing'.").wait_for()
    assert schedules.list() == []


def test_nothing_scheduled_says_how_to_begin(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/schedules")

    page.get_by_text("Nothing is scheduled.").wait_for()
