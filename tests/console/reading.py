"""What tests do with the console's page: send tasks and wait for their ends, find rows, have axe look."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Request

    from tests.console.conftest import Console

__all__ = [
    "PHONE",
    "VIEWS",
    "WIDE",
    "axe_finds",
    "ended",
    "go",
    "row",
    "sent",
    "settled",
    "under_way",
    "until",
    "until_page",
]

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 780}
VIEWS = ("overview", "queues", "tasks", "failures", "schedules", "workers")
GO = """hash => new Promise((done) => {
  if (location.hash === hash) done();
  addEventListener("hashchange", done, { once: true }); // after the page's own
  location.hash = hash;
})"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def sent(console: Console, name: str, *args: Any, **kwargs: Any) -> str:
    """Send a task by its name; returns its id."""
    return str(console.app.send_task(name, args, kwargs).id)


def ended(console: Console, name: str, *args: Any) -> str:
    """Send a task and wait until its outcome is recorded; returns its id."""
    task_id = sent(console, name, *args)
    until(lambda: (row := console.twin.backend.get(task_id)) is not None and row.ready)
    return task_id


def until(holds: Callable[[], Any], timeout_s: float = 60) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, "what was waited for has not come"
        time.sleep(0.01)


def until_page(page: Page, holds: Callable[[], Any], timeout_s: float = 60) -> None:
    """Wait until something holds that Playwright's events bring about: they come only while it is at work."""
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, "what was waited for has not come"
        page.wait_for_timeout(10)


def under_way(page: Page) -> set[Request]:
    """The page's requests that have begun from now on and have not ended; it changes as they do."""
    begun = set[Any]()
    page.on("request", lambda request: begun.add(request))
    page.on("requestfinished", lambda request: begun.discard(request))
    page.on("requestfailed", lambda request: begun.discard(request))
    return begun


def go(page: Page, fragment: str) -> None:
    """Go to a view, as a link does, and wait until the page has turned to it."""
    page.evaluate(GO, fragment)


def row(page: Page, text: str) -> Locator:
    """The row of a table that has a text."""
    return page.locator("[data-row]").filter(has_text=text)


def settled(page: Page) -> None:
    """Wait until the view has been answered."""
    page.locator("#main .view h1").wait_for()
    page.wait_for_selector("#main [aria-busy]", state="detached")


def axe_finds(page: Page, rules: list[str] = RULES) -> list[str]:
    """What axe finds wrong with the page, in words; `rules` are names of rules, or of sets of them."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules}).then(({violations}) => violations)", rules)
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]
