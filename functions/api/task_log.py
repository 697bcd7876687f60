"""`GET /logs/{id}`: what the log of a task's worker says of it: its attempts, and what it logged itself.

It does not lie below `/tasks/{id}`, which submitters may ask for: in a policy `GET/tasks/*` matches slashes, too.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from api.app import app
from api.histories import LogLineDocument, TaskLog
from api.outcomes import task_id_of, task_not_found
from api.parameters import WRITTEN_SINCE
from api.requests import Request
from api.responses import Response
from celeriac import clock, log
from celeriac.operations import LogLine
from celeriac.row import Row

__all__ = ["get_log"]

LINES = 1000
CHARS = 1_500_000
"""What is told of a log at once: the answer must fit through Lambda, with each quotation mark as two."""
SEARCHED_S, MARGIN_S = 15.0, 2.0
"""How long a worker's log is searched: CloudWatch reads it through from the beginning of the time."""
BEFORE, AFTER = timedelta(days=1), timedelta(hours=1)
"""How far around the attempt that the row tells of: earlier attempts lie before it, copies after it."""


def get_log(request: Request) -> Response:
    """Tell what a task's worker has logged about it: each attempt and its end, and the lines that the task wrote.

    Without `since`, from a day before the task's last attempt to an hour after its end. Of a task without a row, such
    as one that ignores its result, all workers' logs of the last day are searched. Lines come some seconds late.
    """
    task_id, since = task_id_of(request), WRITTEN_SINCE.read(request)
    row = app.services.backend.get(task_id)
    deadline = min(time.monotonic() + SEARCHED_S, request.deadline - MARGIN_S)
    lines, is_cut = _as_many_as_fit(_found(row, task_id, since, deadline))
    is_cut = is_cut or time.monotonic() > deadline
    if row is None and not lines and not is_cut:  # what was not searched to its end may have some
        raise task_not_found(task_id)
    lines.sort(key=lambda line: line.at)
    return Response(HTTPStatus.OK, TaskLog([_document(line) for line in lines], is_cut))


def _found(row: Row | None, task_id: str, since: datetime | None, deadline: float) -> Iterator[LogLine]:
    about = (row and (row.started_at or row.done_at)) or clock.now()
    until = row.done_at + AFTER if row and row.ready and row.done_at and since is None else None
    for worker in _workers(row):
        if time.monotonic() > deadline:  # each more would be asked once, and that adds up
            return
        yield from app.operations.log(
            worker, since or about - BEFORE, until=until, task_id=task_id, within_s=deadline - time.monotonic()
        )


def _workers(row: Row | None) -> list[str]:
    """Whose logs may tell of a task."""
    known = sorted({queue.partition(".")[0] for queue in app.services.broker.queues})
    worker = ((row and row.queue) or "").partition(".")[0]
    return [worker] if worker in known else known


def _as_many_as_fit(lines: Iterable[LogLine]) -> tuple[list[LogLine], bool]:
    """The first lines, one at the least; and whether there are more."""
    taken: list[LogLine] = []
    chars = 0
    for line in lines:
        chars += len(json.dumps(line.fields, default=str))
        if taken and (len(taken) == LINES or chars > CHARS):
            return taken, True
        taken.append(line)
    return taken, False


def _document(line: LogLine) -> LogLineDocument:
    rest = {name: value for name, value in line.fields.items() if name not in {"time", "task_id", "task"}}
    return LogLineDocument(
        at=line.at,
        worker=line.worker,
        state=log.state_told(rest),
        level=_taken(rest, "level", str),
        message=_taken(rest, "message", str) or "",
        attempt=_taken(rest, "attempt", int),
        duration_s=_taken(rest, "duration_s", float, int),
        receives=_taken(rest, "receives", int),
        traceback=_taken(rest, "traceback", str) or _taken_from_error(rest),
        fields=rest,
    )


def _taken(fields: dict[str, Any], name: str, *kinds: type) -> Any:
    """A field's value, which is taken out, if it is what it should be: a task may log fields of its own."""
    return fields.pop(name) if type(fields.get(name)) in kinds else None


def _taken_from_error(fields: dict[str, Any]) -> str | None:
    """The traceback in the record of an exception (`celeriac.failure.record_of`)."""
    error = fields.get("error")
    if not isinstance(error, dict):
        return None
    fields["error"] = rest = dict(error)
    traceback: str | None = _taken(rest, "traceback", str)
    return traceback
