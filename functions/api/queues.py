"""`/queues`: how full they are, and what operators do to them."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from http import HTTPStatus

from api.app import app
from api.documents import MovedDocument, PurgedDocument, QueueDocument, QueueList
from api.parameters import QUEUE
from api.problems import QueueUnknown, Unavailable
from api.requests import Request
from api.responses import Response
from celeriac.broker import PurgedLately
from celeriac.operations import QueueStatus, SwitchedLately

__all__ = ["get_queues", "pause_queue", "purge_queue", "redrive_queue", "resume_queue"]

PURGED_EVERY_S = 60
SWITCHED_WITHIN_S = 30
WATCHED_S = 20.0
"""How long an answer waits for dead letters to be moved; SQS goes on without being watched."""


class _Watched(Exception):
    """Raised to look away from a move that takes long."""


def get_queues(request: Request) -> Response:  # noqa: ARG001 - there is nothing to ask for
    """Tell of all queues, by name: how much waits, is in hand, is not due yet, and is dead.

    The numbers are SQS's, which are about right. `oldest_s` comes from CloudWatch, which is a minute or two late
    and is asked once a minute.
    """
    return Response(HTTPStatus.OK, QueueList([_document(status) for status in app.operations.queues()]))


def pause_queue(request: Request) -> Response:
    """Have no worker read a queue until it is resumed; tasks that run go on. It may take a minute."""
    return _switched(request, app.operations.pause)


def resume_queue(request: Request) -> Response:
    """Have its worker read a queue again. It may take a minute."""
    return _switched(request, app.operations.resume)


def purge_queue(request: Request) -> Response:
    """Delete all that waits in a queue, for good; once a minute, which is what SQS allows.

    What is deleted has no outcome, ever: it stays as it was, and a chord that loses a member never ends.
    """
    name = _name(request)
    try:
        purged = app.control.purge(queues=[name])
    except PurgedLately as error:
        detail = f"The queue {name!r} was purged less than a minute ago, and SQS purges once a minute: repeat it then."
        raise Unavailable(detail, retry_after_s=PURGED_EVERY_S) from error
    return Response(HTTPStatus.ACCEPTED, PurgedDocument(name, purged))


def redrive_queue(request: Request) -> Response:
    """Send a queue's dead letters to it again; those that are recorded as failures are retried as tasks instead.

    SQS moves them by itself: the answer comes when all were moved, or after twenty seconds, with `done` false.
    """
    name, moved, deadline = _name(request), 0, min(time.monotonic() + WATCHED_S, request.deadline - 2)

    def watch(number: int) -> None:
        nonlocal moved
        moved = number
        if time.monotonic() > deadline:
            raise _Watched

    try:
        moved, done = app.operations.redrive(name, watch), True
    except _Watched:
        done = False
    return Response(HTTPStatus.ACCEPTED, MovedDocument(name, moved, done))


def _name(request: Request) -> str:
    name: str = QUEUE.read(request)
    if name not in app.services.broker.queues:
        raise QueueUnknown(f"There is no queue {name!r:.200}; GET /queues has them all.")
    return name


def _switched(request: Request, switch: Callable[[str], None]) -> Response:
    """Switch the queue, and tell of it."""
    name = _name(request)
    try:
        switch(name)
    except SwitchedLately as error:
        detail = f"Lambda is still busy with the last pause or resume of the queue {name!r}: repeat it in a minute."
        raise Unavailable(detail, retry_after_s=SWITCHED_WITHIN_S) from error
    (status,) = app.operations.queues([name])
    return Response(HTTPStatus.ACCEPTED, _document(status))


def _document(status: QueueStatus) -> QueueDocument:
    return QueueDocument(**dataclasses.asdict(status))
