"""What Celery's integration tests find in their conftest: our own fixtures, under the names of theirs.

This module is a pytest plugin, and it is what the tests import as `t.integration.conftest`.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from functools import partial
from typing import Any

import pytest

from celeriac.contrib.testing.tasks import ping
from celeriac.testing import LiveTwin
from tests.celery_suite import aliases, parsing, processes, witness
from tests.celery_suite.processes import worker_of
from tests.celery_suite.remote_worker import RemoteWorker
from tests.celery_suite.suite_app import BACKEND as TEST_BACKEND
from tests.celery_suite.suite_app import BROKER as TEST_BROKER
from tests.celery_suite.suite_app import SuiteApp
from tests.celery_suite.witness import connection as get_redis_connection

__all__ = [
    "TEST_BACKEND",
    "TEST_BROKER",
    "check_for_logs",
    "flaky",
    "get_active_redis_channels",
    "get_redis_connection",
]


START_S = 30
"""The first task of a worker waits until it has begun, as in Celery's own suite."""

aliases.install()
parsing.take_turns()
sys.modules["t.integration.conftest"] = sys.modules[__name__]


def flaky(test: Callable[..., None]) -> Callable[..., None]:
    """Celery repeats such a test until it passes. Here it has to pass at once: a repetition would hide a duplicate."""
    return test


def check_for_logs(caplog: pytest.LogCaptureFixture, message: str, max_wait: float = 1.0) -> bool:
    """Whether a line that matches is logged in time."""
    return _until(lambda: any(re.search(message, record.message) for record in caplog.records), max_wait)


def get_active_redis_channels() -> list[bytes]:
    """The channels of the witness that somebody listens to."""
    channels: list[bytes] = get_redis_connection().execute_command("PUBSUB CHANNELS")
    return channels


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", default="twin", help="where the worker is")
    parser.addoption("--witnesses", default="0", help="the ports of the witnesses, one for each process")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = processes.longest_first(items)


@pytest.fixture(scope="session", autouse=True)
def redis_witness(pytestconfig: pytest.Config) -> Iterator[None]:
    ports = pytestconfig.option.witnesses.split(",")
    with witness.running(int(ports[processes.number() % len(ports)])):
        yield


@pytest.fixture(scope="session")
def celery_session_app(pytestconfig: pytest.Config) -> SuiteApp:
    """The app that every test shares: on the twin that of the worker."""
    from t.integration import tasks  # type: ignore[import-not-found]  # found once it is unpacked

    app = SuiteApp(worker_of(processes.number()))
    app.register_task(tasks.ClassBasedAutoRetryTask())
    return app


@pytest.fixture(scope="session", autouse=True)
def celery_session_worker(
    pytestconfig: pytest.Config, celery_session_app: SuiteApp, redis_witness: None
) -> Iterator[LiveTwin | RemoteWorker]:
    """The worker, and the cloud around it."""
    with ExitStack() as stack:
        is_remote = pytestconfig.option.engine == "ministack"
        worker = RemoteWorker() if is_remote else stack.enter_context(LiveTwin(celery_session_app))
        if isinstance(worker, LiveTwin):
            stack.enter_context(witness.knowing(worker.is_idle))
        ping.delay().get(timeout=START_S)
        yield worker


@pytest.fixture(autouse=True)
def app(celery_session_app: SuiteApp, celery_session_worker: LiveTwin | RemoteWorker) -> SuiteApp:
    """A test's own app, from which it sends; the newest app is the current one."""
    app = SuiteApp(celery_session_app.main)
    app.connect(celery_session_worker.services)
    return app


@pytest.fixture
def celery_app(app: SuiteApp) -> SuiteApp:
    return app


@pytest.fixture
def subtests() -> Any:
    """The first part of a test that fails ends it, so that a test passes or fails as a whole."""
    return Parts()


class Parts:
    """Celery's tests name their parts."""

    def test(self, msg: str | None = None, **_about: Any) -> AbstractContextManager[None]:
        return nullcontext()


@pytest.fixture
def manager(app: SuiteApp, celery_session_worker: LiveTwin | RemoteWorker) -> Iterator[Manager]:
    yield Manager(app, celery_session_worker)
    celery_session_worker.wait_until_idle()


class Manager:
    """What the tests look at the running system with."""

    def __init__(self, app: SuiteApp, worker: LiveTwin | RemoteWorker) -> None:
        self.app = app
        self.wait_until_idle = worker.wait_until_idle

    def inspect(self, timeout: float = 3.0) -> Any:
        return self.app.control.inspect(timeout=timeout)

    def join(self, result: Any, propagate: bool = False, timeout: float = 10) -> Any:
        return result.get(propagate=propagate, timeout=timeout)

    def wait_for(self, happened: Callable[[], Any], catch: tuple[type[Exception], ...], timeout_s: float = 10) -> None:
        """Wait until a call raises none of these."""
        if not _until(partial(_succeeds, happened, catch), timeout_s):
            happened()

    def assert_result_tasks_in_progress_or_completed(self, results: list[Any]) -> None:
        assert _until(lambda: all(result.state in {"STARTED", "SUCCESS"} for result in results), 10)


def _succeeds(happened: Callable[[], Any], catch: tuple[type[Exception], ...]) -> bool:
    try:
        happened()
    except catch:
        return False
    return True


def _until(condition: Callable[[], bool], timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
