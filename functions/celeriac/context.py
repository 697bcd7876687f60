"""The task that runs now, and what it may know of its own call: `task.request`.

The stack is a context variable, so that tasks which run side by side, in threads or on one
event loop, each see their own.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from celeriac.serialization import shown

if TYPE_CHECKING:
    from celeriac.message import Message
    from celeriac.task import Task

__all__ = [
    "Context",
    "Requested",
    "current_worker_task",
    "hostname",
    "innermost",
    "leave_trail",
    "pushed",
    "request_of",
]

REPR_CHARS = 1024
"""As much of the arguments as Celery shows."""


class _Told:
    """A field of the request: what the message says of it, read when it is first asked for; it may be set, too."""

    def __init__(self, read: Callable[[Message], Any], default: Callable[[], Any]) -> None:
        self.read, self.default = read, default

    def __set_name__(self, _owner: type, name: str) -> None:
        self.name = name

    def __get__(self, request: Context | None, _owner: type | None = None) -> Any:
        if request is None:
            return self.default()
        value = self.default() if request.message is None else self.read(request.message)
        request.__dict__[self.name] = value
        return value


def _told(read: Callable[[Message], Any], default: Callable[[], Any] = lambda: None) -> Any:
    return _Told(read, default)


def hostname() -> str:
    """Who runs tasks here: in Lambda the log stream of this very instance, elsewhere the machine."""
    return f"celeriac@{os.environ.get('AWS_LAMBDA_LOG_STREAM_NAME') or platform.node()}"


class Context:
    """A task's request, with the names of Celery's; what else is in the headers is an attribute, too.

    Source: https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-request-info
    """

    id: str | None = _told(lambda message: message.id)
    task: str | None = _told(lambda message: message.task)
    args: list[Any] = _told(lambda message: message.args, list)
    kwargs: dict[str, Any] = _told(lambda message: message.kwargs, dict)
    retries: int = _told(lambda message: message.retries, int)
    eta: datetime | None = _told(lambda message: message.eta)
    expires: datetime | None = _told(lambda message: message.expires)
    root_id: str | None = _told(lambda message: message.root_id or message.id)
    parent_id: str | None = _told(lambda message: message.parent_id)
    correlation_id: str | None = _told(lambda message: message.id)
    headers: dict[str, Any] = _told(lambda message: message.headers, dict)
    timelimit: tuple[float | None, float | None] = _told(
        lambda message: (message.time_limit, message.soft_time_limit), lambda: (None, None)
    )
    time_limit: float | None = _told(lambda message: message.time_limit)
    soft_time_limit: float | None = _told(lambda message: message.soft_time_limit)
    ignore_result: bool = _told(lambda message: bool(message.ignore_result), bool)
    stamps: dict[str, Any] = _told(lambda message: message.stamps, dict)
    stamped_headers: list[str] = _told(lambda message: list(message.stamps), list)
    group: str | None = _told(lambda message: message.group)
    group_index: int | None = _told(lambda message: message.group_index)
    chord: dict[str, Any] | None = _told(lambda message: message.chord)
    chain: list[dict[str, Any]] | None = _told(lambda message: message.chain[::-1] or None)
    """The signatures that follow; as in Celery the next one comes last."""
    callbacks: list[dict[str, Any]] | None = _told(lambda message: message.link or None)
    errbacks: list[dict[str, Any]] | None = _told(lambda message: message.link_error or None)
    shadow: str | None = _told(lambda message: message.shadow)
    argsrepr: str = _told(lambda message: _shown(message.args, message.argsrepr), lambda: "[]")
    kwargsrepr: str = _told(lambda message: _shown(message.kwargs, message.kwargsrepr), lambda: "{}")
    """The arguments as they may be shown: as the call says, or else their beginning."""
    replaced_task_nesting: int = _told(lambda message: message.replaced_task_nesting, int)
    reply_to: str | None = _told(lambda message: message.reply_to)
    origin: str | None = _told(lambda message: message.origin)
    properties: dict[str, Any] = _told(
        lambda message: {"correlation_id": message.id, "reply_to": message.reply_to or "", **message.properties}, dict
    )
    delivery_info: dict[str, Any] = _told(lambda _: {}, dict)
    hostname: str | None = _told(lambda _: hostname())
    children: list[Any] = _told(lambda _: [], list)
    """The ids of the tasks that it has sent."""
    lang = "py"
    utc = True
    task_id: str | None = _told(lambda message: message.id)
    name: str | None = _told(lambda message: message.task)
    task_name: str | None = _told(lambda message: message.task)
    """As the request is asked that Celery's worker shows to `task_received`."""

    def __init__(self, *fields: Mapping[str, Any], **more: Any) -> None:
        self.message: Message | None = None
        self.called_directly, self.is_eager = True, False
        self.value: Any = None
        self.error: BaseException | None = None
        """What the body returned, or raised."""
        self.declared: tuple[str, dict[str, Any]] | None = None
        """The outcome that the task has declared of itself."""
        self.retrying: Any = None
        """The Retry of a task that asked for one without raising it."""
        self.began_s = 0.0
        """When the body began, as `time.perf_counter` tells it."""
        self.entered = False
        """A `__call__` of the task's own has come to that of `Task`."""
        self.update(*fields, **more)

    @classmethod
    def of(cls, message: Message, *, redelivered: bool = False, is_eager: bool = False) -> Self:
        """The request of a delivered message."""
        request = cls()
        request.message, request.called_directly, request.is_eager = message, False, is_eager
        about = {"exchange": "", "routing_key": message.queue, "priority": message.priority}
        request.delivery_info = {**about, "redelivered": redelivered, **({"is_eager": True} if is_eager else {})}
        return request

    @property
    def delivered(self) -> Message:
        """The message that is being run; only a task that is called directly has none."""
        assert self.message is not None
        return self.message

    def as_execution_options(self) -> dict[str, Any]:
        """The options of `apply_async` that make the same call again."""
        message = self.message
        return {
            "task_id": self.id,
            "root_id": self.root_id,
            "parent_id": self.parent_id,
            "group_id": self.group,
            "group_index": self.group_index,
            "shadow": self.shadow,
            "chord": self.chord,
            "chain": message.chain if message else None,
            "link": self.callbacks,
            "link_error": self.errbacks,
            "expires": self.expires,
            "soft_time_limit": self.soft_time_limit,
            "time_limit": self.time_limit,
            "headers": self.headers,
            "retries": self.retries,
            "reply_to": self.reply_to,
            "replaced_task_nesting": self.replaced_task_nesting,
            "origin": self.origin,
            "stamped_headers": self.stamped_headers,
            **self.stamps,
        }

    def get(self, key: str, default: Any = None) -> Any:
        """A field by its name."""
        return getattr(self, key, default)

    def update(self, *fields: Mapping[str, Any], **more: Any) -> None:
        """Set several fields."""
        self.__dict__.update(*fields, **more)

    def __getattr__(self, name: str) -> Any:
        """A header of the caller's own, as Celery shows them."""
        if not name.startswith("__") and (message := self.__dict__.get("message")) and name in message.headers:
            return message.headers[name]
        raise AttributeError(f"a request has no {name!r}")

    def __repr__(self) -> str:
        return f"<Context: {self.task}[{self.id}] {self.argsrepr} {self.kwargsrepr}>"


