"""Time limits that are short, and yet find a task running, however busy the machine is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from celeriac.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded

SHORT_S, LONG_S = 0.02, 30.0
LIMITS_S = (SHORT_S, 10 * SHORT_S, 100 * SHORT_S)
"""Tried one after the other: a busy machine may not come to a task's first line within the shortest."""


def inside(begun: threading.Event, attempt: Callable[[float], Any]) -> Any:
    """What comes of an attempt with a limit that falls due once it has begun."""
    for limit_s in LIMITS_S:
        try:
            return attempt(limit_s)
        except (SoftTimeLimitExceeded, TimeLimitExceeded):
            if begun.is_set():
                raise
    raise AssertionError("it has never begun")
