"""Waiting for a condition, with an end to it."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class WaitedTooLongError(RuntimeError):
    """Raised when a condition has not come true in its time."""


def until(condition: Callable[[], T | None], what: str, timeout_s: float, pause_s: float = 0.05) -> T:
    """The first true answer of `condition`, asked every `pause_s`; `what` names it should it never come."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise WaitedTooLongError(f"waited {timeout_s:g} s for {what}")
        time.sleep(pause_s)
