"""What the table says of one task, in Celery's words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from celeriac import states
from celeriac.exceptions import TaskRevokedError
from celeriac.failure import exception_of
from celeriac.message import Message
from celeriac.result.family import children_of
from celeriac.row import Row
from celeriac.serialization import loads

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["Meta", "traceback_of", "value_of"]


class Meta:
    """The part of a handle that reads the task's row."""

    app: Celeriac
    _name: str | None = None

    def _look(self, *, filled: bool = False) -> Row | None:
        raise NotImplementedError

    @property
    def state(self) -> str:
        """PENDING, STARTED, RETRY, SUCCESS, FAILURE, REVOKED, or a state of the task's own."""
        row = self._look()
        return row.state if row else states.PENDING

    status = state

    @property
    def result(self) -> Any:
        """The return value; the exception of a FAILURE, a RETRY or a REVOKED; the `meta` of a custom state; or None."""
        row = self._look(filled=True)
        return value_of(row) if row else None

    info = result

    @property
    def traceback(self) -> str | None:
        """The traceback of what was raised, as text."""
        row = self._look()
        return traceback_of(row) if row else None

    @property
    def children(self) -> list[Any]:
        """What this task sent: tasks, groups, and what followed it in its chain."""
        row = self._look()
        return children_of(row.children, self.app) if row else []

    @property
    def name(self) -> str | None:
        """The task's name."""
        return self._told("name") or self._name

    @property
    def queue(self) -> str | None:
        """The queue that it came from."""
        told: str | None = self._told("queue")
        return told

    @property
    def retries(self) -> int | None:
        """How many attempts there were before the last one."""
        told: int | None = self._told("attempted")
        return told

    @property
    def date_done(self) -> datetime | None:
        """When it ended."""
        told: datetime | None = self._told("done_at")
        return told

    @property
    def args(self) -> list[Any] | None:
        """What it was called with, of what failed, is to run again, runs tracked, or has `result_extended`."""
        return None if (message := self._message()) is None else message.args

    @property
    def kwargs(self) -> dict[str, Any] | None:
        """What it was called with, by name; known where `args` is."""
        return None if (message := self._message()) is None else message.kwargs

    worker = None
    """Which process ran the task: with Lambda there is none to name."""

    def exists(self) -> bool:
        """Whether anything is known of the task: a state, an outcome, or a receipt of the HTTP side."""
        return self._look() is not None

    def ready(self) -> bool:
        """Whether the task is finished."""
        return self.state in states.READY_STATES

    def successful(self) -> bool:
        """Whether the task has succeeded."""
        return self.state == states.SUCCESS

    def failed(self) -> bool:
        """Whether the task has failed."""
        return self.state == states.FAILURE

    def _told(self, field: str) -> Any:
        row = self._look()
        return getattr(row, field) if row else None

    def _message(self) -> Message | None:
        row = self._look(filled=True)
        return Message.loads(row.message) if row and row.message else None


def value_of(row: Row) -> Any:
    """What a row says that its task returned, raised, or told on its way."""
    if row.state in states.EXCEPTION_STATES:
        return exception_of(loads(row.error)) if row.error else TaskRevokedError("revoked")
    return loads(row.result or row.meta or "null")


def traceback_of(row: Row) -> str | None:
    """The traceback of what a task raised, as text."""
    traceback: str | None = loads(row.error).get("traceback") if row.error else None
    return traceback
