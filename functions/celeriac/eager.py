"""Running a task here and now, as a worker would: `task.apply()`, and `task_always_eager`.

Source: https://docs.celeryq.dev/en/stable/userguide/testing.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from celeriac import errbacks, states
from celeriac.canvas import maybe_signature
from celeriac.canvas.linking import listed
from celeriac.context import Context
from celeriac.exceptions import Reject
from celeriac.message import Message
from celeriac.publish import message_of
from celeriac.result import EagerResult
from celeriac.serialization import loads
from celeriac.trace import trace

if TYPE_CHECKING:
    from celeriac.task import Task

__all__ = ["apply"]


def apply(
    task: Task, args: Sequence[Any], kwargs: Mapping[str, Any] | None, throw: bool, options: dict[str, Any]
) -> EagerResult:
    """Run a task in this process, its retries and callbacks included; nothing is sent or stored."""
    links = {name: listed(options.pop(name, None)) for name in ("link", "link_error")}
    ignored = ("countdown", "eta", "queue")
    message = message_of(task.app, task.name, args, kwargs, **{k: v for k, v in options.items() if k not in ignored})
    request = _request(message)
    row = trace(task, request)
    while row.state == states.RETRY and row.message:
        request = _request(Message.loads(row.message))
        row = trace(task, request)
    if throw and request.error is not None and row.state == states.FAILURE:
        raise request.error
    if isinstance(request.error, Reject):
        return EagerResult(message.id, None, states.REJECTED, None, task.name, task.app)
    value = request.value if row.state == states.SUCCESS else request.error
    for callback in links["link"] if row.state == states.SUCCESS else ():
        maybe_signature(callback, task.app).apply((value,))
    for errback in links["link_error"] if row.state == states.FAILURE else ():
        if not errbacks.is_called_here(task.app, errback):
            maybe_signature(errback, task.app).apply((message.id,))
    if row.state == states.FAILURE:
        errbacks.call_here(task.app, message.replace(link_error=links["link_error"]), row)
    traceback = loads(row.error).get("traceback") if row.error else None
    return EagerResult(message.id, value, row.state, traceback, task.name, task.app)


def _request(message: Message) -> Context:
    """As Celery's eager tasks are told: without stamps there are none, rather than an empty set of them."""
    request = Context.of(message, is_eager=True)
    if not message.stamps:
        request.update(stamps=None, stamped_headers=None)
    return request
