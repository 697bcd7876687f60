"""The parameters of the routes: each is read by the declaration that `/openapi.json` shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from api.documents import Fault, Moment, UserId
from api.problems import InvalidRequest
from api.requests import Request

__all__ = [
    "FIGURES_SINCE",
    "IDEMPOTENCY_KEY",
    "LIMIT",
    "NAME",
    "NEXT",
    "OF_QUEUE",
    "QUEUE",
    "SCHEDULE",
    "SINCE",
    "STATE",
    "TASK_ID",
    "TERMINATE",
    "USER_ID",
    "WAIT",
    "WORKER",
    "WRITTEN_SINCE",
    "Parameter",
]

Place = Literal["query", "header", "path"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A named text in a request's query, headers or path, and the type that it must have."""

    name: str
    place: Place
    kind: Any
    description: str
    default: Any = None
    required: bool = False
    reason: str = ""
    """Why it must be as it must be; ends what is said of a wrong one."""

    def read(self, request: Request) -> Any:
        """Its value, or the default; raises InvalidRequest naming the parameter."""
        text = self._text(request)
        if text is None and self.required:
            raise self._invalid(f"The {self.place} parameter {self.name!r} is missing.{self._because}")
        if text is None:
            return self.default
        try:
            return msgspec.convert(text, self.kind, strict=False)
        except (msgspec.ValidationError, UnicodeError) as error:
            raise self._invalid(
                f"The {self.place} parameter {self.name!r} is wrong: {error}.{self._because}"
            ) from error

    def _text(self, request: Request) -> str | None:
        places = {"query": request.query, "header": request.headers, "path": request.path_parameters}
        return places[self.place].get(self.name.lower() if self.place == "header" else self.name)

    @property
    def _because(self) -> str:
        return f" {self.reason}" if self.reason else ""

    def _invalid(self, detail: str) -> InvalidRequest:
        return InvalidRequest(detail, [Fault(parameter=self.name, detail=detail)])


USER_ID = Parameter(name="user_id", place="query", kind=UserId, description="Whose file it is.", required=True)
WAIT = Parameter(
    name="wait",
    place="query",
    kind=Annotated[float, Meta(ge=0, le=25)],
    description="Hold the answer until the task is finished, for so many seconds at the most.",
    default=0.0,
)
TASK_ID = Parameter(name="id", place="path", kind=str, description="A task's id.", required=True)
QUEUE = Parameter(
    name="name", place="path", kind=str, description="A queue's full name, such as `thumbnail.bulk`.", required=True
)
SCHEDULE = Parameter(name="name", place="path", kind=str, description="A schedule's name.", required=True)
IDEMPOTENCY_KEY = Parameter(
    name="Idempotency-Key",
    place="header",
    kind=Annotated[str, Meta(pattern=r"^[\x20-\x7e]+$(?!\n)", min_length=1, max_length=255)],
    description="A key of your own, new for each request; a repeat with the same key does nothing twice.",
)
STATE = Parameter(
    name="state",
    place="query",
    kind=Literal["FAILURE", "STARTED", "SUCCESS", "RETRY", "REVOKED"],
    description="FAILURE: what failed; STARTED: what is known to run, whatever it says of its progress; the others are "
    "listed where a worker's `list_tasks` asks for it. Without it, all that is listed.",
    reason="What waits is in no list, for it has no row; GET /queues tells how much that is.",
)
NAME = Parameter(name="name", place="query", kind=str, description="Only tasks of this name.")
OF_QUEUE = Parameter(
    name="queue", place="query", kind=str, description="Only tasks in this queue, or in lanes of this name."
)
SINCE = Parameter(
    name="since", place="query", kind=Moment, description="Only what ended, or began, since then; with a UTC offset."
)
WRITTEN_SINCE = Parameter(
    name="since", place="query", kind=Moment, description="Only what was written since then; with a UTC offset."
)
FIGURES_SINCE = Parameter(
    name="since", place="query", kind=Moment, description="From when on, 14 days ago at the most; with a UTC offset."
)
WORKER = Parameter(name="worker", place="query", kind=str, description="Only this worker, and each of its tasks.")
LIMIT = Parameter(
    name="limit", place="query", kind=Annotated[int, Meta(ge=1, le=100)], description="Tasks a page.", default=50
)
NEXT = Parameter(name="next", place="query", kind=str, description="`next` of the page before, for the one after it.")
TERMINATE = Parameter(
    name="terminate",
    place="query",
    kind=bool,
    description="End it even if it has begun, when it next tells of its progress.",
    default=False,
)
