"""The processes that run tests side by side."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest  # which a worker in Lambda does not have

__all__ = ["COUNTS", "DISTRIBUTION", "longest_first", "number", "worker_of"]

COUNTS = {"twin": 6, "ministack": 4}
"""More than processors, for the tests mostly wait; each has a worker and a witness of its own. MiniStack and its
functions are processes, too, and some tests allow a worker no more than a second."""

DISTRIBUTION = ["--dist=load", "--maxschedchunk=1"]
"""A process is given the next test when it has begun its last."""
LONG = (
    "test_revoked_by_headers_complex_canvas",
    "test_retry",
    "test_expired",
    "test_chain_error_handler_with_eta",
    "test_generator",
)
"""Tests that sleep, from 48 s to 10: nobody should wait for one that was begun last."""


def longest_first(tests: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The long ones, each before a short one: of the first, a process is given two together."""
    long = sorted((test for test in tests if _name(test) in LONG), key=lambda test: LONG.index(_name(test)))
    short = [test for test in tests if _name(test) not in LONG]
    return [test for pair in zip(long, short, strict=False) for test in pair] + short[len(long) :] + long[len(short) :]


def _name(test: pytest.Item) -> str:
    return test.name.partition("[")[0]


def number() -> int:
    """Which of them this is, from 0; one that stands in for one that died has its number."""
    name, count = os.environ.get("PYTEST_XDIST_WORKER", "gw0"), os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")
    return int(name.removeprefix("gw")) % int(count)


def worker_of(number: int) -> str:
    """The name of the worker that a process has for itself."""
    return f"celery_suite_{number}"
