"""The processes that run tests side by side."""

from __future__ import annotations

import os

__all__ = ["COUNT", "number", "worker_of"]

COUNT = 6
"""More than processors, for the tests mostly wait; each has a worker and a witness of its own."""


def number() -> int:
    """Which of them this is, from 0."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % COUNT


def worker_of(number: int) -> str:
    """The name of the worker that a process has for itself."""
    return f"celery_suite_{number}"
