"""Every exception of Celeriac; the names are `celery.exceptions`' and kombu's.

    CeleriacError                     the root: catch this to catch them all
    ├── ImproperlyConfigured          settings, environment or arguments that cannot work (a ValueError, too)
    │   └── AlreadyRegistered         another task of this app has that name
    ├── AlreadyQueued                 a task that is to be there once is, and its call was not sent
    ├── NotSupported                  what only a process that stays could do (a NotImplementedError, too)
    ├── NotRegistered                 no task of that name in this app (a KeyError, too)
    ├── QueueNotFound                 this process may not send to that queue (a KeyError, too)
    ├── SecurityError                 data that asks for what data may not ask for
    ├── SerializationError
    │   ├── EncodeError               a value that JSON cannot carry; names the argument
    │   └── DecodeError               a message or a result that cannot be read
    ├── OperationalError              AWS could not be reached, or refused
    │   └── PublishError              some messages were not sent; says which
    ├── StorageError
    │   ├── ObjectNotFound            nothing is stored under that key
    │   └── ObjectTooLarge            more bytes than the caller allows
    ├── TaskPredicate                 raised inside a task to steer its outcome
    │   ├── Retry                     run again later
    │   ├── Ignore                    record no outcome
    │   └── Reject                    give the message up
    └── TaskError                     what became of a task
        ├── TimeoutError              `get(timeout=…)` waited in vain
        ├── MaxRetriesExceededError   the last attempt failed as well
        ├── ChordError                a member of a chord's header failed
        ├── IncompleteStream          not all of a task's children are finished
        ├── TaskRevokedError          revoked, or expired before it could start
        │   └── Terminated            raised *inside* the task, which is to end as revoked
        ├── TimeLimitExceeded         the hard time limit ended the task
        ├── SoftTimeLimitExceeded     raised *inside* the task, which may clean up
        ├── WorkerLostError           the worker died with the task in hand
        └── UnpickleableExceptionWrapper    stands for an exception that cannot be built again

Source: https://docs.celeryq.dev/en/stable/reference/celery.exceptions.html
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

__all__ = [
    "AlreadyQueued",
    "AlreadyRegistered",
    "BackendError",
    "BackendGetMetaError",
    "BackendStoreError",
    "CDeprecationWarning",
    "CPendingDeprecationWarning",
    "CeleriacError",
    "CeleryError",
    "CeleryWarning",
    "ChordError",
    "DecodeError",
    "EncodeError",
    "Ignore",
    "ImproperlyConfigured",
    "IncompleteStream",
    "InvalidTaskError",
    "MaxRetriesExceededError",
    "NotRegistered",
    "NotSupported",
    "ObjectNotFound",
    "ObjectTooLarge",
    "OperationalError",
    "PublishError",
    "QueueNotFound",
    "Reject",
    "Retry",
    "SecurityError",
    "SerializationError",
    "SoftTimeLimitExceeded",
    "StorageError",
    "TaskError",
    "TaskPredicate",
    "TaskRevokedError",
    "Terminated",
    "TimeLimitExceeded",
    "TimeoutError",
    "UnpickleableExceptionWrapper",
    "WorkerLostError",
]


class CeleriacError(Exception):
    """The root of all errors that Celeriac raises."""


class ImproperlyConfigured(CeleriacError, ValueError):
    """Raised when settings, environment or arguments cannot work together."""


class AlreadyRegistered(ImproperlyConfigured):
    """Raised when an app has another task of that name."""


class NotRegistered(CeleriacError, KeyError):
    """Raised when an app has no task of that name."""

    __str__ = Exception.__str__


class AlreadyQueued(CeleriacError):
    """Raised when a task with `unique_for` is there already; `result` is its handle, `countdown` its lock's seconds."""

    def __init__(self, countdown: int, result: Any = None) -> None:
        super().__init__(countdown)
        self.countdown, self.result = countdown, result

    def __str__(self) -> str:
        return f"it is queued already, as {self.result}; its lock ends in {self.countdown} s at the latest"


class NotSupported(CeleriacError, NotImplementedError):
    """Raised for what belongs to a worker process that stays; the message says what there is instead."""


class QueueNotFound(CeleriacError, KeyError):
    """Raised when this process may not send to a queue; the message names the line to add."""

    __str__ = Exception.__str__


class SecurityError(CeleriacError):
    """Raised when data asks for what data may not ask for."""


class SerializationError(CeleriacError):
    """Raised when something cannot become JSON, or come back from it."""


class EncodeError(SerializationError):
    """Raised when JSON cannot carry a value; names where the value stands."""


class DecodeError(SerializationError):
    """Raised when a message or a stored result cannot be read."""


class OperationalError(CeleriacError):
    """Raised when AWS could not be reached or refused a call."""


