"""`GET /tasks`: the tasks that the table lists, page by page, newest first.

The table has an index of what failed and of what runs, and of every outcome where a worker's `list_tasks` asks for
that, which is a second write for each. A page ends after so many tasks, after so many were looked at and did not fit,
or after so many seconds, so that no filter can make one request read fourteen days; `next` goes on from there.
"""

from __future__ import annotations

import base64
import binascii
import heapq
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import chain, takewhile

import msgspec
from msgspec import Struct

from api.app import app
from api.documents import Fault, Links, Moment, TaskPage, TaskSummary
from api.outcomes import error_of
from api.parameters import LIMIT, NAME, NEXT, OF_QUEUE, SINCE, STATE
from api.problems import InvalidRequest
from api.requests import Request
from api.responses import Response
from api.sending import link_to
from celeriac import clock, states
from celeriac.backend.base import FAILURE_EXPIRES
from celeriac.lanes import is_called
from celeriac.row import LISTED_OUTCOMES, Row, headings

__all__ = ["get_tasks"]

LOOKED_AT = 1000
"""Rows a request reads at the most; DynamoDB answers with 1 MiB at a time, some hundreds of failures."""
READ_FOR_S, MARGIN_S = 15.0, 2.0
"""How long a request reads at the most: large messages come a few at a time, and a gateway waits for 29 s."""
ASKED_SIDE_BY_SIDE = 16
Entry = tuple[datetime, Row]
"""A row, and its place in the list."""


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

    def passing(self, at: datetime, row: Row) -> Place:
        """The place behind a row."""
        return Place(at, (*self.seen, row.id) if at == self.at else (row.id,))


def get_tasks(request: Request) -> Response:
    """List tasks, newest first: what failed and what runs, and of the workers in `listed` all that ended.

    A failure is listed for 14 days, any other outcome for as long as its result is kept; one that was sent again stays,
    as PENDING, until it has an outcome. Of what runs, only tasks with `track_started` or a progress of their own are
    known; of what ignores its result, only failures. A page may have fewer tasks than `limit`, or none, and still have
    a `next`.
    """
    state, name, queue, limit = (parameter.read(request) for parameter in (STATE, NAME, OF_QUEUE, LIMIT))
    kept_since = clock.now() - FAILURE_EXPIRES
    since = min(max(SINCE.read(request) or kept_since, kept_since), clock.now())
    text = NEXT.read(request)
    place = Place.of(text) if text else Place(clock.now())
    deadline = min(time.monotonic() + READ_FOR_S, request.deadline - MARGIN_S)
    found: dict[str, Row] = {}
    for number, (at, row) in enumerate(_entries(state, place, since)):
        if len(found) == limit or number == LOOKED_AT or (number and time.monotonic() > deadline):
            return _page(found, place)
        place = place.passing(at, row)
        if name in {None, row.name} and (queue is None or is_called(row.queue, queue)) and _is_one_of(state, row):
            found.setdefault(row.id, row)
    return _page(found, None)


def _is_one_of(state: str | None, row: Row) -> bool:
    """Whether a row is still what it was listed as; a failure stays one until it has another outcome."""
    return state in {None, states.FAILURE, states.STARTED} or row.seen.state == state


def _entries(state: str | None, place: Place, since: datetime) -> Iterator[Entry]:
    """What is listed from a place on, newest first."""
    entries = _listed(state, place.at, since)
    for at, row in takewhile(lambda entry: entry[0] >= since, entries):
        if not (at == place.at and row.id in place.seen):
            yield at, row


def _listed(state: str | None, until: datetime, since: datetime) -> Iterator[Entry]:
    if state == states.STARTED:
        return _running(until)
    if state is not None:
        return _ended((state,), until, since)
    return _merged([_ended(LISTED_OUTCOMES, until, since), _running(until)])


def _ended(outcomes: Iterable[str], until: datetime, since: datetime) -> Iterator[Entry]:
    """What ended so up to a moment; eight queries for each outcome and day."""
    day = min(until, clock.now()).date()
    while day >= since.astimezone(UTC).date():
        rows = [app.services.backend.listed(heading, until) for state in outcomes for heading in headings(state, day)]
        yield from _merged([((row.done_at, row) for row in found if row.done_at) for found in _begun(rows)])
        day -= timedelta(days=1)


def _running(until: datetime) -> Iterator[Entry]:
    """What runs, of all queues; a query for each."""
    queues = app.services.broker.queues
    rows = [app.services.backend.listed(f"{states.STARTED}#{queue}", until) for queue in queues]
    return _merged([((row.started_at, row) for row in found if row.started_at) for found in _begun(rows)])


def _merged(lists: Iterable[Iterator[Entry]]) -> Iterator[Entry]:
    return heapq.merge(*lists, key=lambda entry: entry[0], reverse=True)


def _begun(lists: list[Iterator[Row]]) -> list[Iterator[Row]]:
    """Lists that are not empty, their first queries made side by side: there are dozens, and most have nothing."""
    with ThreadPoolExecutor(ASKED_SIDE_BY_SIDE) as pool:
        firsts = list(pool.map(lambda rows: next(rows, None), lists))
    return [chain([first], rows) for first, rows in zip(firsts, lists, strict=True) if first is not None]


def _page(rows: Mapping[str, Row], place: Place | None) -> Response:
    listed = os.environ.get("HTTP_LISTED_WORKERS")
    return Response(
        HTTPStatus.OK,
        TaskPage(
            tasks=[_summary(row.seen) for row in rows.values()],
            next=str(place) if place else None,
            listed=None if listed is None else listed.split(),
        ),
    )


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