def _shown(arguments: Any, told: str | None) -> str:
    """Arguments as their caller lets them be shown, or the beginning of their repr."""
    return told if told is not None else shown(arguments, REPR_CHARS)


_stack: ContextVar[tuple[tuple[Any, Context], ...]] = ContextVar("celeriac_requests", default=())


@contextmanager
def pushed(task: Task, request: Context) -> Iterator[Context]:
    """Make this the running task for a while."""
    token = _stack.set((*_stack.get(), (task, request)))
    try:
        yield request
    finally:
        _stack.reset(token)


def innermost() -> tuple[Task, Context] | None:
    """The task whose body runs here, and its request, however it was called."""
    return next(reversed(_stack.get()), None)


def current_worker_task() -> tuple[Task, Context] | None:
    """The task that a worker runs here, and its request; a task that is called directly acts for the one around it."""
    return next((item for item in reversed(_stack.get()) if not item[1].called_directly), None)


def leave_trail(result: Any) -> None:
    """List a result among the children of the task that runs here, unless its `trail` says no."""
    running = current_worker_task()
    if running and running[0].trail:
        running[1].children.append(result)


def request_of(task: Requested) -> Context | None:
    """The innermost request of this very task."""
    return next((request for running, request in reversed(_stack.get()) if running is task), None)


class Requested:
    """A task, as far as its request is concerned."""

    @property
    def request(self) -> Context:
        """The running call's request; outside of one, an empty one with `called_directly` set."""
        return request_of(self) or Context()

    def push_request(self, *fields: Mapping[str, Any], **more: Any) -> None:
        """Have `request` say this until `pop_request`, as a test of a bound task does."""
        _stack.set((*_stack.get(), (self, Context(*fields, **more))))

    def pop_request(self) -> Context | None:
        """Take back the last `push_request`; returns the request, or None where there is none."""
        stack = list(_stack.get())
        found = next((item for item in reversed(stack) if item[0] is self), None)
        if found is not None:
            stack.remove(found)
            _stack.set(tuple(stack))
        return found and found[1]
