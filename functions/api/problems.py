"""Every way in which a request can fail, as RFC 9457 problem details.

    Problem
    ├── MalformedRequest       400  bytes that are not what they say they are
    ├── RouteNotFound          404  nothing lives at that path
    ├── TaskNotFound           404  no task of that id, or none any more
    ├── QueueUnknown           404  the deployment has no such queue
    ├── ScheduleUnknown        404  the deployment has no such schedule
    ├── MethodNotAllowed       405  the path is right, the method is not
    ├── WrongState             409  the task is past that, or never came to it
    ├── ContentTooLarge        413  more bytes than a request or an upload may have
    ├── UnsupportedMediaType   415  a content type that the path does not take
    ├── InvalidRequest         422  readable, but it cannot be done; `errors` says what and where
    ├── KeyReused              422  an Idempotency-Key that belongs to another request
    ├── InternalError          500  a fault of ours; the log has the traceback
    ├── Unavailable            503  AWS did not answer
    └── NotSent                503  some tasks were sent and some were not; says which

Source: https://www.rfc-editor.org/rfc/rfc9457
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from api.documents import Fault, ProblemDocument, TaskReceipt

__all__ = [
    "ContentTooLarge",
    "InternalError",
    "InvalidRequest",
    "KeyReused",
    "MalformedRequest",
    "MethodNotAllowed",
    "NotSent",
    "Problem",
    "QueueUnknown",
    "RouteNotFound",
    "ScheduleUnknown",
    "TaskNotFound",
    "Unavailable",
    "UnsupportedMediaType",
    "WrongState",
]

RETRY_AFTER_S = 5


class Problem(Exception):
    """The root: a status, what is wrong in general (`title`) and with this request (`detail`, `errors`)."""

    status: ClassVar[int]
    kind: ClassVar[str]
    title: ClassVar[str]

    def __init__(
        self, detail: str, errors: Sequence[Fault] = (), headers: Mapping[str, str] | None = None, **members: Any
    ) -> None:
        super().__init__(detail)
        self.detail, self.errors, self.headers, self.members = detail, list(errors), dict(headers or {}), members

    @property
    def document(self) -> ProblemDocument:
        """What the caller gets to read."""
        return ProblemDocument(
            type=f"urn:celeriac:problem:{self.kind}",
            title=self.title,
            status=self.status,
            detail=self.detail,
            errors=self.errors,
            **self.members,
        )


class MalformedRequest(Problem):
    """Raised when the bytes of a request are not what they say they are."""

    status, kind, title = 400, "malformed-request", "The request cannot be read"


class RouteNotFound(Problem):
    """Raised when nothing lives at a path."""

    status, kind, title = 404, "route-not-found", "There is nothing at this path"


class TaskNotFound(Problem):
    """Raised when there is no task of that id, or none any more."""

    status, kind, title = 404, "task-not-found", "There is no task of this id"


class QueueUnknown(Problem):
    """Raised when the deployment has no queue of that name."""

    status, kind, title = 404, "queue-not-found", "There is no queue of this name"


class ScheduleUnknown(Problem):
    """Raised when the deployment has no schedule of that name."""

    status, kind, title = 404, "schedule-not-found", "There is no schedule of this name"


class MethodNotAllowed(Problem):
    """Raised when a path is right and the method is not."""

    status, kind, title = 405, "method-not-allowed", "The path does not have this method"


class WrongState(Problem):
    """Raised when what is to be operated is not in the state for it."""

    status, kind, title = 409, "wrong-state", "The state that it is in does not allow this"


class ContentTooLarge(Problem):
    """Raised when a body, or the file that is announced, has too many bytes."""

    status, kind, title = 413, "content-too-large", "The content is too large"


class UnsupportedMediaType(Problem):
    """Raised when a path does not take a content type."""

    status, kind, title = 415, "unsupported-media-type", "The path does not take this content type"


class InvalidRequest(Problem):
    """Raised when a request can be read, but not done; nothing of it was."""

    status, kind, title = 422, "invalid-request", "The request cannot be done as it stands"


class KeyReused(Problem):
    """Raised when an Idempotency-Key came before, with another request."""

    status, kind, title = 422, "idempotency-key-reused", "This Idempotency-Key belongs to another request"


class InternalError(Problem):
    """Stands for an exception that nobody expected."""

    status, kind, title = 500, "internal-error", "Something went wrong on our side"


class Unavailable(Problem):
    """Raised when AWS did not answer, or refused."""

    status, kind, title = 503, "unavailable", "A service behind this API did not answer"

    def __init__(
        self, detail: str, errors: Sequence[Fault] = (), retry_after_s: int = RETRY_AFTER_S, **members: Any
    ) -> None:
        super().__init__(detail, errors, {"retry-after": str(retry_after_s)}, **members)


class NotSent(Unavailable):
    """Raised when some tasks were not sent; `tasks` are those that were."""

    kind, title = "not-sent", "Not all tasks were sent"

    def __init__(self, detail: str, errors: Sequence[Fault], tasks: list[TaskReceipt]) -> None:
        super().__init__(detail, errors, tasks=tasks)
