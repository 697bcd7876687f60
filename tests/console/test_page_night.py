"""A page that is left open for a night: it grows by nothing that it has shown."""

from __future__ import annotations

from typing import Any

from tests.console.reading import VIEWS, ended, go, settled


def left(page: Any, session: Any) -> dict[str, int]:
    """How many nodes and listeners there are, once what nobody holds is gone."""
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
        page.evaluate("new Promise(requestAnimationFrame)")
    metrics = {one["name"]: int(one["value"]) for one in session.send("Performance.getMetrics")["metrics"]}
    return {name: metrics[name] for name in ("Nodes", "JSEventListeners")}


def through_all(page: Any, views: list[str]) -> None:
    for view in (*views, "queues"):
        go(page, f"#/{view}")
        settled(page)


def again(page: Any) -> None:
    """Ask for everything once more."""
    with page.expect_response("**/api/queues"):
        page.locator("body").press("r")


def test_neither_views_nor_answers_leave_anything_behind(console: Any, page_at: Any) -> None:
    views = [*VIEWS, f"task/{ended(console, 'shop.fail', 'no ink')}", f"task/{ended(console, 'press.print_all', 7)}"]
    page = page_at(console, "#/queues", is_alone=True)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    through_all(page, views)
    again(page)
    before = left(page, session)

    for _ in range(5):
        through_all(page, views)
    for _ in range(40):
        again(page)

    after = left(page, session)
    assert after["JSEventListeners"] <= before["JSEventListeners"]
    assert after["Nodes"] <= before["Nodes"] + 20
