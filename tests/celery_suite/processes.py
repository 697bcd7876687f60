"""The processes that run tests side by side."""

from __future__ import annotations

import os

__all__ = ["COUNTS", "number", "worker_of"]

COUNTS = {"twin": 6, "ministack": 4}
"""More than processors, for the tests mostly wait; each has a worker and a witness of its own. MiniStack and its
functions are processes, too, and some tests allow a worker no more than a second."""


def number() -> int:
    """Which of them this is, from 0; one that stands in for one that died has its number."""
    name, count = os.environ.get("PYTEST_XDIST_WORKER", "gw0"), os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")
    return int(name.removeprefix("gw")) % int(count)


def worker_of(number: int) -> str:
    """The name of the worker that a process has for itself."""
    return f"celery_suite_{number}"
