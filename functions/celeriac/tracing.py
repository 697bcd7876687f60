"""Traces: the X-Ray header of whoever sends a task travels with it, and on to the tasks that it sends.

Off unless CELERIAC_TRACING is "on", which the stack sets by one switch. Nothing of X-Ray's is imported: Lambda tells
each invocation its header, SQS carries one beside a message, and what a task sends has the header of the message that
it ran for, not that of the batch. In the message itself it outlives what SQS does not carry: retries, hops, schedules.
Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-services-sqs.html
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["current", "following", "is_on"]

_followed: ContextVar[str | None] = ContextVar("celeriac_trace", default=None)


def is_on() -> bool:
    """Whether messages carry a trace."""
    return os.environ.get("CELERIAC_TRACING") == "on"


def current() -> str | None:
    """The header that a message sent now should have: that of the task at hand, or of this invocation; None if off."""
    if not is_on():
        return None
    return _followed.get() or os.environ.get("_X_AMZN_TRACE_ID") or None


@contextmanager
def following(header: str | None) -> Iterator[None]:
    """Have what is sent in here belong to a trace: what a program outside Lambda does around its calls."""
    token = _followed.set(header)
    try:
        yield
    finally:
        _followed.reset(token)