class PublishError(OperationalError):
    """Raised when messages were not sent; `unsent` maps each one's id to the reason."""

    def __init__(self, unsent: dict[str, str]) -> None:
        super().__init__(unsent)
        self.unsent = unsent

    def __str__(self) -> str:
        reasons = ", ".join(sorted(set(self.unsent.values())))
        return f"{len(self.unsent)} message(s) were not sent: {reasons}"


class StorageError(CeleriacError):
    """Raised when an object cannot be read from or written to S3."""


class ObjectNotFound(StorageError):
    """Raised when nothing is stored under a key."""


class ObjectTooLarge(StorageError):
    """Raised when an object has more bytes than the caller allows."""


class TaskPredicate(CeleriacError):
    """The base of what a task raises to steer its own outcome."""


class Retry(TaskPredicate):
    """Raised by `Task.retry`: the task runs again, later.

    `when` is the delay in seconds or the moment; `exc` what made the retry necessary; `sig` the attempt that follows,
    which the worker sends once the retry is recorded.
    """

    def __init__(
        self,
        message: str | None = None,
        exc: BaseException | None = None,
        when: float | datetime | None = None,
        is_eager: bool = False,
        sig: Any = None,
    ) -> None:
        super().__init__(message, exc, when)
        self.message, self.exc, self.when, self.is_eager, self.sig = message, exc, when, is_eager, sig

    def humanize(self) -> str:
        """When it runs again, in words."""
        return f"in {self.when}s" if isinstance(self.when, int | float) else f"at {self.when}"

    def __str__(self) -> str:
        if self.message:
            return self.message
        return f"Retry {self.humanize()}" + (f": {self.exc!r}" if self.exc else "")


class Ignore(TaskPredicate):
    """Raised by a task that wants no outcome recorded."""


class Reject(TaskPredicate):
    """Raised by a task that gives its message up, or wants it delivered again (`requeue=True`)."""

    def __init__(self, reason: object = None, requeue: bool = False) -> None:
        super().__init__(reason, requeue)
        self.reason, self.requeue = reason, requeue

    def __str__(self) -> str:
        return f"reject requeue={self.requeue}: {self.reason}"


class TaskError(CeleriacError):
    """The base of what can become of a task."""


class TimeoutError(TaskError):  # noqa: A001 - Celery's name
    """Raised when a result is not ready in the time that `get` was given."""


class MaxRetriesExceededError(TaskError):
    """Raised when a task has used up its retries."""

    def __init__(self, *args: object, task_args: Sequence[Any] = (), task_kwargs: dict[str, Any] | None = None) -> None:
        super().__init__(*args)
        self.task_args, self.task_kwargs = task_args, task_kwargs or {}


class ChordError(TaskError):
    """A member of a chord's header failed, so its body cannot run."""


class IncompleteStream(TaskError):
    """Raised by `AsyncResult.iterdeps` where a task is not finished yet, so its children are not known."""


class TaskRevokedError(TaskError):
    """The task was revoked, or expired, before it could start."""


class Terminated(TaskRevokedError):
    """Raised inside a task that somebody terminates, when it next tells of itself; it may clean up, and is REVOKED."""


class TimeLimitExceeded(TaskError):
    """The hard time limit ended the task."""


class SoftTimeLimitExceeded(TaskError):
    """Raised inside a task when its soft time limit has passed; the task may catch it and clean up."""


class WorkerLostError(TaskError):
    """The worker died with the task in its hands."""


class UnpickleableExceptionWrapper(TaskError):
    """Stands for a task's exception that cannot be built again from its arguments; it has that one's name and text.

    Source: https://docs.celeryq.dev/en/stable/internals/reference/celery.utils.serialization.html
    """

    def __init__(
        self, exc_module: str, exc_cls_name: str = "", exc_args: Sequence[Any] = (), text: str | None = None
    ) -> None:
        super().__init__(exc_module, exc_cls_name, tuple(exc_args), text)
        self.exc_module, self.exc_cls_name, self.exc_args, self.text = exc_module, exc_cls_name, tuple(exc_args), text

    def __str__(self) -> str:
        return str(Exception(*self.exc_args)) if self.text is None else self.text


class CeleryWarning(UserWarning):
    """The root of Celery's warnings, for filters; of those that are never given here, too."""


class CDeprecationWarning(DeprecationWarning):
    """Celery's warning of what is deprecated, for filters."""


class CPendingDeprecationWarning(PendingDeprecationWarning):
    """Celery's warning of what is going to be deprecated, for filters."""


CeleryError = CeleriacError
InvalidTaskError = DecodeError
BackendError = BackendGetMetaError = BackendStoreError = OperationalError
"""Celery's names for what is raised here under the other one: code that catches them catches it."""
