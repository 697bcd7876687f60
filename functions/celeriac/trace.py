"""Run one task: from a message to the row that says what became of it.

A feature is a hook around this, not a branch in it.
"""

from __future__ import annotations

from celeriac import clock, context, states
from celeriac.context import Context
from celeriac.exceptions import Ignore, Reject, Retry
from celeriac.failure import record_of
from celeriac.message import Message
from celeriac.row import Row
from celeriac.serialization import dumps
from celeriac.task import Task
from celeriac.timelimits import limited

__all__ = ["failed", "trace"]


def trace(task: Task, message: Message, *, redelivered: bool = False) -> Row:
    """Call the task; whatever it raises is an outcome, but for `Reject(requeue=True)`, which wants the message back."""
    started_at = clock.now()
    with context.pushed(task, Context.of(message, redelivered=redelivered)) as request:
        try:
            with limited(message.soft_time_limit, message.time_limit):
                row = Row.of(message, states.SUCCESS, result=dumps(task.body(*message.args, **message.kwargs)))
        except Ignore:
            row = Row.of(message, states.IGNORED)
        except Retry as retry:
            row = retried(message, retry)
        except (Exception, SystemExit) as error:
            if isinstance(error, Reject) and error.requeue:
                raise
            row = failed(message, error)
    return row.replace(children=tuple(request.children), started_at=started_at, done_at=clock.now())


def failed(message: Message, error: BaseException) -> Row:
    """The row of a failure: the error, and the whole message, so that a person can send it again."""
    text = message.replace(eta=None).dumps()
    return Row.of(message, states.FAILURE, error=dumps(record_of(error)), message=text, done_at=clock.now())


def retried(message: Message, retry: Retry) -> Row:
    """The row of an attempt that another one follows."""
    again: Message = retry.sig
    error = dumps(record_of(retry.exc or retry))
    return Row.of(message, states.RETRY, attempt=again.retries, error=error, message=again.dumps())
