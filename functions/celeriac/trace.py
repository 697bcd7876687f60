"""Run one task: from a message to the row that says what became of it.

A feature is a hook around this, not a branch in it.
"""

from __future__ import annotations

from celeriac import clock, context, handlers, states
from celeriac.calling import call
from celeriac.context import Context
from celeriac.declaring import declared
from celeriac.exceptions import EncodeError, Ignore, Reject, Retry, Terminated
from celeriac.failure import record_of
from celeriac.ids import told_by
from celeriac.message import Message
from celeriac.result.family import records_of
from celeriac.row import Row
from celeriac.serialization import dumps
from celeriac.task import Task

__all__ = ["failed", "trace"]


def trace(task: Task, request: Context) -> Row:
    """Call the task; whatever it raises is an outcome, but for `Reject(requeue=True)`, which wants the message back."""
    message, started_at = request.delivered, clock.now()
    text = whole(message)  # now: the task may change its arguments
    with context.pushed(task, request), told_by(message.id, message.retries):
        try:
            request.value = call(task, request)
            kept = text if task.app.conf.result_extended else None
            row = Row.of(message, states.SUCCESS, result=dumps(request.value), message=kept)
            if request.retrying:
                request.error, row = request.retrying, retried(message, request.retrying, text)
        except Ignore:
            row = declared(request) or Row.of(message, states.IGNORED)
        except Retry as retry:
            request.error, row = retry, retried(message, retry, text)
        except (Exception, SystemExit) as error:
            if isinstance(error, Reject) and error.requeue:
                raise
            request.error, row = error, failed(message, error, text)
        handlers.end(task, request, row.state)
    children = tuple(records_of(request.children))
    return row.replace(children=children, started_at=started_at, done_at=clock.now())


def failed(message: Message, error: BaseException, text: str | None = None) -> Row:
    """The row of a failure: the error, and the whole message, so that a person can send it again."""
    text, state = text or whole(message), states.REVOKED if isinstance(error, Terminated) else states.FAILURE
    return Row.of(message, state, error=dumps(record_of(error)), message=text, done_at=clock.now())


def retried(message: Message, retry: Retry, text: str) -> Row:
    """The row of an attempt that another one follows; a failure where what should follow cannot be sent."""
    again: Message | None = retry.sig
    if again is None:
        return failed(message, retry, text)
    error = dumps(record_of(retry.exc or retry))
    try:
        return Row.of(message, states.RETRY, attempt=again.retries, error=error, message=again.dumps())
    except EncodeError as problem:
        return failed(message, problem, text)


def whole(message: Message) -> str:
    """The message as it can be sent again at any time."""
    return message.replace(eta=None, expires=None, slot=None, missed=0).dumps()
