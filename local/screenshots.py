"""`python -m local.screenshots`: the pictures in docs/console, of the console before a deployment on this machine.

It wants `make up` to have been, sends some minutes of traffic, and takes a picture of each view with the browser that
the tests use.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from local import command_line, traffic
from local.browser import chromium
from local.cloud import ROOT, free_port
from local.screen import Screen
from local.session import deployed
from local.system import System

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PICTURES = ROOT / "docs/console"
SIZES = {"wide": (1360, 850), "phone": (360, 740)}
SETTLED_MS = 20_000
AS_IN_LAMBDA = r"""() => {
  for (const text of document.querySelectorAll("pre")) {
    const told = text.textContent
      .replaceAll(/"\/\S*?\/code\//g, '"/var/task/').replaceAll(/"\/\S*?\/lib\/python3/g, '"/var/lang/lib/python3');
    if (told !== text.textContent) text.textContent = told;
  }
}"""
"""Where the code of a traceback lies in an account; on this machine it is anywhere."""


@dataclass(frozen=True)
class Picture:
    """A view, how wide and in which colours; keys are pressed and an element is hovered over before it is taken."""

    name: str
    fragment: str
    size: Literal["wide", "phone"] = "wide"
    colours: Literal["light", "dark"] = "light"
    hovered: str = ""
    pressed: str = ""


def pictures(document: str, failure: str) -> list[Picture]:
    """All of them; of the tasks, that of a PDF with its family, and one that failed."""
    return [
        Picture("overview", "#/overview?range=1+h", hovered=".charts .chart:nth-of-type(3) .plot"),
        Picture("overview-dark", "#/overview?range=1+h", colours="dark"),
        Picture("overview-phone", "#/overview?range=1+h", "phone", "dark"),
        Picture("queues", "#/queues"),
        Picture("tasks", "#/tasks"),
        Picture("task", f"#/task/{document}"),
        Picture("task-failed", f"#/task/{failure}", colours="dark"),
        Picture("task-phone", f"#/task/{failure}", "phone"),
        Picture("failures", "#/failures", pressed="jxjxjx"),
        Picture("schedules", "#/schedules"),
        Picture("workers", "#/workers"),
    ]


def main() -> int:
    """Send, look, and write the files; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m local.screenshots", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5, help="of traffic before the pictures")
    arguments, screen = parser.parse_args(), Screen()
    system = deployed(None)
    if system is None:
        screen.line("Nothing is deployed on this machine: `make up` does it.")
        return 1
    if arguments.minutes:
        traffic.run(system, screen, arguments.minutes)
        traffic.stick(system, screen)
    with _console(system) as url, chromium() as browser:
        for picture in pictures(_document(system), _failure(system)):
            with screen.step(picture.name):
                _take(browser, url, picture)
    return 0


def _document(system: System) -> str:
    """A PDF that was read: it has sent a mail."""
    answer = system.api.get("/tasks", state="SUCCESS", name="process_pdf.process_pdf")
    return str(answer.json["tasks"][0]["id"])


def _failure(system: System) -> str:
    """A failure, if there is one of an image."""
    failed = list(traffic.failures(system))
    return str(next((task for task in failed if task["task"].startswith("thumbnail")), failed[0])["id"])


@contextmanager
def _console(system: System) -> Iterator[str]:
    """The console's address, token included, while it is served."""
    words = ["console", "--no-browser", "--port", str(free_port())]
    server = command_line.begin(system, *words, stdout=subprocess.PIPE)
    try:
        yield next(line.strip() for line in server.stdout or () if line.startswith("http"))
    finally:
        server.terminate()
        server.wait()


def _take(browser: "Browser", url: str, picture: Picture) -> Path:
    width, height = SIZES[picture.size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=picture.colours)
    page = context.new_page()
    page.goto(url, wait_until="networkidle")
    page.goto(f"{url.partition('?')[0]}{picture.fragment}")
    _settle(page)
    for key in picture.pressed:
        page.keyboard.press(key)
    if picture.hovered:
        page.locator(picture.hovered).hover(position={"x": 322, "y": 60})
    file = PICTURES / f"{picture.name}.png"
    page.screenshot(path=file, clip={"x": 0, "y": 0, "width": width, "height": min(height, _bottom(page))})
    context.close()
    return file


def _bottom(page: "Page") -> float:
    """Where the content ends, with some air below it, but not above the navigation's end."""
    return float(
        page.evaluate("""() => {
      const bottom = (selector) => document.querySelector(selector).getBoundingClientRect().bottom;
      return Math.max(bottom("#main .view") + 28, bottom("#nav") + 20);
    }""")
    )


def _settle(page: "Page") -> Any:
    """Wait until every part of the view has been answered."""
    page.locator("#main .view h1").wait_for()
    page.wait_for_selector("#main [aria-busy]", state="detached", timeout=SETTLED_MS)
    page.evaluate(AS_IN_LAMBDA)


if __name__ == "__main__":
    sys.exit(main())
