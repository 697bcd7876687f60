"""The task that runs now, and what it may know of its own call: `task.request`.

The stack is a context variable, so that tasks which run side by side, in threads or on one
event loop, each see their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from celeriac.message import Message
    from celeriac.task import Task

__all__ = ["Context", "current_worker_task", "forbid_waiting", "pushed", "request_of"]


@dataclass(slots=True, kw_only=True)
class Context:
    """A task's request, with the names of Celery's.

    Source: https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-request-info
    """

    id: str | None = None
    task: str | None = None
    args: list[Any] = field(default_factory=list)
    kwargs: dict[str, Any] = field(default_factory=dict)
    retries: int = 0
    eta: datetime | None = None
    expires: datetime | None = None
    root_id: str | None = None
    parent_id: str | None = None
    headers: dict[str, Any] = field(default_factory=dict)
    timelimit: tuple[float | None, float | None] = (None, None)
    ignore_result: bool = False
    delivery_info: dict[str, Any] = field(default_factory=dict)
    called_directly: bool = True
    is_eager: bool = False
    children: list[str] = field(default_factory=list)
    stamps: dict[str, Any] = field(default_factory=dict)
    group: str | None = None
    group_index: int | None = None
    message: Message | None = None
    value: Any = None
    error: BaseException | None = None
    """What the body returned, or raised."""
    declared: tuple[str, dict[str, Any]] | None = None
    """The outcome that the task has declared of itself."""
    retrying: Any = None
    """The Retry of a task that asked for one without raising it."""
    entered: bool = False
    """A `__call__` of the task's own has come to that of `Task`."""

    @classmethod
    def of(cls, message: Message, *, redelivered: bool = False, is_eager: bool = False) -> Self:
        """The request of a delivered message."""
        return cls(
            id=message.id,
            task=message.task,
            args=message.args,
            kwargs=message.kwargs,
            retries=message.retries,
            eta=message.eta,
            expires=message.expires,
            root_id=message.root_id or message.id,
            parent_id=message.parent_id,
            headers=message.headers,
            stamps=message.stamps,
            group=message.group,
            group_index=message.group_index,
            timelimit=(message.time_limit, message.soft_time_limit),
            ignore_result=bool(message.ignore_result),
            delivery_info={"routing_key": message.queue, "redelivered": redelivered},
            called_directly=False,
            is_eager=is_eager,
            message=message,
        )

    @property
    def stamped_headers(self) -> list[str]:
        """The names of the stamps."""
        return list(self.stamps)

    @property
    def time_limit(self) -> float | None:
        """The call's own hard limit, in seconds."""
        return self.timelimit[0]

    @property
    def soft_time_limit(self) -> float | None:
        """The call's own soft limit, in seconds."""
        return self.timelimit[1]

    @property
    def delivered(self) -> Message:
        """The message that is being run; only a task that is called directly has none."""
        assert self.message is not None
        return self.message

    @property
    def correlation_id(self) -> str | None:
        """The task's id, as Celery names it in a message's properties."""
        return self.id


_stack: ContextVar[tuple[tuple[Task, Context], ...]] = ContextVar("celeriac_requests", default=())


@contextmanager
def pushed(task: Task, request: Context) -> Iterator[Context]:
    """Make this the running task for a while."""
    token = _stack.set((*_stack.get(), (task, request)))
    try:
        yield request
    finally:
        _stack.reset(token)


def current_worker_task() -> tuple[Task, Context] | None:
    """The task that a worker runs here, and its request; a task that is called directly acts for the one around it."""
    return next((item for item in reversed(_stack.get()) if not item[1].called_directly), None)


def forbid_waiting() -> None:
    """Raise RuntimeError inside a task: to wait there for another task invites a deadlock."""
    if current_worker_task():
        raise RuntimeError("Never call result.get() within a task! Chain the tasks instead.")


def request_of(task: Task) -> Context | None:
    """The innermost request of this very task."""
    return next((request for running, request in reversed(_stack.get()) if running is task), None)
