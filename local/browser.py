"""A headless Chromium, for the pictures and the tests of the console: one that is here, or Playwright's own."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "google-chrome", "chromium-browser")
"""What it may be called, in the order in which `local/setup/browser` looks for it."""
FLAGS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@contextmanager
def chromium() -> Iterator["Browser"]:
    """A browser; while it is open, the thread has an event loop that runs."""
    from playwright.sync_api import sync_playwright  # which nothing else here needs

    # Chromium's sandbox does not work for root, which has nothing to be kept from on a machine for tests.
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_found(), args=flags)
        yield browser
        browser.close()


def _found() -> str | None:
    """The browser that is named or found; None is Playwright's own."""
    return next(filter(None, map(_working, [os.environ.get("CHROMIUM", ""), *NAMES])), None)


def _working(name: str) -> str | None:
    path = shutil.which(name)
    if path is None or subprocess.run([path, "--version"], capture_output=True, check=False).returncode:  # noqa: S603 - a browser
        return None
    return path
