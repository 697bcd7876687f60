"""How long tasks take, which a process learns from batch to batch, and how much of an invocation is left for them."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from celeriac.message import Message

__all__ = ["LambdaContext", "Paces", "TimeLeft"]

MARGIN_S = 2.0
"""What must be left of an invocation, beyond the longest task so far, for another task to begin."""
QUICK_S = 0.1
"""In a batch of tasks that each take less, what follows from them is sent together."""


class LambdaContext(Protocol):
    """What a worker needs of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int: ...


class Paces:
    """How long the last run of each task took in this process."""

    def __init__(self) -> None:
        self._last_s: dict[str, float] = {}

    def note(self, task: str, took_s: float) -> None:
        """Note a run."""
        self._last_s[task] = took_s

    def are_quick(self, tasks: Iterable[str]) -> bool:
        """Whether all of these tasks are known to be quick."""
        return all(self._last_s.get(task, math.inf) <= QUICK_S for task in tasks)


class TimeLeft:
    """The time of one invocation; threads may ask for it side by side."""

    def __init__(self, context: LambdaContext) -> None:
        self._context, self._lock = context, threading.Lock()
        self._all_s, self._longest_s, self._begun = self._left_s(), 0.0, 0

    def note(self, took_s: float) -> None:
        """Note how long a task has taken."""
        self._longest_s = max(self._longest_s, took_s)

    def is_short_for(self, message: Message) -> bool:
        """Whether too little is left to begin this task; the first one always begins, or none ever would."""
        with self._lock:
            self._begun, left_s = self._begun + 1, self._left_s()
            # A limit is a worst case: to keep so much time free that nothing else fits would make batches of one.
            needed_s = max(self._longest_s, min(message.time_limit or 0, self._all_s / 3))
            return self._begun > 1 and left_s < needed_s + MARGIN_S

    def _left_s(self) -> float:
        return self._context.get_remaining_time_in_millis() / 1000
