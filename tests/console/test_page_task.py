"""The view of one task: its whole story, and what may be done about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api import task_log
from celeriac import clock
from celeriac.operations import LogLine
from tests.console.reading import ended, go, sent, until


def panel(page: Any, name: str) -> Any:
    """A part of the story."""
    return page.get_by_role("region", name=name, exact=True)


def line(began: datetime, task_id: str, after_s: float, **fields: Any) -> LogLine:
    """A line of the log, so long after it began."""
    at = began + timedelta(seconds=after_s)
    return LogLine(
        id=f"{task_id} {after_s}", at=at, worker="shop", fields={"task_id": task_id, "task": "shop.again", **fields}
    )


def test_a_success_shows_its_result_and_its_times(console: Any, page_at: Any) -> None:
    task_id = ended(console, "shop.add", 40, 2)

    page = page_at(console, f"#/task/{task_id}")

    page.get_by_role("heading", name="shop.add").wait_for()
    panel(page, "Result").get_by_text("42").wait_for()
    panel(page, "Attempts").get_by_text("Attempt 1").wait_for()
    began = panel(page, "Facts").locator("div", has_text="Began").locator("time")
    at = datetime.fromisoformat(began.get_attribute("datetime") or "")
    assert began.get_attribute("title") == f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def test_a_failure_shows_its_error_its_traceback_and_its_message(console: Any, page_at: Any) -> None:
    task_id = ended(console, "shop.fail", "no ink")

    page = page_at(console, f"#/task/{task_id}")

    panel(page, "Error").get_by_text("no ink", exact=True).wait_for()
    panel(page, "Error").get_by_text("raise ValueError(reason)").wait_for()
    panel(page, "Message").get_by_text('["no ink"]').wait_for()


def test_attempts_are_a_timeline_made_of_the_log(console: Any, page_at: Any) -> None:
    task_id = ended(console, "shop.again")
    began = clock.now() - timedelta(minutes=5)
    said = [("RETRY", 0, 1.0), ("RETRY", 1, 41.0), ("SUCCESS", 2, 101.0)]
    console.twin.operations.lines += [
        line(
            began,
            task_id,
            after_s,
            message=f"task {state.lower()}",
            level="INFO",
            logger="celeriac.app.trace",
            attempt=attempt,
            duration_s=0.5,
            receives=1,
        )
        for state, attempt, after_s in said
    ]
    between = line(began, task_id, 0.7, message="opening the drawer", level="WARNING", drawer=3)
    console.twin.operations.lines.append(between)

    page = page_at(console, f"#/task/{task_id}")

    attempts = panel(page, "Attempts").get_by_role("listitem").filter(has=page.locator(".badge"))
    attempts.nth(2).wait_for()
    assert [attempts.nth(index).locator(".badge").inner_text() for index in range(3)] == ["RETRY", "RETRY", "SUCCESS"]
    panel(page, "Attempts").get_by_text("40 s until the next attempt").wait_for()
    log = panel(page, "Log")
    log.get_by_text("opening the drawer").click()
    log.get_by_text('{"drawer":3}').wait_for()


def test_a_log_that_was_not_searched_to_its_end_does_not_seem_to_be_empty(
    console: Any, page_at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = ended(console, "shop.add", 40, 2)
    monkeypatch.setattr(task_log, "SEARCHED_S", -1)

    page = page_at(console, f"#/task/{task_id}")

    panel(page, "Log").get_by_text("too long to be searched to its end").wait_for()


def test_parents_and_children_are_a_graph_of_links(console: Any, page_at: Any) -> None:
    task_id = ended(console, "press.print_all", 3)
    until(lambda: not console.twin.broker.messages["press"])
    page = page_at(console, f"#/task/{task_id}")

    family = panel(page, "Parents and children")
    children = family.get_by_role("link").filter(has_text="printed")
    children.nth(2).wait_for()
    children.nth(1).click()

    page.get_by_role("heading", name="press.printed").wait_for()
    family.get_by_role("link").filter(has_text="print_all").wait_for()
    current = family.locator("[aria-current=true]")
    assert "printed" in (current.text_content() or "")


def test_many_children_alike_are_one_until_asked_for(console: Any, page_at: Any) -> None:
    task_id = ended(console, "press.print_all", 30)
    until(lambda: not console.twin.broker.messages["press"])
    page = page_at(console, f"#/task/{task_id}")

    family = panel(page, "Parents and children")
    fold = family.get_by_role("button").filter(has_text="26 more printed")
    fold.press("Enter")

    family.get_by_role("link").nth(30).wait_for()
    assert fold.count() == 0


def test_a_retry_sends_the_failure_again(console: Any, page_at: Any) -> None:
    task_id = ended(console, "shop.fail")
    page = page_at(console, f"#/task/{task_id}")

    page.get_by_role("button", name="Retry").click()
    page.get_by_role("dialog", name="Retry shop.fail?").get_by_role("button", name="Retry").click()

    page.get_by_text("shop.fail was sent again.").wait_for()
    until(lambda: (row := console.twin.backend.get(task_id)).attempt == 1 and row.ready)
    panel(page, "Facts").locator("div", has_text="Attempt").get_by_text("2", exact=True).wait_for()


def test_a_drop_strikes_the_failure_off_and_leads_to_the_list(console: Any, page_at: Any) -> None:
    task_id = ended(console, "shop.fail")
    page = page_at(console, f"#/task/{task_id}")

    page.get_by_role("button", name="Drop").click()
    page.get_by_role("dialog").get_by_role("button", name="Drop").click()

    page.get_by_text("shop.fail was dropped.").wait_for()
    page.get_by_role("heading", name="Failures").wait_for()
    assert console.twin.backend.get(task_id).message is None


def test_a_task_that_runs_can_be_revoked_and_terminated(console: Any, page_at: Any, held: Any) -> None:
    task_id = sent(console, "shop.hold")
    until(lambda: console.twin.backend.get(task_id))
    page = page_at(console, f"#/task/{task_id}")

    page.get_by_role("button", name="Terminate").click()
    page.get_by_role("dialog").get_by_role("button", name="Terminate").click()

    page.get_by_text("shop.hold is to be ended.").wait_for()
    assert console.twin.backend.get(task_id).mark is not None
    held.set()
    page.get_by_role("button", name="Terminate").wait_for(state="detached")


def test_the_outcome_appears_without_a_reload(console: Any, page_at: Any, held: Any) -> None:
    task_id = sent(console, "shop.hold")
    until(lambda: console.twin.backend.get(task_id))
    page = page_at(console, f"#/task/{task_id}")
    page.locator("h1 + .badge", has_text="STARTED").wait_for()

    held.set()

    page.locator("h1 + .badge", has_text="SUCCESS").wait_for()
    panel(page, "Result").get_by_text('"let go"').wait_for()


def test_an_unknown_id_says_why_and_can_be_revoked_before_it_comes(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/task/not-yet")

    page.get_by_text("There is no task 'not-yet'").wait_for()
    page.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()

    until(lambda: console.twin.backend.get("not-yet"))


def story(page: Any, **task: Any) -> None:
    """Have the API tell a story whose task is another."""

    def told(route: Any) -> None:
        document = route.fetch().json()
        document["task"].update(task)
        route.fulfill(json=document)

    page.route("**/api/stories/*", told)


def test_of_a_traceback_its_end_is_seen_however_long_it_is(console: Any, page_at: Any) -> None:
    task_id = ended(console, "shop.fail", "no ink")
    frames = "".join(f'  File "shop/{number}.py", line {number}, in f\n    raise it\n' for number in range(20_000))
    page = page_at(console, "#/tasks")
    story(page, traceback=f"Traceback (most recent call last):\n{frames}ValueError: the very end")

    go(page, f"#/task/{task_id}")

    end = panel(page, "Error").get_by_role("region", name="Traceback", exact=True)
    end.get_by_text("ValueError: the very end").wait_for()
    seen = """pre => {
      const range = new Range(), text = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT).nextNode();
      range.setStart(text, text.length - 3), range.setEnd(text, text.length);
      const [last, box] = [range.getBoundingClientRect(), pre.getBoundingClientRect()];
      return box.top < last.top && last.bottom <= box.bottom;
    }"""
    assert end.evaluate(seen)
    assert len(end.inner_text()) < 10_000
    panel(page, "Error").get_by_text("All of it").click()
    panel(page, "Error").get_by_role("region", name="Traceback, all of it").get_by_text("shop/0.py").wait_for()


def test_an_option_that_is_an_object_has_the_whole_width(console: Any, page_at: Any) -> None:
    result = console.app.send_task("shop.fail", args=["x"], headers={"tenant": "a" * 200, "trace": "b" * 200})
    until(lambda: (row := console.twin.backend.get(result.id)) is not None and row.ready)
    page = page_at(console, f"#/task/{result.id}")

    headers = panel(page, "Message").locator(".options pre").first
    headers.wait_for()

    assert headers.bounding_box()["width"] > 0.9 * panel(page, "Message").locator(".options").bounding_box()["width"]


def test_a_long_line_of_the_log_is_shown_in_part_until_it_is_opened(console: Any, page_at: Any) -> None:
    task_id = ended(console, "shop.add", 1)
    long = line(clock.now(), task_id, -1, message=f"{'m' * 5000} the end", level="INFO", attempt=0)
    console.twin.operations.lines.append(long)
    page = page_at(console, f"#/task/{task_id}")
    summary = panel(page, "Log").locator("summary")

    summary.wait_for()
    assert len(summary.inner_text()) < 700
    summary.click()

    panel(page, "Log").get_by_role("region").get_by_text("the end").wait_for()


def test_a_story_that_may_not_be_read_is_not_one_that_is_unknown(console: Any, page_at: Any) -> None:
    page = page_at(console, "#/tasks")
    page.route("**/api/**", lambda route: route.fulfill(status=403, json={"Message": "not allowed"}))

    go(page, "#/task/unknown")

    page.get_by_text("This needs the permission “read”.").first.wait_for()
    assert page.get_by_role("button", name="Revoke").count() == 0
    assert page.get_by_text("is known once it tells of itself").count() == 0
