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


class SuiteApp(Celeriac):
    """Celeriac's app; what it lacks fails the test that uses it."""

    def __init__(self, main: str = "t") -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # neither setting has an effect, and each says so
            super().__init__(main, result_backend=BACKEND, broker_url=BROKER)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise NotYet(f"app.{name}")
