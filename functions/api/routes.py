"""What answers which request: API Gateway's routes, and all that `/openapi.json` says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from api import openapi, problems
from api.documents import (
    Accepted,
    AcceptedUpload,
    MovedDocument,
    PurgedDocument,
    QueueDocument,
    QueueList,
    TaskDocument,
    TaskPage,
    UploadOffer,
    WorkerList,
)
from api.histories import StoryDocument, TaskLog
from api.listing import get_tasks
from api.metrics import MetricsDocument, get_metrics
from api.operating import delete_task, drop_task, retry_task
from api.outcomes import get_task
from api.parameters import (
    FIGURES_SINCE,
    IDEMPOTENCY_KEY,
    LIMIT,
    NAME,
    NEXT,
    OF_QUEUE,
    QUEUE,
    SCHEDULE,
    SINCE,
    STATE,
    TASK_ID,
    TERMINATE,
    USER_ID,
    WAIT,
    WORKER,
    WRITTEN_SINCE,
)
from api.pipelines import IMAGES, PDFS
from api.queues import get_queues, pause_queue, purge_queue, redrive_queue, resume_queue
from api.requests import Request
from api.responses import Response
from api.route import OPERATE, READ, SUBMIT, Route
from api.schedules import (
    delete_schedule,
    get_schedules,
    patch_schedule,
    pause_schedule,
    post_schedules,
    resume_schedule,
)
from api.story import get_story
from api.submission import TaskCalls, post_tasks
from api.task_log import get_log
from api.timetable import ScheduleCall, ScheduleChange, ScheduleDocument, ScheduleList
from api.uploads import post_images, post_pdfs
from api.workers import get_workers

__all__ = ["ROUTES"]


def get_openapi(request: Request) -> Response:
    """Describe this API as an OpenAPI 3.1 document."""
    return Response(200, openapi.document(ROUTES, request.base_path))


_SENDING = (
    problems.MalformedRequest,
    problems.ContentTooLarge,
    problems.UnsupportedMediaType,
    problems.InvalidRequest,
    problems.Unavailable,
)
_OPERATING = (problems.TaskNotFound, problems.WrongState, problems.InvalidRequest, problems.Unavailable)


def _on_queue(answer: Callable[[Request], Response], document: Any) -> Route:
    """A route that does something to one queue."""
    return Route(
        answer=answer,
        permissions=OPERATE,
        status=202,
        document=document,
        parameters=(QUEUE,),
        problems=(problems.QueueUnknown, problems.Unavailable),
    )


def _on_schedule(answer: Callable[[Request], Response], body: Any = None) -> Route:
    """A route that does something to one schedule."""
    found = (problems.ScheduleUnknown, problems.InvalidRequest, problems.Unavailable)
    return Route(
        answer=answer,
        permissions=OPERATE,
        status=200,
        document=ScheduleDocument,
        parameters=(SCHEDULE,),
        body=body,
        problems=(*found, *_SENDING) if body else found,
    )


ROUTES: Mapping[str, Route] = {
    "POST /tasks": Route(
        answer=post_tasks,
        permissions=SUBMIT,
        status=202,
        document=Accepted,
        parameters=(IDEMPOTENCY_KEY,),
        body=TaskCalls,
        problems=_SENDING,
    ),
    "GET /tasks/{id}": Route(
        answer=get_task,
        permissions=(*SUBMIT, *READ),
        status=200,
        document=TaskDocument,
        parameters=(TASK_ID, WAIT),
        problems=(problems.TaskNotFound, problems.InvalidRequest, problems.Unavailable),
    ),
    "POST /images": Route(
        answer=post_images,
        permissions=SUBMIT,
        status=202,
        document=AcceptedUpload,
        parameters=(USER_ID, IDEMPOTENCY_KEY),
        body=UploadOffer,
        files=tuple(IMAGES.extensions),
        problems=_SENDING,
    ),
    "POST /pdfs": Route(
        answer=post_pdfs,
        permissions=SUBMIT,
        status=202,
        document=AcceptedUpload,
        parameters=(USER_ID, IDEMPOTENCY_KEY),
        body=UploadOffer,
        files=tuple(PDFS.extensions),
        problems=_SENDING,
    ),
    "GET /openapi.json": Route(
        answer=get_openapi, permissions=(*SUBMIT, *READ, *OPERATE), status=200, document=dict[str, Any]
    ),
    "GET /tasks": Route(
        answer=get_tasks,
        permissions=READ,
        status=200,
        document=TaskPage,
        parameters=(STATE, NAME, OF_QUEUE, SINCE, LIMIT, NEXT),
        problems=(problems.InvalidRequest, problems.Unavailable),
    ),
    "GET /queues": Route(
        answer=get_queues, permissions=READ, status=200, document=QueueList, problems=(problems.Unavailable,)
    ),
    "GET /metrics": Route(
        answer=get_metrics,
        permissions=READ,
        status=200,
        document=MetricsDocument,
        parameters=(FIGURES_SINCE, WORKER),
        problems=(problems.InvalidRequest, problems.Unavailable),
    ),
    "GET /workers": Route(
        answer=get_workers, permissions=READ, status=200, document=WorkerList, problems=(problems.Unavailable,)
    ),
    "POST /queues/{name}/pause": _on_queue(pause_queue, QueueDocument),
    "POST /queues/{name}/resume": _on_queue(resume_queue, QueueDocument),
    "POST /queues/{name}/purge": _on_queue(purge_queue, PurgedDocument),
    "POST /queues/{name}/redrive": _on_queue(redrive_queue, MovedDocument),
    "GET /schedules": Route(
        answer=get_schedules, permissions=READ, status=200, document=ScheduleList, problems=(problems.Unavailable,)
    ),
    "POST /schedules": Route(
        answer=post_schedules,
        permissions=OPERATE,
        status=201,
        document=ScheduleDocument,
        body=ScheduleCall,
        problems=(problems.WrongState, *_SENDING),
    ),
    "PATCH /schedules/{name}": _on_schedule(patch_schedule, ScheduleChange),
    "DELETE /schedules/{name}": _on_schedule(delete_schedule),
    "POST /schedules/{name}/pause": _on_schedule(pause_schedule),
    "POST /schedules/{name}/resume": _on_schedule(resume_schedule),
    "DELETE /tasks/{id}": Route(
        answer=delete_task,
        permissions=OPERATE,
        status=202,
        document=TaskDocument,
        parameters=(TASK_ID, TERMINATE),
        problems=_OPERATING,
    ),
    "POST /tasks/{id}/retry": Route(
        answer=retry_task,
        permissions=OPERATE,
        status=202,
        document=TaskDocument,
        parameters=(TASK_ID,),
        problems=_OPERATING,
    ),
    "POST /tasks/{id}/drop": Route(
        answer=drop_task,
        permissions=OPERATE,
        status=202,
        document=TaskDocument,
        parameters=(TASK_ID,),
        problems=_OPERATING,
    ),
    "GET /stories/{id}": Route(
        answer=get_story,
        permissions=READ,
        status=200,
        document=StoryDocument,
        parameters=(TASK_ID,),
        problems=(problems.TaskNotFound, problems.Unavailable),
    ),
    "GET /logs/{id}": Route(
        answer=get_log,
        permissions=READ,
        status=200,
        document=TaskLog,
        parameters=(TASK_ID, WRITTEN_SINCE),
        problems=(problems.TaskNotFound, problems.InvalidRequest, problems.Unavailable),
    ),
}
