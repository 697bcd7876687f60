"""The JSON of the API, both ways: what these declare is what is validated, and what `/openapi.json` shows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from celeriac import limits

__all__ = [
    "Accepted",
    "AcceptedUpload",
    "Fault",
    "Filename",
    "Links",
    "Moment",
    "MovedDocument",
    "ProblemDocument",
    "PurgedDocument",
    "QueueDocument",
    "QueueList",
    "TaskCall",
    "TaskDocument",
    "TaskError",
    "TaskPage",
    "TaskReceipt",
    "TaskSummary",
    "UploadForm",
    "UploadOffer",
    "UserId",
    "WorkerDocument",
    "WorkerList",
]

# `$` alone would let a newline pass at the end, in Python's regular expressions.
_END = r"$(?!\n)"

TaskId = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,254}" + _END,
        description="Letters, digits and `._:@-`, at most 255, the first one a letter or a digit.",
    ),
]
UserId = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+:|-]{0,127}" + _END,
        description="Whose file it is: letters, digits and `._@+:|-`, at most 128, the first one a letter or a digit.",
    ),
]
Filename = Annotated[str, Meta(min_length=1, max_length=255)]
Seconds = Annotated[float, Meta(gt=0, le=limits.RETRY_COUNTDOWN_S)]
Moment = Annotated[datetime, Meta(tz=True)]


class TaskCall(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """One task to send: its name, its arguments and options of `apply_async`. Its result is always kept."""

    task: Annotated[str, Meta(description="The task's name, such as `thumbnail.generate_thumbnail`.")]
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    countdown: Annotated[
        Annotated[float, Meta(ge=0, le=limits.RETRY_COUNTDOWN_S)] | None, Meta(description="Seconds to wait.")
    ] = None
    eta: Annotated[Moment | None, Meta(description="When to run it, at the earliest; with a UTC offset.")] = None
    expires: Annotated[
        Seconds | Moment | None, Meta(description="When it is no use any more: in seconds, or a time.")
    ] = None
    task_id: Annotated[
        TaskId | None,
        Meta(description="An id of your own. What is sent under one id runs once, for as long as its result is kept."),
    ] = None
    queue: Annotated[
        str | None, Meta(description="Another queue than the worker's: `bulk` is the worker's own lane of that name.")
    ] = None
    time_limit: Annotated[Seconds | None, Meta(description="Seconds until the task is ended.")] = None
    soft_time_limit: Annotated[Seconds | None, Meta(description="Seconds until the task is told to end.")] = None


class UploadOffer(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A file that is to be uploaded by form, which is the way for large ones."""

    filename: Filename
    size: Annotated[int, Meta(ge=1, description="Its bytes; S3 takes no more than these.")]
    user_id: UserId
    content_type: Annotated[str | None, Meta(description="Without it, the file name's extension tells.")] = None


class Links(Struct, frozen=True):
    """Where to go from here; paths are below the API's own URL."""

    self: str


class TaskReceipt(Struct, frozen=True):
    """A task that was accepted."""

    id: str
    task: str
    state: str
    links: Links


class Accepted(Struct, frozen=True):
    """The tasks that were accepted, in the order of the request."""

    tasks: list[TaskReceipt]


class UploadForm(Struct, frozen=True):
    """A form to POST as multipart/form-data: these fields, then the file as the field `file`, last."""

    url: str
    fields: dict[str, str]


class AcceptedUpload(Struct, frozen=True):
    """Where the file is, or will be once the form is sent; and the tasks that it starts."""

    key: str
    tasks: list[TaskReceipt]
    upload: UploadForm | UnsetType = UNSET


class TaskError(Struct, frozen=True):
    """What a task raised."""

    type: str
    message: str


class TaskDocument(Struct, kw_only=True, frozen=True):
    """What is known of a task; `meta` is what the task itself tells of its progress."""

    id: str
    task: str | None
    state: str
    result: Any
    result_omitted: Annotated[str | UnsetType, Meta(description="Why `result` is null although there is one.")] = UNSET
    error: TaskError | None
    meta: Any
    children: Annotated[list[str], Meta(description="The tasks that it sent, those in groups included.")]
    queue: str | None
    attempt: int
    started_at: datetime | None
    done_at: datetime | None
    links: Links


class TaskSummary(Struct, kw_only=True, frozen=True):
    """A task in a list; its link has the rest."""

    id: str
    task: str | None
    state: str
    error: TaskError | None
    queue: str | None
    attempt: int
    started_at: datetime | None
    done_at: datetime | None
    links: Links


class TaskPage(Struct, frozen=True):
    """A page of a list; `next`, if it is not null, is the parameter that gets the page after it."""

    tasks: list[TaskSummary]
    next: str | None
    listed: Annotated[
        list[str] | None,
        Meta(description="The workers all of whose tasks are listed, as they were deployed; null if nobody says."),
    ]


class QueueDocument(Struct, kw_only=True, frozen=True):
    """A queue, and about how many messages wait, are in a worker's hands, are not due yet, and are dead."""

    name: str
    worker: str
    waiting: int
    in_flight: int
    delayed: int
    dead: int | None
    oldest_s: Annotated[float | None, Meta(description="The age of the oldest message, in seconds, where it is known.")]
    paused: Annotated[bool | None, Meta(description="Null for a queue that no worker reads.")]
    exists: Annotated[bool, Meta(description="False for one that somebody has deleted.")]


class QueueList(Struct, frozen=True):
    """All queues, by name."""

    queues: list[QueueDocument]


class PurgedDocument(Struct, frozen=True):
    """About how many messages were deleted from a queue."""

    queue: str
    purged: int


class MovedDocument(Struct, frozen=True):
    """How many dead letters were moved back so far; `done` says whether those were all."""

    queue: str
    moved: int
    done: bool


class WorkerDocument(Struct, kw_only=True, frozen=True):
    """A worker: Lambda's word for the state of its function, its size, and what it last said of itself.

    With a `reserved_concurrency` of 0 Lambda does not start it.
    """

    name: str
    queues: list[str]
    state: str | None
    memory_mb: int | None
    timeout_s: int | None
    reserved_concurrency: int | None
    concurrency: int | None
    tasks: list[str]
    python: str | None
    library: str | None


class WorkerList(Struct, frozen=True):
    """All workers, by name."""

    workers: list[WorkerDocument]


class Fault(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """One thing that is wrong: in which item of a list, at which JSON pointer of the body, or in which parameter."""

    detail: str
    index: int | UnsetType = UNSET
    pointer: str | UnsetType = UNSET
    parameter: str | UnsetType = UNSET
    id: str | UnsetType = UNSET


class ProblemDocument(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Fault] = []
    tasks: Annotated[list[TaskReceipt] | UnsetType, Meta(description="What was sent all the same.")] = UNSET
