"""`GET /tasks`: the tasks that the table lists, page by page, newest first.

The table has an index of what failed and of what runs, and of nothing else: to list every outcome would be a second
write for each. A page ends after so many tasks, or after so many were looked at and did not fit, so that no filter can
make one request read fourteen days; `next` goes on from there.
"""

from __future__ import annotations

import base64
import binascii
import heapq
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct

from api.app import app
from api.documents import Fault, Links, Moment, TaskPage, TaskSummary
from api.outcomes import error_of
from api.parameters import LIMIT, NAME, NEXT, SINCE, STATE
from api.problems import InvalidRequest
from api.requests import Request
from api.responses import Response
from api.sending import link_to
from celeriac import clock, states
from celeriac.backend.base import FAILURE_EXPIRES
from celeriac.row import Row

__all__ = ["get_tasks"]

LOOKED_AT = 1000
"""Rows a request reads at the most; DynamoDB answers with 1 MiB at a time, some hundreds of failures."""


class Place(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Where a list goes on: at this moment, without these tasks of it, which were seen already."""

    at: Moment
    seen: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> Place:
        """Read a `next`; raises InvalidRequest."""
        try:
            place = msgspec.json.decode(base64.urlsafe_b64decode(text), type=cls)
            return Place(place.at.astimezone(UTC), place.seen)
        except (msgspec.MsgspecError, binascii.Error, ValueError, OverflowError) as error:
            detail = "`next` is not one that a page of this list had; begin without it."
            raise InvalidRequest(detail, [Fault(parameter=NEXT.name, detail=detail)]) from error

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode()

    def passing(self, row: Row) -> Place:
        """The place behind a row."""
        at = _moment(row)
        return Place(at, (*self.seen, row.id) if at == self.at else (row.id,))


def get_tasks(request: Request) -> Response:
    """List the tasks of one state, newest first: those that failed, or those that run.

    A failure is listed for 14 days; one that was sent again stays, as PENDING, until it has an outcome. Of what runs,
    only tasks with `track_started` or a progress of their own are known to. A page may have fewer tasks than `limit`,
    or none, and still have a `next`.
    """
    state, name, limit = STATE.read(request), NAME.read(request), LIMIT.read(request)
    kept_since = clock.now() - FAILURE_EXPIRES
    since = min(max(SINCE.read(request) or kept_since, kept_since), clock.now())
    text = NEXT.read(request)
    place = Place.of(text) if text else Place(clock.now())
    found: list[Row] = []
    for number, row in enumerate(_rows(state, place, since)):
        if len(found) == limit or number == LOOKED_AT:
            return _page(found, place)
        place = place.passing(row)
        if name in {None, row.name}:
            found.append(row)
    return _page(found, None)


def _rows(state: str, place: Place, since: datetime) -> Iterator[Row]:
    rows = _failures(place.at, since) if state == states.FAILURE else _running(place.at)
    for row in rows:
        if _moment(row) < since:
            return
        if not (_moment(row) == place.at and row.id in place.seen):
            yield row


def _failures(until: datetime, since: datetime) -> Iterator[Row]:
    """The failures up to a moment; eight queries for each day."""
    day = min(until, clock.now()).date()
    while day >= since.astimezone(UTC).date():
        yield from app.services.backend.failures(day, until)
        day -= timedelta(days=1)


def _running(until: datetime) -> Iterator[Row]:
    """What runs, of all queues; a query for each."""
    queues = app.services.broker.queues
    rows = (app.services.backend.listed(f"{states.STARTED}#{queue}", until) for queue in queues)
    return heapq.merge(*rows, key=_moment, reverse=True)


def _moment(row: Row) -> datetime:
    """Its place in the list."""
    return row.listing[1] if row.listing else datetime.min.replace(tzinfo=UTC)


def _page(rows: list[Row], place: Place | None) -> Response:
    return Response(200, TaskPage([_summary(row) for row in rows], str(place) if place else None))


def _summary(row: Row) -> TaskSummary:
    return TaskSummary(
        id=row.id,
        task=row.name,
        state=row.state,
        error=error_of(row),
        queue=row.queue,
        attempt=row.attempt,
        started_at=row.started_at,
        done_at=row.done_at,
        links=Links(link_to(row.id)),
    )
