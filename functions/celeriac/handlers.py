"""What is called around a task's body: its own handlers, and the signals.

They are part of the attempt. They run before its outcome is recorded, and again if the attempt must be repeated. What a
handler raises after the body is logged and changes nothing.
Source: https://docs.celeryq.dev/en/stable/userguide/tasks.html#handlers
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from celeriac import signals, states
from celeriac.context import Context
from celeriac.failure import ExceptionInfo

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.message import Message
    from celeriac.task import Task

__all__ = ["begin", "end", "internal_error"]

_logger = logging.getLogger("celeriac")


def begin(task: Task, request: Context) -> None:
    """Before the body; what `before_start` raises is the task's failure."""
    request.began_s = time.perf_counter()
    signals.task_prerun.send(task, task_id=request.id, task=task, args=request.args, kwargs=request.kwargs)
    task.before_start(request.id, request.args, request.kwargs)


def end(task: Task, request: Context, state: str) -> None:
    """After the body, whatever became of it."""
    value, error, call = request.value, request.error, (request.id, request.args, request.kwargs)
    about: dict[str, Any] = {"task_id": request.id, "args": request.args, "kwargs": request.kwargs}
    info = ExceptionInfo(error) if error is not None else None
    if state == states.SUCCESS:
        _guarded(task.on_success, value, *call)
        signals.task_success.send(task, result=value, runtime=time.perf_counter() - request.began_s)
    elif state == states.RETRY and error is not None:
        reason: BaseException = getattr(error, "exc", None) or error
        _guarded(task.on_retry, reason, *call, ExceptionInfo(reason))
        signals.task_retry.send(task, request=request, reason=error, einfo=info)
    elif state == states.FAILURE and info is not None:
        _guarded(task.on_failure, error, *call, info)
        signals.task_failure.send(task, **about, exception=error, traceback=info.tb, einfo=info)
    elif state == states.REVOKED:
        signals.task_revoked.send(task, request=request, terminated=True, signum=None, expired=False)
    outcome = value if error is None else error
    if state != states.IGNORED:
        _guarded(task.after_return, state, outcome, *call, info)
    signals.task_postrun.send(task, **about, task=task, retval=outcome, state=state)


def internal_error(app: Celeriac, message: Message, error: Exception) -> None:
    """What went wrong around a task: its message is delivered again."""
    request, info = Context.of(message), ExceptionInfo(error)
    about: dict[str, Any] = {"task_id": message.id, "args": message.args, "kwargs": message.kwargs}
    about |= {"request": request, "exception": error, "traceback": info.tb, "einfo": info}
    signals.task_internal_error.send(app.known(message.task) or app, **about)


def _guarded(handler: Callable[..., Any], *args: Any) -> None:
    try:
        handler(*args)
    except Exception:
        _logger.exception("a task's %s raised", getattr(handler, "__name__", handler))
