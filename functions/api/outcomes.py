"""`GET /tasks/{id}`: what became of a task."""

from __future__ import annotations

import json
import time
from typing import Any

from msgspec import UNSET

from api.app import app
from api.documents import Links, TaskDocument, TaskError
from api.parameters import TASK_ID, WAIT
from api.problems import TaskNotFound
from api.requests import Request
from api.responses import Response
from api.sending import link_to
from celeriac import limits, states
from celeriac.result.family import task_ids_in
from celeriac.row import Row

__all__ = ["document_of", "error_of", "get_task", "task_id_of", "task_not_found"]

FIRST_INTERVAL_S, LONGEST_INTERVAL_S = 0.1, 1.0
MARGIN_S = 1.0
"""What must be left of the invocation for the answer itself."""
RESULT_CHARS = 3_000_000
"""A longer result would not pass through Lambda: its answers end at 6 MiB, and in them each quotation mark is two."""


def get_task(request: Request) -> Response:
    """Tell what is known of a task: its state, its result or error, the tasks that it sent.

    A task that came by HTTP is known from its 202 on. One that a program or another task sent is known once it has
    started to tell of itself, at the latest when it is finished; until then it is a 404. `wait` waits for either.
    """
    task_id = task_id_of(request)
    row = _awaited(task_id, min(time.monotonic() + WAIT.read(request), request.deadline - MARGIN_S))
    if row is None:
        raise task_not_found(task_id)
    return Response(200, document_of(row))


def _awaited(task_id: str, deadline: float) -> Row | None:
    """The task's row once it is finished, or as it is at the deadline; each look is one read."""
    pause_s = FIRST_INTERVAL_S
    while True:
        row = app.services.backend.get(task_id)
        row = row and row.seen
        if (row and row.ready) or time.monotonic() + pause_s > deadline:
            return row
        time.sleep(pause_s)
        pause_s = min(LONGEST_INTERVAL_S, pause_s * 1.5)


def task_id_of(request: Request) -> str:
    """The id in the path; raises TaskNotFound for what is no task's."""
    task_id: str = TASK_ID.read(request)
    if not _is_task_id(task_id):
        raise task_not_found(task_id)
    return task_id


def task_not_found(task_id: str) -> TaskNotFound:
    """The problem of an id that the table has no row of."""
    return TaskNotFound(f"There is no task {task_id!r:.300}, or its result has expired.")


def _is_task_id(text: str) -> bool:
    """Rows with a `#` in their key are the system's own; text that cannot be printed is nobody's id."""
    return 0 < len(text) <= limits.TASK_ID_CHARS and "#" not in text and text.isprintable()


def document_of(row: Row, most_chars: int = RESULT_CHARS) -> TaskDocument:
    """What is told of a task; a result that is longer than that is left out."""
    is_too_long = len(row.result or "") > most_chars
    return TaskDocument(
        id=row.id,
        task=row.name,
        state=row.state,
        result=None if is_too_long else _json(row.result),
        result_omitted=_too_long(row) if is_too_long else UNSET,
        error=error_of(row),
        meta=_json(row.meta),
        children=[task_id for task_id, _ in task_ids_in(row.children)],
        queue=row.queue,
        attempt=row.attempt,
        started_at=row.started_at,
        done_at=row.done_at,
        links=Links(link_to(row.id)),
    )


def _json(text: str | None) -> Any:
    """Stored JSON as it is: a date stays the object that `celeriac.serialization` made of it."""
    return None if text is None else json.loads(text)


def _too_long(row: Row) -> str:
    return f"It has {len(row.result or ''):,} characters, too many for HTTP; read it with AsyncResult({row.id!r}).get()"


def error_of(row: Row) -> TaskError | None:
    """Type and message; the traceback, which shows code and paths, stays in the table and the log."""
    if row.state not in states.EXCEPTION_STATES:
        return None
    record = _json(row.error) or {"exc_type": "TaskRevokedError", "exc_message": ["revoked"]}
    arguments = record.get("exc_message", [])
    arguments = arguments if isinstance(arguments, list) else [arguments]
    message = arguments[0] if len(arguments) == 1 else ", ".join(map(str, arguments))
    return TaskError(type=str(record.get("exc_type", "Exception")), message=str(message))
