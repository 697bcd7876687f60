"""The real console before the real API on a live twin, and a real browser before the console."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from api.app import app as api_app
from celeriac import Celeriac
from celeriac.console.address import ApiAddress
from celeriac.console.page_files import FOLDER
from celeriac.console.server import ConsoleServer
from celeriac.console.upstream import Upstream
from celeriac.testing import LiveTwin
from local.browser import chromium
from tests.console.gateway import CREDENTIALS, REGION, Gateway, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, JSHandle, Page


@dataclass(frozen=True)
class Console:
    """A console, the API behind it, and the system behind that; `app` sends tasks by their names."""

    server: ConsoleServer
    gateway: Gateway
    twin: LiveTwin
    app: Celeriac


@pytest.fixture
def aws_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that the tests' gateway knows, and none of this machine's."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "CELERIAC_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", CREDENTIALS.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CREDENTIALS.secret_key)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)


@pytest.fixture(scope="session")
def workers() -> Iterator[list[Celeriac]]:
    """The apps of the folders in `workers/`, which the API can import, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(Path(__file__).parent / "workers"), *sys.path])
        yield [import_module(f"{name}.tasks").app for name in ("press", "shop")]


@pytest.fixture
def held(workers: list[Celeriac]) -> Iterator[threading.Event]:
    """What `shop.hold` waits for: it is set at the test's end, if the test does not."""
    held: threading.Event = import_module("shop.tasks").held
    held.clear()
    yield held
    held.set()


@pytest.fixture
def open_console(
    aws_credentials: None, workers: list[Celeriac], held: threading.Event
) -> Iterator[Callable[..., Console]]:
    """Open a console with options of `ConsoleServer`, such as `read_only`; it ends with the test."""
    with ExitStack() as stack:

        def opened(**options: Any) -> Console:
            twin = stack.enter_context(LiveTwin(*workers, lanes={"shop.bulk": {}}))
            stack.callback(api_app.connect, api_app.connected)
            api_app.connect(twin.services)
            bare = Celeriac("celeriac", set_as_current=False)
            bare.connect(twin.services)
            gateway = Gateway()
            stack.enter_context(serving(gateway))
            upstream = Upstream(ApiAddress(url=gateway.url, deployment="celeriac-test"))
            stack.callback(upstream.close)
            server = ConsoleServer(upstream, **options)
            stack.enter_context(serving(server))
            return Console(server, gateway, twin, bare)

        yield opened
        held.set()


@pytest.fixture
def console(open_console: Callable[..., Console]) -> Console:
    """A console that may change things."""
    return open_console()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium. One for each module: while it is open, the thread has an event loop that runs."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def context_with(browser: Browser) -> Callable[..., BrowserContext]:
    """A browser's context with options such as `viewport`, the same for all of a module that want these.

    To open one takes longer than to load the page. Each console is an origin of its own, with a cookie and a storage of
    its own; only who changes the clock, which is the context's, needs one alone.
    """
    contexts: dict[str, BrowserContext] = {}

    def opened(**options: Any) -> BrowserContext:
        key = repr(sorted(options.items()))
        if key not in contexts:
            contexts[key] = browser.new_context(**options)
        return contexts[key]

    return opened


@pytest.fixture
def page_at(browser: Browser, context_with: Callable[..., BrowserContext]) -> Iterator[Callable[..., Page]]:
    """Open a console's page, `page_at(console, "#/tasks")`, with options of a browser's context, such as `viewport`.

    With `at` its clock stands at that time from the first, and goes on only as far as the test has it go. The test
    fails at its end if the page broke its policy or left an exception unhandled.
    """
    with ExitStack() as stack:
        faults: list[str] = []

        def opened(
            console: Console, fragment: str = "", *, is_alone: bool = False, at: datetime | None = None, **options: Any
        ) -> Page:
            is_alone = is_alone or at is not None
            context = browser.new_context(**options) if is_alone else context_with(**options)
            page = context.new_page()
            stack.callback(context.close if is_alone else page.close)
            page.set_default_timeout(60_000)  # long where many tests share few cores
            if at is not None:
                page.clock.install(time=at - timedelta(seconds=1))
                page.clock.pause_at(at)
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda said: faults.append(said.text) if _is_fault(said) else None)
            page.goto(f"{console.server.url}{fragment}")  # which stays when the token is taken out
            return page

        yield opened
    assert faults == []


@pytest.fixture
def module(context_with: Callable[..., BrowserContext]) -> Iterator[Callable[..., JSHandle]]:
    """A module of the page that imports no other, `module("layout.js")`, alone in an empty page."""
    with ExitStack() as stack:

        def imported(name: str, **options: Any) -> JSHandle:
            page = context_with(**options).new_page()
            stack.callback(page.close)
            source = quote((FOLDER / name).read_text())
            return page.evaluate_handle("source => import(`data:text/javascript,${source}`)", source)

        yield imported


def _is_fault(said: Any) -> bool:
    # The browser tells of every 4xx; whether that is right is for the test to say.
    return bool(said.type == "error" and not said.text.startswith("Failed to load resource"))
