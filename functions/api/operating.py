"""`DELETE /tasks/{id}`, `POST /tasks/{id}/retry` and `…/drop`: an operator's word on one task."""

from __future__ import annotations

from api.app import app
from api.outcomes import document_of, task_id_of, task_not_found
from api.parameters import TERMINATE
from api.problems import WrongState
from api.requests import Request
from api.responses import Response
from celeriac import states
from celeriac.exceptions import QueueNotFound

__all__ = ["delete_task", "drop_task", "retry_task"]


def delete_task(request: Request) -> Response:
    """Revoke a task: it does not begin, nor does a retry of it. To do so twice is no error.

    A task that runs goes on, and its result is kept; with `terminate` it is ended when it next tells of its progress.
    An id that nobody has sent yet is revoked, too, for a program's tasks are not known before they start.
    """
    task_id = task_id_of(request)
    app.control.revoke(task_id, terminate=TERMINATE.read(request))
    row = app.services.backend.get(task_id)
    if row is None:
        raise task_not_found(task_id)
    if row.ready and row.state != states.REVOKED:
        raise WrongState(f"The task {task_id!r} is done: its state is {row.state}, and an outcome never changes.")
    return Response(202, document_of(row.seen))


def retry_task(request: Request) -> Response:
    """Send a failure's message again, as one attempt more; what failed with it, later in its canvas, waits again.

    To do so twice sends the same attempt, which runs once.
    """
    task_id = task_id_of(request)
    failure = app.services.backend.get(task_id)
    if failure is None:
        raise task_not_found(task_id)
    try:
        app.failures.retry(task_id)
    except (ValueError, QueueNotFound) as error:
        raise WrongState(f"It cannot be sent again: {error}.") from error
    # What no worker could read comes back under an id of its own, so there may be no row any more.
    row = app.services.backend.get(task_id) or failure
    return Response(202, document_of(row.seen))


def drop_task(request: Request) -> Response:
    """Strike a failure off the list: it goes on to say FAILURE until it expires, but cannot be sent again."""
    task_id = task_id_of(request)
    failure = app.services.backend.get(task_id)
    if failure is None:
        raise task_not_found(task_id)
    try:
        app.failures.drop(task_id)
    except ValueError as error:
        raise WrongState(f"It cannot be dropped: {error}.") from error
    row = app.services.backend.get(task_id) or failure
    return Response(202, document_of(row.seen))
