"""What an operator is told, as frozen data; what nobody knows is None."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from celeriac.exceptions import OperationalError

__all__ = ["FunctionStatus", "LogLine", "QueueStatus", "SwitchedLately", "Usage", "WorkerStatus"]


class SwitchedLately(OperationalError):
    """Raised for a queue that is being resumed as it is to be paused, or paused as it is to be resumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStatus:
    """A queue: how many messages wait, are in a worker's hands, are not due yet, and are dead, about.

    `oldest_s` is the age of the oldest message; CloudWatch knows it a minute or two late, and is
    asked once a minute.
    `paused` is None for a queue that no function reads. One that somebody has deleted does not exist.
    """

    name: str
    worker: str
    waiting: int
    in_flight: int
    delayed: int
    dead: int | None = None
    oldest_s: float | None = None
    paused: bool | None = None
    exists: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionStatus:
    """A worker's Lambda function: Lambda's word for its state, such as "Active", and its size.

    `reserved_concurrency` is None where none is reserved; 0 has Lambda start the function no more.
    """

    state: str | None = None
    memory_mb: int | None = None
    timeout_s: int | None = None
    reserved_concurrency: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStatus:
    """A worker: its function's state and size; and, once it has run, its tasks and what it runs on.

    `concurrency` is that within a batch.
    """

    name: str
    queues: tuple[str, ...]
    state: str | None = None
    memory_mb: int | None = None
    timeout_s: int | None = None
    reserved_concurrency: int | None = None
    concurrency: int | None = None
    tasks: tuple[str, ...] = ()
    python: str | None = None
    library: str | None = None

    @property
    def is_stopped(self) -> bool:
        """Whether Lambda does not start its function, because somebody reserved no concurrency for it at all."""
        return self.reserved_concurrency == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A line that a worker wrote into its log about a task."""

    id: str
    at: datetime
    worker: str
    fields: Mapping[str, Any]

    def is_about(self, task_id: str | None) -> bool:
        """Whether it tells of this task, or of any."""
        return task_id is None or self.fields["task_id"] == task_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a deployment's workers have used in a time, as CloudWatch counts it.

    `gb_s` is Lambda's time in gigabyte-seconds; `writes` and `reads` are DynamoDB's units.
    """

    messages: float = 0
    empty_receives: float = 0
    invocations: float = 0
    gb_s: float = 0
    writes: float = 0
    reads: float = 0
