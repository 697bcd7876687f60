"""Error callbacks, in both of Celery's styles.

One that takes the failed task's id is sent as a task, like any other callback. One that takes more, `(request, exc,
traceback)`, is called in the worker where the task failed; a redelivery after a crash may call it again.
Source: https://docs.celeryq.dev/en/stable/userguide/calling.html#linking-callbacks-errbacks
"""

from __future__ import annotations

import inspect
import logging
from typing import TYPE_CHECKING, Any

from celeriac.canvas import maybe_signature
from celeriac.context import Context
from celeriac.failure import exception_of
from celeriac.message import Message
from celeriac.row import Row
from celeriac.serialization import loads

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["call_here", "is_called_here"]

_logger = logging.getLogger("celeriac")
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def is_called_here(app: Celeriac, errback: Any) -> bool:
    """Whether an error callback takes more than the failed task's id; one that is unknown here is sent."""
    signature = maybe_signature(errback, app)
    task = app.known(signature.task)
    if task is None or task.is_bound:
        return False
    parameters = list(task.signature_of_body.parameters.values())
    if any(parameter.kind is inspect.Parameter.VAR_POSITIONAL for parameter in parameters):
        return True
    given = set(signature.kwargs)
    open_ones = [item for item in parameters if item.kind in _POSITIONAL and item.name not in given]
    return len(open_ones) - (0 if signature.immutable else len(signature.args)) > 1


def call_here(app: Celeriac, message: Message, row: Row) -> None:
    """Call the error callbacks of a failed task that are to be called where it failed."""
    for errback in message.link_error:
        if is_called_here(app, errback):
            record = loads(row.error or "{}")
            try:
                maybe_signature(errback, app)(Context.of(message), exception_of(record), record.get("traceback"))
            except Exception:
                _logger.exception("the error callback %s raised", errback["task"])
