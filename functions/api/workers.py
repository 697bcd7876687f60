"""`GET /workers`: what each worker is, and the size of its function."""

from __future__ import annotations

import dataclasses
from http import HTTPStatus

from api.app import app
from api.documents import WorkerDocument, WorkerList
from api.requests import Request
from api.responses import Response

__all__ = ["get_workers"]


def get_workers(request: Request) -> Response:  # noqa: ARG001 - there is nothing to ask for
    """Tell of all workers, by name: its queues, its function, and once it has run, its tasks."""
    workers = [WorkerDocument(**dataclasses.asdict(status)) for status in app.operations.workers()]
    return Response(HTTPStatus.OK, WorkerList(workers))
