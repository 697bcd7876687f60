"""States that tasks declare themselves: progress on the way, or an outcome before `raise Ignore()`.

Source: https://docs.celeryq.dev/en/stable/userguide/tasks.html#custom-states
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from celeriac import clock, states
from celeriac.failure import record_of
from celeriac.revocation import end_if_terminated, heed_orders
from celeriac.row import Row
from celeriac.serialization import dumps

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.context import Context
    from celeriac.task import Task

__all__ = ["declare", "declared", "store"]


def declare(task: Task, request: Context, state: str, meta: dict[str, Any]) -> None:
    """Record a state of the running task. An outcome waits: it counts if the task then raises Ignore, and only then."""
    if state in states.READY_STATES:
        request.declared = (state, meta)
    else:
        heed_orders(task.app, request.delivered)
        row = Row.of(request.delivered, state, meta=dumps(meta))
        if not task.app.services.backend.progress(row):
            end_if_terminated(task.app, request.delivered)


def declared(request: Context) -> Row | None:
    """The outcome that a task which raised Ignore has declared, or None."""
    return _row(Row.of(request.delivered, request.declared[0]), request.declared[1]) if request.declared else None


def store(app: Celeriac, task_id: str, state: str, value: Any) -> None:
    """Record a state of any task, in its current attempt; `value` is what it returned, raised, or tells on its way.

    Not between two attempts, for the message of the one to come is in the row.
    """
    backend = app.services.backend
    standing = backend.get(task_id)
    row = standing.replace(state=state) if standing else Row(id=task_id, state=state)
    if state in states.READY_STATES:
        backend.record(_row(row, value))
    elif standing is None or standing.state != states.RETRY:
        backend.progress(row.replace(meta=dumps(value)))


def _row(row: Row, value: Any) -> Row:
    """A declared outcome: `value` is the result, or an exception, or Celery's record of one."""
    if row.state == states.SUCCESS:
        return row.replace(result=dumps(value), done_at=clock.now())
    if isinstance(value, BaseException):
        record = record_of(value)
    else:
        more = value if isinstance(value, Mapping) else {}
        record = {"exc_type": "TaskError", "exc_module": "celeriac.exceptions", "exc_message": [value], **more}
    return row.replace(error=dumps(record), message=None, done_at=clock.now())
