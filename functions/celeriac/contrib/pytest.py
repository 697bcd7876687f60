"""Fixtures for pytest; each is there under Celery's name, too: `celery_app` is `celeriac_app`.

In `conftest.py`, as in Celery: `pytest_plugins = ("celeriac.contrib.pytest",)`. A fixture that is overridden under
either name is the one that the others use.
Source: https://docs.celeryq.dev/en/stable/userguide/testing.html#fixtures
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import pytest

from celeriac.app import Celeriac
from celeriac.contrib.testing.app import TestApp, setup_default_app
from celeriac.contrib.testing.worker import start_worker
from celeriac.testing import LiveTwin

__all__ = [
    "celeriac_app",
    "celeriac_class_tasks",
    "celeriac_config",
    "celeriac_enable_logging",
    "celeriac_includes",
    "celeriac_parameters",
    "celeriac_session_app",
    "celeriac_session_worker",
    "celeriac_worker",
    "celeriac_worker_parameters",
    "celeriac_worker_pool",
    "depends_on_current_app",
    "use_celeriac_app_trap",
]

SESSION: Literal["session"] = "session"


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    for name in ("celeriac", "celery"):
        config.addinivalue_line("markers", f"{name}(**settings): settings of the app of one test")


@pytest.fixture(scope=SESSION)
def celeriac_config() -> Mapping[str, Any]:
    """Override it: the settings of the test app."""
    return {}


@pytest.fixture(scope=SESSION)
def celeriac_parameters() -> Mapping[str, Any]:
    """Override it: the arguments with which the test app is made, such as `task_cls`."""
    return {}


@pytest.fixture(scope=SESSION)
def celeriac_worker_parameters() -> Mapping[str, Any]:
    """Override it: the arguments of `start_worker`, such as `queues` or `shutdown_timeout`."""
    return {}


@pytest.fixture(scope=SESSION)
def celeriac_worker_pool() -> str:
    """Celery's pool; here a worker is a thread, whatever it says."""
    return "solo"


@pytest.fixture(scope=SESSION)
def celeriac_includes() -> Sequence[str]:
    """Override it: modules that are imported when a worker starts."""
    return ()


@pytest.fixture(scope=SESSION)
def celeriac_class_tasks() -> Sequence[Any]:
    """Override it: class-based tasks that the session's app registers."""
    return ()


@pytest.fixture(scope=SESSION)
def celeriac_enable_logging() -> bool:
    """Celery's switch; a test app never configures logging."""
    return False


@pytest.fixture(scope=SESSION)
def use_celeriac_app_trap() -> bool:
    """Override it with True, and whatever asks for the current app fails."""
    return False


def _also(name: str, scope: Literal["session", "function"] = SESSION) -> Any:
    """The same fixture under Celery's name."""

    @pytest.fixture(scope=scope, name=name.replace("celeriac", "celery"))
    def other(request: pytest.FixtureRequest) -> Any:
        return request.getfixturevalue(name)

    return other


celery_config = _also("celeriac_config")
celery_parameters = _also("celeriac_parameters")
celery_worker_parameters = _also("celeriac_worker_parameters")
celery_worker_pool = _also("celeriac_worker_pool")
celery_includes = _also("celeriac_includes")
celery_class_tasks = _also("celeriac_class_tasks")
celery_enable_logging = _also("celeriac_enable_logging")
use_celery_app_trap = _also("use_celeriac_app_trap")


@contextmanager
def _app(
    request: pytest.FixtureRequest, config: Mapping[str, Any], parameters: Mapping[str, Any], use_trap: bool
) -> Iterator[Celeriac]:
    marks = [mark for name in ("celeriac", "celery") if (mark := request.node.get_closest_marker(name))]
    settings = dict(config)
    for mark in marks:
        settings.update(mark.kwargs)
    app = TestApp(config=settings, **parameters)
    with setup_default_app(app, use_trap):
        yield app


@pytest.fixture(scope=SESSION)
def celeriac_session_app(
    request: pytest.FixtureRequest,
    celery_config: Mapping[str, Any],
    celery_parameters: Mapping[str, Any],
    use_celery_app_trap: bool,
) -> Iterator[Celeriac]:
    """An app for the whole session, and the current one."""
    with _app(request, celery_config, celery_parameters, use_celery_app_trap) as app:
        if not use_celery_app_trap:
            app.set_current()
        yield app


@pytest.fixture
def celeriac_app(
    request: pytest.FixtureRequest,
    celery_config: Mapping[str, Any],
    celery_parameters: Mapping[str, Any],
    use_celery_app_trap: bool,
) -> Iterator[Celeriac]:
    """An app for one test; override it to return the application's own."""
    with _app(request, celery_config, celery_parameters, use_celery_app_trap) as app:
        yield app


celery_session_app = _also("celeriac_session_app")
celery_app = _also("celeriac_app", "function")


@pytest.fixture(scope=SESSION)
def celeriac_session_worker(
    celery_session_app: Celeriac,
    celery_includes: Sequence[str],
    celery_class_tasks: Sequence[Any],
    celery_worker_pool: str,
    celery_worker_parameters: Mapping[str, Any],
) -> Iterator[LiveTwin]:
    """A worker for the whole session."""
    for task in celery_class_tasks:
        celery_session_app.register_task(task)
    with _worker(celery_session_app, celery_includes, celery_worker_pool, celery_worker_parameters) as worker:
        yield worker


@pytest.fixture
def celeriac_worker(
    celery_app: Celeriac,
    celery_includes: Sequence[str],
    celery_worker_pool: str,
    celery_worker_parameters: Mapping[str, Any],
) -> Iterator[LiveTwin]:
    """A worker for one test, which works off what the test's app sends; `get` its results."""
    with _worker(celery_app, celery_includes, celery_worker_pool, celery_worker_parameters) as worker:
        yield worker


celery_session_worker = _also("celeriac_session_worker")
celery_worker = _also("celeriac_worker", "function")


@contextmanager
def _worker(app: Celeriac, includes: Sequence[str], pool: str, parameters: Mapping[str, Any]) -> Iterator[LiveTwin]:
    for module in includes:
        importlib.import_module(module)
    with start_worker(app, pool=pool, **parameters) as worker:
        yield worker


@pytest.fixture
def depends_on_current_app(celery_app: Celeriac) -> None:
    """Make the test's app the current one."""
    celery_app.set_current()
