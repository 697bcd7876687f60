"""An app for Celery's tests: Celeriac's, with what the tests ask of their surroundings before they begin."""

from __future__ import annotations

import warnings
from typing import Any

from celeriac import Celeriac
from tests.celery_suite.placeholders import NotYet

__all__ = ["BACKEND", "BROKER", "SuiteApp"]

BACKEND = "redis://"
"""There is a Redis, if only as a witness: most tests want to hear so, or skip."""
BROKER = "sqs://"
SETTINGS: dict[str, Any] = {
    "accept_content": ["json"],
    "broker_heartbeat": 0,
    "broker_url": BROKER,
    "deprecated_settings": None,
    "enable_utc": True,
    "include": None,
    "result_backend": BACKEND,
    "timezone": "UTC",
    "worker_hijack_root_logger": False,
    "worker_log_color": False,
}
"""Those of Celery's own test application."""


class SuiteApp(Celeriac):
    """Celeriac's app; what it lacks fails the test that uses it."""

    def __init__(self, main: str = "t") -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # most of them have no effect, and say so
            super().__init__(main, **SETTINGS)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name) if name.startswith("_") else NotYet(f"app.{name}")
