"""How often a long task tells how far it is: each time costs a write."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["Progress"]


class Progress:
    """Passes on the first report, then one a second at most, and only when another tenth is done."""

    STEP_S = 1.0
    STEPS = 10

    def __init__(self, report: Callable[[int, int], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._report, self._clock = report, clock
        self._next_s, self._next_step = 0.0, 0

    def __call__(self, done: int, total: int) -> None:
        """Take note that so much of the total is done."""
        now_s, step = self._clock(), self.STEPS * done // total
        if now_s >= self._next_s and self._next_step <= step < self.STEPS:
            self._next_s, self._next_step = now_s + self.STEP_S, step + 1
            self._report(done, total)
