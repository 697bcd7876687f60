"""What answers which request: API Gateway's routes, and all that `/openapi.json` says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from api import openapi, problems
from api.documents import Accepted, AcceptedUpload, TaskDocument, UploadOffer
from api.outcomes import get_task
from api.parameters import IDEMPOTENCY_KEY, TASK_ID, USER_ID, WAIT, Parameter
from api.pipelines import IMAGES, PDFS
from api.problems import Problem
from api.requests import Request
from api.responses import Response
from api.submission import TaskCalls, post_tasks
from api.uploads import post_images, post_pdfs

__all__ = ["ROUTES", "Route"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A function that answers, and what goes in and out: parameters, a JSON body or a file, a document, problems."""

    answer: Callable[[Request], Response]
    status: int
    document: Any
    parameters: tuple[Parameter, ...] = ()
    body: Any = None
    files: tuple[str, ...] = ()
    problems: tuple[type[Problem], ...] = ()


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

ROUTES: Mapping[str, Route] = {
    "POST /tasks": Route(
        answer=post_tasks,
        status=202,
        document=Accepted,
        parameters=(IDEMPOTENCY_KEY,),
        body=TaskCalls,
        problems=_SENDING,
    ),
    "GET /tasks/{id}": Route(
        answer=get_task,
        status=200,
        document=TaskDocument,
        parameters=(TASK_ID, WAIT),
        problems=(problems.TaskNotFound, problems.InvalidRequest, problems.Unavailable),
    ),
    "POST /images": Route(
        answer=post_images,
        status=202,
        document=AcceptedUpload,
        parameters=(USER_ID, IDEMPOTENCY_KEY),
        body=UploadOffer,
        files=tuple(IMAGES.extensions),
        problems=_SENDING,
    ),
    "POST /pdfs": Route(
        answer=post_pdfs,
        status=202,
        document=AcceptedUpload,
        parameters=(USER_ID, IDEMPOTENCY_KEY),
        body=UploadOffer,
        files=tuple(PDFS.extensions),
        problems=_SENDING,
    ),
    "GET /openapi.json": Route(answer=get_openapi, status=200, document=dict[str, Any]),
}
