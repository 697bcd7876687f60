"""`GET /metrics`: the figures of CloudWatch as charts need them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any

from msgspec import Meta, Struct

from api.app import app
from api.documents import Fault
from api.parameters import FIGURES_SINCE, WORKER
from api.problems import InvalidRequest
from api.requests import Request
from api.responses import Response
from celeriac import clock
from celeriac.exceptions import QueueNotFound
from celeriac.operations.figures import QueueFigures, WorkerFigures

__all__ = ["MetricsDocument", "get_metrics"]

USUAL = timedelta(hours=3)
DECIMALS = 3
"""Milliseconds: more would double the answer, and no chart shows it."""

Counts = Annotated[list[float], Meta(description="0 where the worker told nothing.")]
Values = Annotated[list[float | None], Meta(description="Null where CloudWatch has nothing.")]


class QueueSeries(Struct, kw_only=True, frozen=True):
    """A queue: how much waited, the age of the oldest, and how many were dead, at the most."""

    name: str
    waiting: Values
    oldest_s: Values
    dead: Values


class WorkerSeries(Struct, kw_only=True, frozen=True):
    """A worker, or one of its tasks: what became of how many attempts, and how long they took and waited."""

    worker: str
    task: Annotated[str | None, Meta(description="Null for all tasks of the worker together.")]
    received: Counts
    succeeded: Counts
    failed: Counts
    retried: Counts
    revoked: Counts
    duration_p50_s: Values
    duration_p95_s: Values
    time_in_queue_p95_s: Values


class MetricsDocument(Struct, kw_only=True, frozen=True):
    """The charts; every series has as many values as there are `times`, each of which is where a period begins."""

    since: datetime
    until: datetime
    period_s: int
    times: list[datetime]
    queues: list[QueueSeries]
    workers: list[WorkerSeries]


def get_metrics(request: Request) -> Response:
    """Tell how much was queued and done, how fast and how late: the last three hours, minute by minute, or since then.

    Up to three hours a point is a minute, up to a day five, beyond that an hour, for 14 days at the most. `worker` asks
    for one worker with its queues, and for each of its tasks. The figures come a minute or two late; each that is asked
    for has a price (docs/costs.md).
    """
    since = FIGURES_SINCE.read(request) or clock.now() - USUAL
    try:
        figures = app.operations.figures(since, WORKER.read(request))
    except QueueNotFound as error:
        detail = f"There is no worker {WORKER.read(request)!r:.200}; GET /workers has them all."
        raise InvalidRequest(detail, [Fault(parameter=WORKER.name, detail=detail)]) from error
    document = MetricsDocument(
        since=figures.times.since,
        until=figures.times.until,
        period_s=figures.times.period_s,
        times=figures.times.starts,
        queues=[QueueSeries(**_rounded(queue)) for queue in figures.queues],
        workers=[WorkerSeries(**_rounded(worker)) for worker in figures.workers],
    )
    return Response(HTTPStatus.OK, document)


def _rounded(series: QueueFigures | WorkerFigures) -> dict[str, Any]:
    told = dataclasses.asdict(series)
    return {name: _short(value) if isinstance(value, list) else value for name, value in told.items()}


def _short(values: Sequence[float | None]) -> list[float | None]:
    return [None if value is None else round(value, DECIMALS) for value in values]
