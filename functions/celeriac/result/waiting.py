"""Where it is forbidden to wait for a result: inside a task on a worker, which may be the one that is waited for.

Source: https://docs.celeryq.dev/en/stable/userguide/tasks.html#avoid-launching-synchronous-subtasks
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from celeriac import context

__all__ = ["allow_join_result", "assert_will_not_block", "denied_join_result"]

_allowed: ContextVar[bool | None] = ContextVar("celeriac_waiting", default=None)


@contextmanager
def allow_join_result() -> Iterator[None]:
    """Permit waiting in here, even in a task; it is up to you that the other task can run."""
    token = _allowed.set(True)
    try:
        yield
    finally:
        _allowed.reset(token)


@contextmanager
def denied_join_result() -> Iterator[None]:
    """Forbid waiting in here."""
    token = _allowed.set(False)
    try:
        yield
    finally:
        _allowed.reset(token)


def assert_will_not_block() -> None:
    """Raise RuntimeError where it is forbidden to wait; a task that runs eagerly has no worker to block."""
    running = context.current_worker_task()
    is_allowed = _allowed.get()
    if is_allowed is None:
        is_allowed = running is None or running[1].is_eager
    if not is_allowed:
        raise RuntimeError("Never call result.get() within a task! Chain the tasks instead.")
