"""Calling a task's body, within its time limits: here, or as a coroutine on the event loop."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from celeriac import handlers
from celeriac.timelimits import limits_of, within

if TYPE_CHECKING:
    from celeriac.context import Context
    from celeriac.task import Task

__all__ = ["call"]


def call(task: Task, request: Context) -> Any:
    """Call the task's handler and its body; returns what the body returns, or raises what it raises."""
    message = request.delivered
    # The call's own limits, or else the task's: who sends a task by its name does not know them.
    limits = limits_of(message.soft_time_limit or task.soft_time_limit, message.time_limit or task.time_limit)

    def body() -> Any:
        handlers.begin(task, request)
        return task.body(*message.args, **message.kwargs)

    value = body() if inspect.iscoroutinefunction(task.run) else within(limits, body)
    if not inspect.iscoroutine(value):
        return value
    from celeriac import event_loop  # asyncio takes 40 ms, which only an `async def` task is worth

    return event_loop.run(value, limits)
