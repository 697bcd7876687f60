"""`/schedules`: the timetable of the deployment, and changes to it while all runs."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec

from api.app import app
from api.catalogue import known_tasks
from api.documents import Fault
from api.parameters import SCHEDULE
from api.problems import InvalidRequest, ScheduleUnknown, WrongState
from api.requests import Request
from api.responses import Response
from api.timetable import ScheduleCall, ScheduleChange, ScheduleDocument, ScheduleList
from api.validation import Misfit, converted
from celeriac.beat import ScheduleEntry, spec
from celeriac.exceptions import EncodeError, ObjectNotFound, QueueNotFound
from celeriac.scheduler import AlreadyScheduled
from celeriac.schedules.translation import translated

__all__ = [
    "delete_schedule",
    "get_schedules",
    "patch_schedule",
    "pause_schedule",
    "post_schedules",
    "resume_schedule",
]

NEXT_RUNS = 3
T = TypeVar("T")


def get_schedules(request: Request) -> Response:  # noqa: ARG001 - there is nothing to ask for
    """List all schedules, declared ones included, in the order of their next runs; the paused ones come last."""
    return Response(HTTPStatus.OK, ScheduleList([_document(entry) for entry in app.schedules.list()]))


def post_schedules(request: Request) -> Response:
    """Schedule a task under a new name. A name that is taken answers 409."""
    call = _read(request, ScheduleCall)
    _check(call.task)
    fields: dict[str, Any] = msgspec.structs.asdict(call)
    return _answer(HTTPStatus.CREATED, lambda: app.schedules.create(**fields))


def patch_schedule(request: Request) -> Response:
    """Change what is given of a schedule; one that a worker declares is changed there, or paused here."""
    change = _read(request, ScheduleChange)
    _check(change.task)
    fields = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not None}
    name = SCHEDULE.read(request)
    return _answer(HTTPStatus.OK, lambda: app.schedules.update(name, **fields))


def pause_schedule(request: Request) -> Response:
    """Let a schedule fire no more until it is resumed."""
    name = SCHEDULE.read(request)
    return _answer(HTTPStatus.OK, lambda: app.schedules.pause(name))


def resume_schedule(request: Request) -> Response:
    """Let a paused schedule fire again; what it missed is not made up for."""
    name = SCHEDULE.read(request)
    return _answer(HTTPStatus.OK, lambda: app.schedules.resume(name))


def delete_schedule(request: Request) -> Response:
    """Delete a schedule, and answer as it was; one that a worker declares is deleted there."""
    name = SCHEDULE.read(request)

    def delete() -> ScheduleEntry:
        entry = app.schedules.get(name)
        app.schedules.delete(name)
        return entry

    return _answer(HTTPStatus.OK, delete)


def _answer(status: int, change: Callable[[], ScheduleEntry]) -> Response:
    """The entry as a change leaves it, or the problem of one that cannot be."""
    try:
        entry = change()
    except ObjectNotFound as error:
        raise ScheduleUnknown(f"{error}.") from error
    except AlreadyScheduled as error:
        raise WrongState("There is a schedule of this name; PATCH changes it.") from error
    except QueueNotFound as error:
        raise InvalidRequest(f"{error}.", [Fault(pointer="/options/queue", detail=str(error))]) from error
    except (TypeError, ValueError, OverflowError, EncodeError) as error:
        raise InvalidRequest(f"It cannot be scheduled: {error}.") from error
    return Response(status, _document(entry))


def _document(entry: ScheduleEntry) -> ScheduleDocument:
    return ScheduleDocument(
        name=entry.name,
        task=entry.task,
        schedule=spec.written(entry.schedule),
        timezone=translated(entry.schedule).timezone,
        args=list(entry.args),
        kwargs=dict(entry.kwargs),
        options=dict(entry.options),
        enabled=entry.enabled,
        declared_by=entry.declared_by or None,
        next_runs=entry.next_runs(NEXT_RUNS),
    )


def _read(request: Request, kind: type[T]) -> T:
    try:
        return converted(request.json, kind)
    except Misfit as misfit:
        raise InvalidRequest("The schedule is wrong.", [Fault(pointer=misfit.pointer, detail=str(misfit))]) from misfit


def _check(task: str | None) -> None:
    """Raise InvalidRequest for a task that nobody would know when the time comes."""
    if task is not None and task not in known_tasks():
        detail = f"There is no task {task!r:.200}."
        raise InvalidRequest(detail, [Fault(pointer="/task", detail=detail)])
